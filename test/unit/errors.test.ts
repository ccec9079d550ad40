import type { INode } from 'n8n-workflow';

import { SEND_PATH } from '../../nodes/Jelou/shared/endpoints';
import { readErrorResponse } from '../../nodes/Jelou/shared/errorResponse';
import { redact, toApiError } from '../../nodes/Jelou/shared/apiError';
import { sign } from '../../nodes/Jelou/shared/signature';
import type { Failure, JelouRequest } from '../../nodes/Jelou/shared/types';
import { LOADED } from './support/credential';

const NODE: INode = {
	id: '1',
	name: 'Jelou',
	type: 'jelou',
	typeVersion: 1,
	position: [0, 0],
	parameters: {},
};
const credential = { ...LOADED, apiKey: 'KEY-recognisable', signingSecret: 'SECRET-recognisable' };
const GATEWAY = ['v1', 'external-support', 'p'];
const REQUESTS = {
	chatbot: { target: 'chatbot', method: 'POST', path: SEND_PATH },
	integration: { target: 'gateway', method: 'POST', path: GATEWAY },
	start: { target: 'gateway', method: 'POST', path: [...GATEWAY, 'conversations', 'start'] },
	conversation: { target: 'gateway', method: 'GET', path: [...GATEWAY, 'conversations', 'c'] },
} satisfies Record<string, JelouRequest>;
const errorFor = (failure: Failure, name: keyof typeof REQUESTS = 'start') =>
	toApiError(NODE, failure, REQUESTS[name], credential, 3);

const ENVELOPE = {
	message: ['The fields are invalid'],
	statusMessage: 'failed',
	status: 0,
	error: {
		code: 'E0422',
		key: 'UNPROCESSABLE',
		description: 'Body is wrong',
		developerMessages: {},
		clientMessages: {},
	},
	validationError: { webhookUrl: ['must be HTTPS', 'must be public'], botId: 'is required' },
};

test("says what happened, Jelou's words, the fields and the next step, and belongs to its item", () => {
	const error = errorFor({ kind: 'response', status: 422, body: JSON.stringify(ENVELOPE) });
	expect(error.message).toBe('Jelou rejected the request: invalid fields (422)');
	expect(error.description).toBe(
		'Jelou says: The fields are invalid. Body is wrong (E0422). Fields: webhookUrl: must be HTTPS, must be public; botId: is required. Correct the fields named here.',
	);
	expect(error.httpCode).toBe('422');
	expect(error.context.itemIndex).toBe(3);
});

test.each([
	['Please wait...', 'Jelou says: Please wait... Correct the fields'],
	['Version 1..2 is unknown', 'Jelou says: Version 1..2 is unknown. Correct the fields'],
	['Is it you?', 'Jelou says: Is it you? Correct the fields'],
	[['Please wait...', 'Then go on'], 'Jelou says: Please wait... Then go on. Correct the fields'],
])('repeats what Jelou says as Jelou says it: %j', (message, text) => {
	const { description } = errorFor({ kind: 'response', status: 422, body: { message } });
	expect(description).toContain(text);
});

