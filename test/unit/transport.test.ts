import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { IHttpRequestOptions } from 'n8n-workflow';

import { tryCall, type RequestContext } from '../../nodes/Jelou/shared/transport';
import type { JelouRequest } from '../../nodes/Jelou/shared/types';
import { LOADED } from './support/credential';

const request: JelouRequest = { target: 'gateway', method: 'POST', path: ['v1'], body: { text: 'ñ' } };

interface Answer {
	statusCode: number;
	body?: unknown;
	headers?: object;
}
const limited = (retryAfter?: string): Answer => ({
	statusCode: 429,
	body: '',
	headers: { 'retry-after': retryAfter },
});
const accepted: Answer = { statusCode: 200, body: '{"data":{"a":1}}', headers: {} };

/** A call to a Jelou that gives these responses in turn, through a request helper that changes its options. */
function start(
	answers: Array<Answer | Error>,
	{ signal, ...given }: Partial<JelouRequest> & { signal?: AbortSignal } = {},
) {
	const sent: IHttpRequestOptions[] = [];
	const httpRequestWithAuthentication = (_type: string, options: IHttpRequestOptions) => {
		sent.push({ ...options });
		delete options.body;
		delete options.timeout;
		const answer = answers[sent.length - 1];
		return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
	};
	const context = { helpers: { httpRequestWithAuthentication } } as unknown as RequestContext;
	const result = tryCall(
		context,
		LOADED,
		{ ...request, ...given },
		{ timeout: 1_000, maxRetries: 3, signal },
	);
	return { sent, result };
}

beforeEach(() => {
	jest.useFakeTimers();
	jest.spyOn(Math, 'random').mockReturnValue(1);
});
afterEach(() => {
	jest.useRealTimers();
	jest.restoreAllMocks();
});

test('the next attempt waits as long as the response asks', async () => {
	const { sent, result } = start([limited('7'), accepted]);
	await jest.advanceTimersByTimeAsync(6_999);
	expect(sent).toHaveLength(1);
	await jest.advanceTimersByTimeAsync(1);
	expect(sent).toHaveLength(2);
	expect(await result).toMatchObject({ ok: true, response: { data: { a: 1 } } });
});

test('each failure makes the next wait longer', async () => {
	const { sent, result } = start([limited(), limited(), accepted]);
	await jest.advanceTimersByTimeAsync(500);
	expect(sent).toHaveLength(2);
	await jest.advanceTimersByTimeAsync(999);
	expect(sent).toHaveLength(2);
	await jest.advanceTimersByTimeAsync(1);
	expect(sent).toHaveLength(3);
	await result;
});

test('every attempt gets the same options, whatever n8n changed in the last one', async () => {
	const { sent, result } = start([limited('0'), limited('0'), accepted]);
	await jest.runAllTimersAsync();
	await result;
	expect(sent).toHaveLength(3);
	expect(sent[0]).toMatchObject({ body: '{"text":"ñ"}', timeout: 1_000 });
	expect(sent[1]).toEqual(sent[0]);
	expect(sent[2]).toEqual(sent[0]);
});

test.each([
	['that Jelou asked for', limited('60'), 429],
	['of our own', { ...accepted, statusCode: 503 }, 503],
])(
	'cancelled in a wait %s, the call ends with the last answer and asks n8n for nothing more',
	async (_name, answer, status) => {
		const controller = new AbortController();
		const { sent, result } = start([answer, accepted], { method: 'PATCH', signal: controller.signal });
		await jest.advanceTimersByTimeAsync(100);
		controller.abort();
		expect(await result).toMatchObject({ ok: false, failure: { kind: 'response', status } });
		expect(sent).toHaveLength(1);
	},
);

test('after a 503 without a time to retry, what must not happen twice is not retried', async () => {
	const { sent, result } = start([{ ...accepted, statusCode: 503 }, accepted]);
	await jest.runAllTimersAsync();
	expect(await result).toMatchObject({ ok: false, failure: { status: 503 } });
	expect(sent).toHaveLength(1);
});

test.each([undefined, null, '', ' \n'])(
	'a success with the body %j is a success without data',
	async (body) => {
		const { result } = start([{ statusCode: 200, body, headers: {} }]);
		expect(await result).toEqual({ ok: true, response: { envelope: {}, data: {} } });
	},
);

const FIXTURES = join(__dirname, '../fixtures');

test.each(readdirSync(FIXTURES).filter((name) => name.startsWith('response-')))(
	'the answer that Jelou documents in %s is a success',
	async (name) => {
		const body = readFileSync(join(FIXTURES, name), 'utf8');
		const { result } = start([{ statusCode: 200, body, headers: {} }]);
		expect(await result).toMatchObject({ ok: true, response: { envelope: JSON.parse(body) } });
	},
);

test.each([
	{ statusMessage: 'failed', status: 0 },
	{ statusMessage: 'failed' },
	{ statusMessage: 'Error', status: 1, data: { a: 1 } },
	{ statusMessage: 'success', status: 0 },
	{ statusMessage: 'success', status: 422 },
	{ statusMessage: null, status: 500 },
])('200 with %j is a failure, and is not repeated', async (envelope) => {
	const { result, sent } = start([
		{ statusCode: 200, body: JSON.stringify(envelope), headers: {} },
		accepted,
	]);
	await jest.runAllTimersAsync();
	expect(await result).toMatchObject({ ok: false, failure: { kind: 'response', status: 200 } });
	expect(sent).toHaveLength(1);
});

test.each([
	{ statusMessage: 'SUCCESS', status: 1 },
	{ statusMessage: ' Success ', status: 200 },
	{ statusMessage: '', status: '1' },
	{ statusMessage: null },
	{ statusMessage: ['failed'] },
	{ status: 0 },
	{ status: 'active', conversationId: 'c' },
	{ webhookUrl: 'https://n8n.example.com' },
	{},
])('200 with %j reports no failure, so it is a success', async (envelope) => {
	const { result } = start([{ statusCode: 200, body: JSON.stringify(envelope), headers: {} }]);
	expect(await result).toMatchObject({ ok: true, response: { envelope } });
});

describe('in n8n 1.x, whose error has no cause and keeps the network code as an HTTP code', () => {
	const failure = (httpCode: string) => Object.assign(new Error('canceled'), { httpCode, cause: undefined });

	test('a message is sent again when the connection was refused', async () => {
		const { sent, result } = start([failure('ECONNREFUSED'), accepted]);
		await jest.advanceTimersByTimeAsync(500);
		expect(sent).toHaveLength(2);
		expect(await result).toMatchObject({ ok: true, response: { data: { a: 1 } } });
	});

	test.each([
		['ERR_CANCELED', 'ETIMEDOUT'],
		['ECONNABORTED', 'ECONNABORTED'],
		['ECONNRESET', 'ECONNRESET'],
		['CERT_HAS_EXPIRED', 'CERT_HAS_EXPIRED'],
		['401', ''],
	])('%s becomes "%s", and nothing is sent again', async (httpCode, code) => {
		const { sent, result } = start([failure(httpCode), accepted]);
		await jest.advanceTimersByTimeAsync(10_000);
		expect(sent).toHaveLength(1);
		expect(await result).toEqual({ ok: false, failure: { kind: 'network', code } });
	});
});
