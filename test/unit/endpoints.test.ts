import { JelouApi } from '../../credentials/JelouApi.credentials';
import { readCredential } from '../../nodes/Jelou/shared/credential';
import { authenticationFor, baseUrlsFor, requestUrl } from '../../nodes/Jelou/shared/endpoints';
import { ENVIRONMENTS } from '../../nodes/Jelou/shared/environments';
import { FieldError } from '../../nodes/Jelou/shared/errors';

const production = baseUrlsFor('production', '', '');

describe('the base URLs', () => {
	test.each([
		['production', 'https://gateway.jelou.ai/platform'],
		['productionLegacy', 'https://gateway.jelou.ai/jelouapi'],
		['anything else', 'https://gateway.jelou.ai/platform'],
	])('of %s', (environment, gateway) => {
		expect(baseUrlsFor(environment, 'https://ignored.example', 'https://ignored.example')).toEqual({
			gateway,
			chatbot: 'https://chatbot.jelou.ai',
		});
	});

	test('of custom, with trailing slashes and spaces', () => {
		expect(baseUrlsFor('custom', ' https://proxy.example/jelou// ', 'http://127.0.0.1:8040/')).toEqual({
			gateway: 'https://proxy.example/jelou',
			chatbot: 'http://127.0.0.1:8040',
		});
	});

	test('of custom left empty are those of production', () => {
		expect(baseUrlsFor('custom', '', ' ')).toEqual(production);
	});

	test.each(['gateway.jelou.ai', 'ftp://gateway.jelou.ai', 'https://x.example/?a=1', 'https://x.example/#a'])(
		'refuse %s, naming the field',
		(url) => {
			expect(() => baseUrlsFor('custom', url, '')).toThrow(FieldError);
			expect(() => baseUrlsFor('custom', url, '')).toThrow(/Gateway URL/);
			expect(() => baseUrlsFor('custom', '', url)).toThrow(/Chatbot URL/);
		},
	);
});

describe('the environments', () => {
	test('are all offered in the credential, with the default first', () => {
		const field = new JelouApi().properties.find(({ name }) => name === 'environment');
		expect(field?.default).toBe(ENVIRONMENTS[0]?.value);
		expect(field?.options).toEqual(ENVIRONMENTS.map(({ label, value }) => ({ name: label, value })));
	});

	test.each([
		['production', false],
		['productionLegacy', false],
		['custom', true],
		['anything else', false],
		['', false],
	])('%s allows plain HTTP: %s', (environment, allowsPlainHttp) => {
		expect(readCredential({ environment })).toMatchObject({ allowsPlainHttp });
	});
});

describe('a path', () => {
	test.each([
		['../../admin?x=1#y', '..%2F..%2Fadmin%3Fx%3D1%23y'],
		['a b/ñ👋', 'a%20b%2F%C3%B1%F0%9F%91%8B'],
		['%2e%2e', '%252e%252e'],
	])('keeps %j one segment', (id, segment) => {
		const url = requestUrl(production, { target: 'gateway', path: ['v1', id] });
		expect(url).toBe(`https://gateway.jelou.ai/platform/v1/${segment}`);
		expect(new URL(url).href).toBe(url);
	});

	test.each(['', '.', '..', '\ud800'])('refuses %j', (id) => {
		expect(() => requestUrl(production, { target: 'gateway', path: ['v1', id] })).toThrow(FieldError);
	});
});

describe('a request is authenticated', () => {
	test.each([
		['https://gateway.jelou.ai/platform/v1/external-support/p', 'apiKey'],
		['https://gateway.jelou.ai/jelouapi/v1/anything', 'apiKey'],
		['https://chatbot.jelou.ai/v1/external-support/webhook', 'signature'],
		['https://chatbot.jelou.ai/v1/external-support/webhook?x=1', 'signature'],
		['https://chatbot.jelou.ai/v1/other', 'none'],
		['https://chatbot.jelou.ai/v1/external-support/webhook/other', 'none'],
		['https://chatbot.jelou.ai/v1/external-support/webhooks', 'none'],
		['https://chatbot.jelou.ai.evil.example/v1/external-support/webhook', 'none'],
		['https://chatbot.jelou.ai@evil.example/v1/external-support/webhook', 'none'],
		['https://gateway.jelou.ai.evil.example/platform', 'none'],
		['https://gateway.jelou.ai@evil.example/platform', 'none'],
		['http://gateway.jelou.ai/platform', 'none'],
		['https://gateway.jelou.ai:8443/platform', 'none'],
		['https://example.com/v1/external-support/webhook', 'none'],
		['not a URL', 'none'],
	])('to %s: %s', (url, kind) => {
		expect(authenticationFor(production, url)).toBe(kind);
	});

	test('by path when both base URLs are one host, as in the sandbox', () => {
		const sandbox = baseUrlsFor('custom', 'http://127.0.0.1:8040/platform', 'http://127.0.0.1:8040');
		expect(authenticationFor(sandbox, 'http://127.0.0.1:8040/platform/v1/external-support/p')).toBe('apiKey');
		expect(authenticationFor(sandbox, 'http://127.0.0.1:8040/v1/external-support/webhook')).toBe('signature');
	});
});