test.each([
	['start', 401, ENVELOPE, 'Jelou rejected the API key (401)', /API Key and Project ID/],
	['start', 403, '', 'Jelou rejected the API key (403)', /API Key/],
	['chatbot', 401, ENVELOPE, 'Jelou rejected the signature (401)', /Signing Secret/],
	['chatbot', 403, '', 'Jelou rejected the signature (403)', /Signing Secret/],
	['start', 404, ENVELOPE, 'Jelou does not know this conversation, room, bot or user (404)', /Check the IDs/],
	[
		'chatbot',
		404,
		ENVELOPE,
		'Jelou does not know this conversation, room, bot or user (404)',
		/Check the IDs/,
	],
	[
		'conversation',
		404,
		ENVELOPE,
		'Jelou does not know this conversation, room, bot or user (404)',
		/Check the IDs/,
	],
	['integration', 404, ENVELOPE, 'This project has no integration (404)', /Create it, or/],
	['start', 404, '<html>', 'Jelou has no such endpoint at this URL (404)', /another Environment/],
	['start', 409, ENVELOPE, 'Jelou answered with an unexpected status (409)', /fields/],
	['integration', 409, ENVELOPE, 'This project already has an integration (409)', /Get or update/],
	['start', 400, '', 'Jelou rejected the request: invalid fields (400)', /Correct the fields/],
	['start', 429, '', 'Jelou is receiving too many requests (429)', /Wait/],
	['start', 302, '', 'Jelou answered with a redirect (302)', /Check the URLs/],
	['start', 500, { message: 'boom' }, 'Jelou answered with a server error (500)', /Jelou says: boom\./],
	['chatbot', 502, '<html>Bad gateway</html>', 'Jelou answered with a server error (502)', /^It may have/],
	['conversation', 503, '', 'Jelou answered with a server error (503)', /^Wait a moment and try again\.$/],
	['start', 200, '<html>', 'The response does not come from Jelou', /URLs/],
	['start', 200, ENVELOPE, 'Jelou reported that the request failed', /Jelou says: The fields are invalid/],
	['start', 418, '', 'Jelou answered with an unexpected status (418)', /Check/],
] as const)('%s answering %i', (target, status, body, message, description) => {
	const error = errorFor({ kind: 'response', status, body }, target);
	expect(error.message).toBe(message);
	expect(error.description).toMatch(description);
});

