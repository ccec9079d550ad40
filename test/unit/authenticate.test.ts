import { authenticate } from '../../nodes/Jelou/shared/authenticate';
import { sign } from '../../nodes/Jelou/shared/signature';

const SECRET = 'the-signing-secret';
const KEY = 'the-api-key';
const credential = { projectId: 'p', apiKey: KEY, signingSecret: SECRET, environment: 'production' };
const SEND = 'https://chatbot.jelou.ai/v1/external-support/webhook';
const GATEWAY = 'https://gateway.jelou.ai/platform/v1/external-support/p';

const everything = (value: unknown) => JSON.stringify(value);

test('the gateway gets the API key and no signature, even if there was one', () => {
	const headers = { 'X-Jelou-Signature': 'forged', 'X-API-KEY': 'other', accept: 'x' };
	const result = authenticate(credential, { url: GATEWAY, method: 'POST', headers, body: '{}' });
	expect(result.headers).toEqual({ accept: 'x', 'x-api-key': KEY });
	expect(everything(result)).not.toContain(SECRET);
});

test('sending gets a signature over the exact bytes, and no API key', () => {
	const body = ' {"text":"¡Hola! 👋\u2028"}\n';
	const result = authenticate(credential, { url: SEND, method: 'POST', headers: { 'x-api-key': KEY }, body });
	expect(result.body).toEqual(Buffer.from(body));
	expect(result.headers).toEqual({
		'Content-Type': 'application/json',
		'x-jelou-signature': sign(Buffer.from(body), SECRET),
	});
	expect(everything(result)).not.toContain(KEY);
});

test('a body that is still an object is serialised once, and those bytes are signed', () => {
	const result = authenticate(credential, { url: SEND, method: 'POST', body: { a: 'ñ' } });
	expect(result.body).toEqual(Buffer.from('{"a":"ñ"}'));
	expect(result.headers?.['x-jelou-signature']).toBe(sign(Buffer.from('{"a":"ñ"}'), SECRET));
});

test('an existing content type stays the only one, however it is written', () => {
	const headers = { 'content-type': 'application/json; charset=utf-8' };
	const result = authenticate(credential, { url: SEND, method: 'POST', headers, body: '{}' });
	expect(result.headers).toEqual({ ...headers, 'x-jelou-signature': sign(Buffer.from('{}'), SECRET) });
});

test.each([
	['https://example.com/platform/v1/external-support/p'],
	['https://chatbot.jelou.ai/anything/else'],
	['https://gateway.jelou.ai.example.com/'],
])('%s gets neither', (url) => {
	const options = { url, method: 'POST' as const, body: '{}' };
	expect(authenticate(credential, options)).toEqual(options);
	expect(everything(authenticate(credential, options))).not.toMatch(/api-key|signature/i);
});

test('redirects are not followed, which would carry the key to another host', () => {
	for (const url of [GATEWAY, SEND]) {
		expect(authenticate(credential, { url, body: '{}' })).toMatchObject({
			disableFollowRedirect: true,
			maxRedirects: 0,
		});
	}
});

test('the request of the older helper, with "uri", and one with a base URL are authenticated alike', () => {
	expect(authenticate(credential, { url: '', uri: GATEWAY }).headers).toHaveProperty('x-api-key', KEY);
	const relative = { url: '/v1/external-support/p', baseURL: 'https://gateway.jelou.ai/platform/' };
	expect(authenticate(credential, relative).headers).toHaveProperty('x-api-key', KEY);
	const elsewhere = { url: '/v1/external-support/p', baseURL: 'https://example.com' };
	expect(authenticate(credential, elsewhere).headers).toBeUndefined();
});

test('without a secret nothing is sent unsigned', () => {
	expect(() => authenticate({ ...credential, signingSecret: ' ' }, { url: SEND, body: '{}' })).toThrow(
		/Signing Secret/,
	);
});

describe.each([
	['the gateway', GATEWAY],
	['sending', SEND],
])('the timeout of a request to %s ends the whole answer', (_name, url) => {
	beforeEach(() => {
		const timeout = new AbortController();
		jest.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => {
			if (ms === 7_000) timeout.abort();
			return timeout.signal;
		});
	});
	afterEach(() => jest.restoreAllMocks());

	test('where n8n can cancel it too', () => {
		const cancel = new AbortController();
		const options = { url, body: '{}', abortSignal: cancel.signal };
		expect(authenticate(credential, { ...options, timeout: 7_000 }).abortSignal?.aborted).toBe(true);
	});

	test('where n8n cannot', () => {
		expect(authenticate(credential, { url, body: '{}', timeout: 7_000 }).abortSignal?.aborted).toBe(true);
	});

	test('and cancelling still ends it at once', () => {
		const cancel = new AbortController();
		const options = { url, body: '{}', timeout: 8_000, abortSignal: cancel.signal };
		const { abortSignal } = authenticate(credential, options);
		expect(abortSignal?.aborted).toBe(false);
		cancel.abort();
		expect(abortSignal?.aborted).toBe(true);
	});

	test('and without one there is no deadline', () => {
		expect(authenticate(credential, { url, body: '{}' })).not.toHaveProperty('abortSignal');
	});
});
