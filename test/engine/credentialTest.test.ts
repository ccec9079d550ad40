import { CredentialTestContext } from 'n8n-core';

import { testJelouCredential, testPlatformCredential } from '../../nodes/Jelou/shared/credentialTest';
import { startRawServer, type RawServer } from './support/rawServer';

/** The credential's test in n8n's own context for it, against servers that respond in any way. */
let server: RawServer;
afterEach(async () => server.close());

async function resultOf(status: number, body: unknown) {
	const text = typeof body === 'string' ? body : JSON.stringify(body);
	server = await startRawServer((_request, response) => void response.writeHead(status).end(text));
	return await testJelouCredential.call(new CredentialTestContext({} as never), {
		id: '',
		name: 'Jelou',
		type: 'jelouApi',
		data: {
			projectId: 'p',
			apiKey: 'k',
			environment: 'custom',
			gatewayUrl: server.url,
			chatbotUrl: server.url,
		},
	});
}

const INTEGRATION = { brainId: 'p', webhookUrl: 'https://n8n.example.com/webhook/x' };
const FAILED = { message: ['No integration'], statusMessage: 'failed', status: 0 };

test.each([
	[
		'an integration in an envelope',
		200,
		{ statusMessage: 'success', status: 1, data: INTEGRATION },
		'has an integration',
	],
	['the fields of an integration', 200, INTEGRATION, 'has an integration'],
	["Jelou's own 404", 404, FAILED, 'no integration yet'],
])('a success: %s', async (_name, status, body, message) => {
	expect(await resultOf(status, body)).toEqual({ status: 'OK', message: expect.stringContaining(message) });
});

const NOT_FOUND = 'no such endpoint at this URL (404). Choose another Environment';

test.each([
	['a login page with 200', 200, '<html>Log in</html>', 'does not come from Jelou'],
	['nothing with 200', 200, '', 'does not come from Jelou'],
	['{} with 200', 200, {}, 'does not come from Jelou'],
	["somebody else's JSON with 200", 200, { ok: true, status: 1 }, 'does not come from Jelou'],
	['an envelope that says it failed, with 200', 200, FAILED, 'the request failed'],
	['the 404 of Express', 404, '<pre>Cannot GET /</pre>', NOT_FOUND],
	['the 404 of NestJS', 404, { statusCode: 404, message: 'Cannot GET /', error: 'Not Found' }, NOT_FOUND],
	['the 404 of Spring', 404, { status: 404, error: 'Not Found', path: '/' }, NOT_FOUND],
	['a 401', 401, FAILED, 'rejected the API key (401). Check API Key and Project ID'],
	['a redirect', 302, '', 'redirect (302)'],
	['a 503', 503, '', 'answered with a server error (503)'],
])('an error: %s', async (_name, status, body, message) => {
	expect(await resultOf(status, body)).toEqual({
		status: 'Error',
		message: expect.stringContaining(message),
	});
});

describe('the test of a platform credential', () => {
	async function platformResultOf(status: number, body: unknown, extra: Record<string, string> = {}) {
		server = await startRawServer(
			(_request, response) => void response.writeHead(status).end(JSON.stringify(body)),
		);
		const data = {
			clientId: 'c',
			clientSecret: 's',
			environment: 'custom',
			platformUrl: server.url,
			...extra,
		};
		const context = new CredentialTestContext({} as never);
		return await testPlatformCredential.call(context, { id: '', name: 'P', type: 'jelouPlatformApi', data });
	}

	test.each([
		['databases', 200, { data: [] }],
		['a list of them', 200, [{ id: 1 }]],
		["Jelou's own 404", 404, FAILED],
	])('a success: %s', async (_name, status, body) => {
		expect(await platformResultOf(status, body)).toEqual({ status: 'OK', message: 'Connection successful.' });
	});

	test.each([
		[
			'a refusal',
			401,
			{ message: 'Authentication failed' },
			'rejected the Client ID and the Client Secret (401)',
		],
		['no permission', 403, {}, 'rejected the Client ID and the Client Secret (403)'],
		['JSON of somebody else', 200, { ok: true }, 'does not come from Jelou'],
		['an error of the server', 500, {}, 'server error (500)'],
	])('a failure: %s', async (_name, status, body, message) => {
		const result = await platformResultOf(status, body);
		expect(result).toEqual({ status: 'Error', message: expect.stringContaining(message) });
	});

	test.each([
		['clientId', 'Client ID is empty. Fill it in.'],
		['clientSecret', 'Client Secret is empty. Fill it in.'],
	])('without %s', async (field, message) => {
		expect(await platformResultOf(200, {}, { [field]: ' ' })).toEqual({ status: 'Error', message });
	});
});