test.each([
	['ECONNREFUSED', 'gateway.jelou.ai refused the connection'],
	['ENOTFOUND', 'The host gateway.jelou.ai was not found'],
	['EAI_AGAIN', 'The host gateway.jelou.ai was not found'],
	['ECONNABORTED', 'gateway.jelou.ai did not answer in time'],
	['ETIMEDOUT', 'gateway.jelou.ai did not answer in time'],
	['DEPTH_ZERO_SELF_SIGNED_CERT', 'The certificate of gateway.jelou.ai is not valid'],
	['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'The certificate of gateway.jelou.ai is not valid'],
	['CERT_HAS_EXPIRED', 'The certificate of gateway.jelou.ai is not valid'],
	['ECONNRESET', 'The connection to gateway.jelou.ai was lost'],
	['', 'The connection to gateway.jelou.ai was lost'],
	['RESPONSE_TOO_LARGE', 'gateway.jelou.ai sent more than 10 MB'],
])('no answer because of %s', (code, message) => {
	const error = errorFor({ kind: 'network', code });
	expect(error.message).toBe(message);
	expect(error.description).toContain(code);
	expect(error.httpCode).toBeNull();
});

describe('the error says that something may have been processed, but never for a read:', () => {
	const PERHAPS = 'It may have been sent: check in Jelou before you run it again.';
	const answer = (status: number, body = '', retryAfter?: string): Failure => ({
		kind: 'response',
		status,
		body,
		retryAfter,
	});
	const network = (code: string): Failure => ({ kind: 'network', code });
	const said = (failure: Failure, name: keyof typeof REQUESTS) => errorFor(failure, name).description ?? '';

	test.each([
		answer(500),
		answer(503),
		answer(504),
		answer(408),
		answer(200, '<html>'),
		answer(200, '{"status":500,"statusMessage":null}'),
		network('ECONNABORTED'),
		network('ETIMEDOUT'),
		network('ECONNRESET'),
		network('RESPONSE_TOO_LARGE'),
		network('ERR_SSL_BAD_RECORD_MAC'),
		network(''),
	])('%j', (failure) => {
		for (const name of ['chatbot', 'start', 'integration'] as const)
			expect(said(failure, name)).toContain(PERHAPS);
		expect(said(failure, 'conversation')).not.toMatch(/may have|before you/);
	});

	test.each([
		answer(401),
		answer(422),
		answer(429),
		answer(503, '', '5'),
		answer(200, '{"statusMessage":"failed"}'),
		network('ECONNREFUSED'),
		network('ENETUNREACH'),
		network('CERT_HAS_EXPIRED'),
	])('and not of %j', (failure) => {
		for (const name of ['chatbot', 'start'] as const) expect(said(failure, name)).not.toMatch(/may have/);
	});
});

test.each(['start', 'chatbot'] as const)('an unknown endpoint, for %s, says what to correct', (name) => {
	const { description } = errorFor({ kind: 'response', status: 404, body: 'Not Found' }, name);
	expect(description).toBe('Choose another Environment in the Jelou credential, or correct its URLs.');
});

test.each([
	['Express', '<pre>Cannot GET /v1/external-support/p</pre>'],
	['NestJS', { statusCode: 404, message: 'Cannot GET /v1/external-support/p', error: 'Not Found' }],
	['Spring', { timestamp: '2026-01-15T10:00:00Z', status: 404, error: 'Not Found', path: '/v1' }],
	['Fastify', { message: 'Route GET:/v1 not found', error: 'Not Found', statusCode: 404 }],
	['Kong', { message: 'no Route matched with those values' }],
	['Google', { error: { code: 404, message: 'Not found', status: 'NOT_FOUND' } }],
	['nobody', {}],
])("the 404 of %s is not Jelou's", (_who, body) => {
	expect(readErrorResponse(body).isEnvelope).toBe(false);
	expect(errorFor({ kind: 'response', status: 404, body }).message).toBe(
		'Jelou has no such endpoint at this URL (404)',
	);
});

test.each([
	['all of it', ENVELOPE],
	['the status message', { message: 'No integration', statusMessage: 'failed' }],
	['the error', { error: { code: 'E0404' } }],
	['the key of the error', { error: { key: 'EXTERNAL_SUPPORT_NOT_FOUND' } }],
	['the fields', { validationError: {} }],
])("Jelou's envelope is recognised by %s", (_part, body) => {
	expect(readErrorResponse(body).isEnvelope).toBe(true);
});

test.each<[string, unknown]>([
	['message', { message: 'Key KEY-recognisable, secret SECRET-recognisable' }],
	['fields', { validationError: { 'x-api-key': 'KEY-recognisable' } }],
	['code', { error: { code: 'SECRET-recognisable' } }],
	[
		'an odd shape',
		{ message: [['KEY-recognisable']], validationError: [{ a: { b: 'SECRET-recognisable' } }] },
	],
])('never repeats a secret that Jelou put into its %s', (_where, body) => {
	const error = errorFor({ kind: 'response', status: 422, body });
	expect(JSON.stringify({ ...error, message: error.message, stack: error.stack })).not.toMatch(
		/recognisable/,
	);
	expect(error.description).toContain('[hidden]');
});

const BODY = { value: { id: '1', content: { body: '¡Hola!' } } };
const SIGNATURE = sign(Buffer.from(JSON.stringify(BODY)), credential.signingSecret);
const DIGEST = SIGNATURE.replace('sha256=', '');

test.each<[string, string]>([
	['as it was sent', SIGNATURE],
	['without its prefix', DIGEST],
	['in capitals', DIGEST.toUpperCase()],
	['of another request', `sha256=${'0a'.repeat(32)}`],
	['of another request, in capitals', `SHA256=${'0A'.repeat(32)}`],
	['of another request, percent-encoded', `sha256%3D${'0a'.repeat(32)}`],
])('never repeats a signature that Jelou echoes, %s', (_how, echoed) => {
	const failure: Failure = {
		kind: 'response',
		status: 401,
		body: { message: `Got ${echoed}!`, validationError: { 'x-jelou-signature': echoed } },
	};
	const error = toApiError(NODE, failure, { ...REQUESTS.chatbot, body: BODY }, credential);
	const shown = JSON.stringify({ ...error, message: error.message, stack: error.stack });
	expect(shown).not.toMatch(/[0-9a-f]{64}/i);
	expect(error.description).toContain('[hidden]!');
});

test('a secret that is repeated is removed everywhere', () => {
	expect(redact('SECRET, SECRET and KEY-', ['SECRET', 'KEY-'])).toBe('[hidden], [hidden] and [hidden]');
});

test('a very short secret is not searched for, which would damage ordinary words', () => {
	expect(redact('a banana', ['a', ''])).toBe('a banana');
});
