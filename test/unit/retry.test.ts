import {
	isRetryable,
	readRetryAfter,
	retryDelay,
	wait,
	wasNotProcessed,
} from '../../nodes/Jelou/shared/retry';
import type { Failure } from '../../nodes/Jelou/shared/types';

const answer = (status: number, retryAfter?: string): Failure => ({
	kind: 'response',
	status,
	body: '',
	retryAfter,
});
const network = (code: string): Failure => ({ kind: 'network', code });
const METHODS = ['GET', 'PATCH', 'DELETE', 'POST'] as const;

describe('what was certainly not processed is retried, whatever the call', () => {
	test.each([
		network('ECONNREFUSED'),
		network('ENOTFOUND'),
		network('EAI_AGAIN'),
		network('EHOSTUNREACH'),
		network('ENETUNREACH'),
		answer(429),
		answer(503, '0'),
		answer(503, 'Thu, 15 Jan 2026 10:00:07 GMT'),
	])('%j', (failure) => {
		expect(METHODS.filter((method) => isRetryable(failure, method))).toEqual(METHODS);
		expect(wasNotProcessed(failure)).toBe(true);
	});
});

describe('what may have been processed is retried for reads only: a user must not see a message twice', () => {
	test.each([
		network('ECONNABORTED'),
		network('ETIMEDOUT'),
		network('ECONNRESET'),
		network('EPIPE'),
		answer(500),
		answer(502),
		answer(504),
		answer(504, '1'),
	])('%j', (failure) => {
		expect(METHODS.filter((method) => isRetryable(failure, method))).toEqual(['GET']);
		expect(wasNotProcessed(failure)).toBe(false);
	});
});

test.each([undefined, '', 'soon', '-1'])(
	'a 503 with Retry-After %j may have been processed: all but a POST is retried',
	(retryAfter) => {
		const failure = answer(503, retryAfter);
		expect(METHODS.filter((method) => isRetryable(failure, method))).toEqual(['GET', 'PATCH', 'DELETE']);
		expect(wasNotProcessed(failure)).toBe(false);
	},
);

describe('what will not get better is not retried', () => {
	test.each([
		answer(200),
		answer(301),
		answer(400),
		answer(401),
		answer(403),
		answer(404),
		answer(409),
		answer(422),
		answer(501),
		network('CERT_HAS_EXPIRED'),
		network('ERR_CANCELED'),
		network(''),
	])('%j', (failure) => {
		expect(METHODS.filter((method) => isRetryable(failure, method))).toEqual([]);
	});
});

describe('only what was not sent, and what Jelou refused, is certain:', () => {
	const body = (text: string): Failure => ({ kind: 'response', status: 200, body: text });

	test.each([
		answer(307),
		answer(400),
		answer(401),
		answer(404),
		answer(409),
		answer(422),
		body('{"statusMessage":"failed","status":0}'),
		network('CERT_HAS_EXPIRED'),
		network('UNABLE_TO_VERIFY_LEAF_SIGNATURE'),
		network('DEPTH_ZERO_SELF_SIGNED_CERT'),
	])('%j was not processed', (failure) => {
		expect(wasNotProcessed(failure)).toBe(true);
	});

	test.each([
		answer(408),
		answer(501),
		answer(520),
		answer(999),
		body('<html>'),
		body('{"status":500,"statusMessage":null}'),
		network('RESPONSE_TOO_LARGE'),
		network('ERR_CANCELED'),
		network('ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC'),
		network(''),
	])('%j may have been', (failure) => {
		expect(wasNotProcessed(failure)).toBe(false);
	});
});

const NOW = Date.parse('2026-01-15T10:00:00Z');

test.each([
	['3', 3_000],
	[' 0 ', 0],
	['Thu, 15 Jan 2026 10:00:07 GMT', 7_000],
	['Thu, 15 Jan 2026 09:00:00 GMT', 0],
	['-1', undefined],
	['1.5', undefined],
	['soon', undefined],
	['', undefined],
	[7, undefined],
	[undefined, undefined],
])('Retry-After %j is %j ms', (header, ms) => {
	expect(readRetryAfter(header, NOW)).toBe(ms);
});

describe('the delay', () => {
	test.each([
		[0, 500],
		[1, 1_000],
		[2, 2_000],
		[6, 30_000],
		[20, 30_000],
	])('of attempt %i is anything up to %i ms', (attempt, most) => {
		expect(retryDelay(answer(500), attempt, 1, NOW)).toBe(most);
		expect(retryDelay(answer(500), attempt, 0, NOW)).toBe(0);
		expect(retryDelay(network('ECONNREFUSED'), attempt, 0.5, NOW)).toBe(most / 2);
	});

	test.each([
		['4', 4_000],
		['Thu, 15 Jan 2026 10:00:09 GMT', 9_000],
		['3600', 60_000],
	])('is at least the Retry-After of %s, capped', (header, ms) => {
		expect(retryDelay(answer(429, header), 0, 0, NOW)).toBe(ms);
		expect(retryDelay(answer(429, header), 0, 1, NOW)).toBe(Math.max(ms, 500));
	});
});

test('the delay is random each time, so that many waiting requests do not return together', () => {
	const random = jest.spyOn(Math, 'random').mockReturnValueOnce(0.25).mockReturnValueOnce(0.75);
	expect([retryDelay(answer(503), 0), retryDelay(answer(503), 0)]).toEqual([125, 375]);
	random.mockRestore();
});

describe('a wait', () => {
	beforeEach(() => jest.useFakeTimers());
	afterEach(() => jest.useRealTimers());

	test('takes its time', async () => {
		const ended = jest.fn();
		const waiting = wait(1_000).then(ended);
		await jest.advanceTimersByTimeAsync(999);
		expect(ended).not.toHaveBeenCalled();
		await jest.advanceTimersByTimeAsync(1);
		expect(ended).toHaveBeenCalled();
		await waiting;
	});

	test('ends at once when the execution is cancelled, before or meanwhile', async () => {
		const controller = new AbortController();
		const waiting = wait(60_000, controller.signal);
		controller.abort();
		await expect(waiting).resolves.toBeUndefined();
		expect(jest.getTimerCount()).toBe(0);
		await expect(wait(60_000, controller.signal)).resolves.toBeUndefined();
	});
});
