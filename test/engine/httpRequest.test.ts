import { createHmac } from 'node:crypto';

import { DEMO_PROJECT, type Sandbox } from '../../sandbox';
import { Engine, errorOf } from './support/engine';
import { BOT, PROJECT, USER, credentialFor, openRoom, sandboxWithIntegration } from './support/setup';

/** n8n's HTTP Request node works with this credential: its two request helpers, on real sockets. */
const HELPERS = ['httpRequestWithAuthentication', 'requestWithAuthentication'] as const;

let sandbox: Sandbox;
let secret: string;
beforeAll(async () => {
	({ sandbox, secret } = await sandboxWithIntegration());
});
afterAll(async () => sandbox.close());

const engine = () => new Engine({ credential: credentialFor(sandbox, { signingSecret: secret }) });
const lastRequest = () => sandbox.store.requests.at(-1);

function message(body: string): Record<string, unknown> {
	const { roomId } = openRoom(sandbox);
	return {
		field: 'messages',
		object: 'message_event',
		event_type: 'incoming_message',
		project_id: PROJECT,
		room_id: roomId,
		bot_id: BOT,
		user_id: USER,
		value: { id: body, type: 'text', content: { body } },
	};
}

describe.each(HELPERS)('through %s', (helper) => {
	const target = () => {
		const url = `${sandbox.chatbotUrl}/v1/external-support/webhook`;
		return helper === 'requestWithAuthentication' ? { uri: url } : { url };
	};

	test.each([
		['white space at both ends', ' \n\t', '\r\n  '],
		['nothing around it', '', ''],
	])('text with %s goes out byte for byte, signed', async (_name, before, after) => {
		const body = `${before}${JSON.stringify(message('¡Hola! "ñ" 👋 \u2028'))}${after}`;
		const headers = { 'Content-Type': 'application/json' };
		const run = await engine().request(helper, { ...target(), method: 'POST', headers, body });
		expect(errorOf(run)).toBeUndefined();
		expect(lastRequest()?.rawBody.toString()).toBe(body);
		const digest = createHmac('sha256', secret).update(body).digest('hex');
		expect(lastRequest()?.headers['x-jelou-signature']).toBe(`sha256=${digest}`);
		expect(lastRequest()?.status).toBe(200);
	});

	test('an object is serialised once and signed', async () => {
		const body = message('objeto ñ');
		const run = await engine().request(helper, {
			...target(),
			method: 'POST',
			body: body as never,
			json: true,
		});
		expect(errorOf(run)).toBeUndefined();
		expect(lastRequest()?.rawBody.toString()).toBe(JSON.stringify(body));
		expect(lastRequest()?.status).toBe(200);
	});

	test('a request to the gateway gets the API key', async () => {
		const url = `${sandbox.gatewayUrl}/v1/external-support/${PROJECT}`;
		await engine().request(helper, { url, method: 'GET', json: true });
		expect(lastRequest()?.headers).toHaveProperty('x-api-key', DEMO_PROJECT.apiKey);
	});
});
