import type { INode } from 'n8n-workflow';

import { baseUrlsFor } from '../../nodes/Jelou/shared/endpoints';
import { redact, toApiError, type Failure } from '../../nodes/Jelou/shared/apiError';
import type { JelouRequest } from '../../nodes/Jelou/shared/types';

const NODE: INode = {
	id: '1',
	name: 'Jelou',
	type: 'jelou',
	typeVersion: 1,
	position: [0, 0],
	parameters: {},
};
const credential = {
	projectId: 'p',
	apiKey: 'KEY-recognisable',
	signingSecret: 'SECRET-recognisable',
	environment: 'production',
	baseUrls: baseUrlsFor('production', '', ''),
};
const request = (target: JelouRequest['target']): JelouRequest => ({ target, method: 'POST', path: [] });
const errorFor = (failure: Failure, target: JelouRequest['target'] = 'gateway') =>
	toApiError(NODE, failure, request(target), credential, 3);

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
	const error = errorFor({ kind: 'answer', status: 422, body: JSON.stringify(ENVELOPE) });
	expect(error.message).toBe('Jelou refused the fields (422)');
	expect(error.description).toBe(
		'Jelou says: The fields are invalid. Body is wrong (E0422). Fields: webhookUrl: must be HTTPS, must be public; botId: is required. Correct the fields named here and run again.',
	);
	expect(error.httpCode).toBe('422');
	expect(error.context.itemIndex).toBe(3);
});

test.each([
	['gateway', 401, ENVELOPE, 'Jelou refused the API key (401)', /API Key and Project ID/],
	['gateway', 403, '', 'Jelou refused the API key (403)', /API Key/],
	['chatbot', 401, ENVELOPE, 'Jelou refused the signature (401)', /Signing Secret/],
	['gateway', 404, ENVELOPE, 'Jelou did not find it (404)', /Check the IDs/],
	['gateway', 404, '<html>', 'This address of Jelou does not know the request (404)', /Environment/],
	['gateway', 409, ENVELOPE, 'It exists already in Jelou (409)', /Get or update/],
	['gateway', 429, '', 'Jelou is receiving too many requests (429)', /Wait/],
	['gateway', 302, '', 'Jelou answered with a redirect (302)', /Redirects are not followed/],
	['gateway', 500, { message: 'boom' }, 'Jelou could not process the request (500)', /Jelou says: boom\./],
	['chatbot', 502, '<html>Bad gateway</html>', 'Jelou could not process the request (502)', /^Wait/],
	['gateway', 200, '<html>', 'Jelou answered with something that is not JSON', /URLs/],
	['gateway', 418, '', 'Jelou answered with status 418', /Check/],
] as const)('%s answering %i', (target, status, body, message, description) => {
	const error = errorFor({ kind: 'answer', status, body }, target);
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
	['CERT_HAS_EXPIRED', 'The certificate of gateway.jelou.ai is not valid'],
	['ECONNRESET', 'The connection to gateway.jelou.ai broke'],
	['', 'The connection to gateway.jelou.ai broke'],
])('no answer because of %s', (code, message) => {
	const error = errorFor({ kind: 'network', code });
	expect(error.message).toBe(message);
	expect(error.description).toContain(code);
	expect(error.httpCode).toBeNull();
});

test('a time-out says that the message may have been sent', () => {
	expect(errorFor({ kind: 'network', code: 'ECONNABORTED' }).description).toMatch(/unknown whether/);
});

test.each<[string, unknown]>([
	['words', { message: 'Key KEY-recognisable, secret SECRET-recognisable' }],
	['fields', { validationError: { 'x-api-key': 'KEY-recognisable' } }],
	['code', { error: { code: 'SECRET-recognisable' } }],
	[
		'an odd shape',
		{ message: [['KEY-recognisable']], validationError: [{ a: { b: 'SECRET-recognisable' } }] },
	],
])('never repeats a secret that Jelou put into its %s', (_where, body) => {
	const error = errorFor({ kind: 'answer', status: 422, body });
	expect(JSON.stringify({ ...error, message: error.message, stack: error.stack })).not.toMatch(
		/recognisable/,
	);
	expect(error.description).toContain('[hidden]');
});

test('a secret that is repeated is taken out everywhere', () => {
	expect(redact('SECRET, SECRET and KEY-', ['SECRET', 'KEY-'])).toBe('[hidden], [hidden] and [hidden]');
});

test('a very short secret is not searched for, which would tear words apart', () => {
	expect(redact('a banana', ['a', ''])).toBe('a banana');
});
