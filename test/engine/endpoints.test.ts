import { randomUUID } from 'node:crypto';

import { ExecuteContext, WebhookContext } from 'n8n-core';

import type { Sandbox } from '../../sandbox';
import { startRecorder, type Recorder } from '../support/recorder';
import { Engine, errorOf } from './support/engine';
import { startReceiver } from './support/receiver';
import { BOT, PROJECT, USER, credentialFor, sandboxWithIntegration } from './support/setup';
import { integrationOf } from './support/triggers';

// What one test learns is known to the next, as within one n8n process.

let sandbox: Sandbox;
let secret: string;
let n8n: Recorder;

beforeAll(async () => {
	n8n = await startRecorder(() => ({ body: JSON.stringify({ status: 'confirmed' }) }));
	({ sandbox, secret } = await sandboxWithIntegration());
});
afterAll(async () => Promise.all([sandbox.close(), n8n.close()]));
afterEach(() => jest.restoreAllMocks());

const engine = () =>
	new Engine({
		credential: credentialFor(sandbox, { signingSecret: secret }),
		webhookBaseUrl: n8n.url,
		endpoints: { production: 'my-test', test: 'dev' },
		workflowId: randomUUID(),
	});
const pointTo = (webhookUrl: string) => Object.assign(integrationOf(sandbox) ?? {}, { webhookUrl });
/** Sends the trigger a note. Returns where it went. */
async function tells(): Promise<string | undefined> {
	jest
		.spyOn(ExecuteContext.prototype, 'getSignedResumeUrl')
		.mockReturnValue(`${n8n.url}/waiting/7/node-1?signature=hidden`);
	jest.spyOn(ExecuteContext.prototype, 'getInstanceId').mockReturnValue('this-n8n');
	const room = { room_id: 'room', bot: { id: BOT }, contact: { id: USER } };
	const run = await engine().run({ resource: 'conversation', operation: 'pause' }, [room]);
	expect(errorOf(run)).toBeUndefined();
	return n8n.requests.at(-1)?.path;
}

test('a delivery asks for its URL once, and learns the production endpoint from it', async () => {
	const asked = jest.spyOn(WebhookContext.prototype, 'getNodeWebhookUrl');
	const receiver = await startReceiver(engine(), { events: ['*'], options: {} });
	const url = `${receiver.url}/webhook/webhook-1/webhook`;
	for (let n = 0; n < 3; n++) {
		const body = JSON.stringify({ event: 'x', n });
		expect((await sandbox.deliver(PROJECT, { url, body })).status).toBe(200);
	}
	await receiver.close();
	expect(asked).toHaveBeenCalledTimes(1);
	pointTo(`${n8n.url}/my-test/webhook-1/webhook`);
	expect(await tells()).toBe('/my-test/webhook-1/webhook');
});

test('where the endpoints were renamed, a test gives the production URL back, and notes go to it meanwhile', async () => {
	const [production, listening] = [engine(), engine()];
	pointTo(`${n8n.url}/my-test/webhook-1/webhook`);
	await production.register();
	await listening.register({}, true);
	expect(integrationOf(sandbox)?.webhookUrl).toBe(`${n8n.url}/dev/webhook-1/webhook`);
	expect(await tells()).toBe('/my-test/webhook-1/webhook');
	await listening.hook('delete', {}, { isTest: true, activation: 'update' });
	expect(integrationOf(sandbox)?.webhookUrl).toBe(`${n8n.url}/my-test/webhook-1/webhook`);
});

test('a test URL that a crash left behind is never put back', async () => {
	const listening = engine();
	pointTo(`${n8n.url}/dev/another/webhook`);
	await listening.register({}, true);
	await listening.hook('delete', {}, { isTest: true, activation: 'update' });
	expect(integrationOf(sandbox)?.webhookUrl).toBe(`${n8n.url}/my-test/another/webhook`);
	pointTo(`${n8n.url}/dev/webhook-1/webhook`);
	await engine().register();
	expect(integrationOf(sandbox)?.webhookUrl).toBe(`${n8n.url}/my-test/webhook-1/webhook`);
});
