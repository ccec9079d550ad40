import { startSandbox, type Sandbox } from '../../sandbox';
import { Engine, errorOf, outputOf } from './support/engine';
import { BOT, PROJECT, USER, credentialFor, openRoom } from './support/setup';

let sandbox: Sandbox;
beforeEach(async () => {
	sandbox = await startSandbox();
});
afterEach(async () => sandbox.close());

const engine = () => new Engine({ credential: credentialFor(sandbox) });
const integration = (operation: string, extra = {}) => ({ resource: 'integration', operation, ...extra });
const existing = () => sandbox.store.projects.get(PROJECT)?.integration;
const URL_ONE = 'https://n8n.example.com/one';

test('an integration is created, read, changed and deleted', async () => {
	const created = outputOf(await engine().run(integration('create', { webhookUrl: URL_ONE }), [{}]))[0]?.json;
	expect(created).toMatchObject({ webhookUrl: URL_ONE, signingSecret: existing()?.signingSecret });

	const read = outputOf(await engine().run(integration('get'), [{}]))[0]?.json;
	expect(read).toMatchObject({ brainId: PROJECT, webhookUrl: URL_ONE });
	expect(read).not.toHaveProperty('signingSecret');

	const secret = existing()?.signingSecret;
	const additionalFields = { authType: 'bearer', authorization: 'token' };
	const changed = { webhookUrl: 'https://n8n.example.com/two', additionalFields };
	await engine().run(integration('update', changed), [{}]);
	expect(existing()).toMatchObject({
		webhookUrl: changed.webhookUrl,
		signingSecret: secret,
		...additionalFields,
	});

	const deleted = outputOf(await engine().run(integration('delete'), [{}]))[0]?.json;
	expect(deleted).toEqual({ deleted: true });
	expect(existing()).toBeNull();
});

test('in a custom environment a webhook on plain HTTP is sent to Jelou', async () => {
	await engine().run(integration('create', { webhookUrl: 'http://127.0.0.1:5678/webhook' }), [{}]);
	expect(sandbox.store.requests.map(({ method }) => method)).toEqual(['POST']);
});

test('the error says in plain words that an integration does not exist, or already exists', async () => {
	expect(errorOf(await engine().run(integration('get'), [{}]))?.message).toBe(
		'This project has no integration (404)',
	);
	await engine().run(integration('create', { webhookUrl: URL_ONE }), [{}]);
	const again = await engine().run(integration('create', { webhookUrl: URL_ONE }), [{}]);
	expect(errorOf(again)?.message).toBe('This project already has an integration (409)');
});

test('a conversation is closed, with a closing message', async () => {
	const { conversationId } = openRoom(sandbox);
	const close = {
		resource: 'conversation',
		operation: 'close',
		botId: BOT,
		userId: USER,
		closingMessage: 'Adiós',
	};
	const run = await engine().run(close, [{}]);
	expect(outputOf(run)[0]?.json).toEqual({
		closed: true,
		botId: BOT,
		userId: USER,
		bot: { id: BOT },
		contact: { id: USER },
	});
	expect(sandbox.store.conversations.get(conversationId)?.state).toBe('closed');
	expect(JSON.parse(sandbox.store.requests.at(-1)?.rawBody.toString() ?? '')).toEqual({
		botId: BOT,
		userId: USER,
		redirectPayload: { type: 'text', text: 'Adiós' },
	});
});
