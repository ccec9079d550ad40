import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { waitUntil } from '../../scripts/n8n/waitUntil';
import { sign } from '../../sandbox';
import { startGateway, type Gateway } from '../support/gateway';
import {
	CREDENTIAL_NAME,
	PROJECT,
	credentialData,
	startStage,
	webhookAnswers,
	type Stage,
} from './support/stage';
import { triggerWorkflow } from './support/workflows';

jest.setTimeout(240_000);

const EVENT = readFileSync(join(__dirname, '../fixtures/event-message-text.json'), 'utf8');

let stage: Stage;
let gateway: Gateway;
beforeAll(async () => {
	stage = await startStage();
	gateway = await startGateway(stage.sandbox);
});
afterAll(async () => {
	await gateway?.close();
	await stage?.stop();
});

const integration = () => stage.sandbox.store.projects.get(PROJECT)?.integration ?? undefined;
const deliver = async (signature?: string) =>
	(await stage.sandbox.deliver(PROJECT, { body: EVENT, signature })).status;

/** How many integrations Jelou has created. */
const creations = () =>
	stage.sandbox.store.requests.filter(({ method, status }) => method === 'POST' && status === 200).length;

const saveCredential = async (extra: Record<string, string> = {}) =>
	stage.client.saveCredential(CREDENTIAL_NAME, 'jelouApi', credentialData(gateway.sandbox, extra));

async function publish(id: string): Promise<void> {
	await stage.client.activate(id);
	await webhookAnswers(stage);
}

async function unpublish(id: string): Promise<void> {
	await stage.client.deactivate(id);
	await waitUntil('the integration to be deleted', () => Promise.resolve(integration() === undefined));
}

/** n8n 1.x says at once why it refuses, 2.x after it has tried for a while, and in its log. */
async function publishRefusedWith(id: string, message: string): Promise<void> {
	const before = stage.n8n.log().length;
	const thrown = await stage.client.activate(id).then(
		() => '',
		(error: Error) => error.message,
	);
	await waitUntil(`n8n to say "${message}"`, () =>
		Promise.resolve((thrown + stage.n8n.log().slice(before)).includes(message)),
	);
	await stage.client.deactivate(id).catch(() => undefined);
}

async function replaceExisting(id: string): Promise<void> {
	const { connections, nodes, settings, versionId } = await stage.client.workflow(id);
	if (!Array.isArray(nodes)) throw new Error('n8n gave a workflow without nodes.');
	const changed = nodes.map((node) => ({
		...node,
		parameters: { ...node.parameters, replaceExisting: true },
	}));
	await stage.client.updateWorkflow(id, { nodes: changed, connections, settings, versionId });
}

test('an integration whose creation was not answered is created again, and its events arrive', async () => {
	const id = await stage.client.createWorkflow(triggerWorkflow('unanswered', await saveCredential()));
	gateway.spoil('POST', { kind: 'drop' });
	const before = creations();
	await publish(id);
	// The first one is there for a moment, and n8n answers at its URL already.
	await waitUntil('the second creation', () => Promise.resolve(creations() === before + 2));
	expect(await deliver()).toBe(200);
	await unpublish(id);
});

test("an integration with the trigger's own URL whose secret nobody knows is refused, and replaced when the user says so", async () => {
	const credential = await saveCredential();
	const id = await stage.client.createWorkflow(triggerWorkflow('killed', credential));
	const { apiKey = '' } = credentialData(stage.sandbox);
	// As an n8n that was killed before the answer would leave it.
	const created = await fetch(`${stage.sandbox.gatewayUrl}/v1/external-support/${PROJECT}`, {
		method: 'POST',
		headers: { 'content-type': 'application/json', 'x-api-key': apiKey },
		body: JSON.stringify({ webhookUrl: `${stage.n8n.url}/webhook/webhook-of-killed/webhook` }),
	});
	expect(created.status).toBe(200);
	const lost = integration()?.signingSecret;

	await publishRefusedWith(
		id,
		'enter its signing secret in the Jelou credential, or turn on Replace Existing Webhook',
	);
	expect(integration()?.signingSecret).toBe(lost);

	await replaceExisting(id);
	await publish(id);
	await waitUntil('another secret', () => Promise.resolve(integration()?.signingSecret !== lost));
	expect(await deliver()).toBe(200);
	await unpublish(id);
});

test('a secret that leaked is refused after another is typed, also after unpublishing and publishing again', async () => {
	const typed = 'f'.repeat(64);
	const id = await stage.client.createWorkflow(triggerWorkflow('leaked', await saveCredential()));
	await publish(id);
	const leaked = integration()?.signingSecret ?? '';
	expect(await deliver(sign(EVENT, leaked))).toBe(200);

	await saveCredential({ signingSecret: typed });
	expect(await deliver(sign(EVENT, typed))).toBe(200);
	expect(await deliver(sign(EVENT, leaked))).toBe(401);

	await stage.client.deactivate(id);
	await waitUntil('the trigger to say why it leaves the integration', () =>
		Promise.resolve(stage.n8n.log().includes('whose signing secret is not the one in the Jelou credential')),
	);
	await publishRefusedWith(id, 'Enter the current one, or clear the field');
	expect(await deliver(sign(EVENT, leaked))).not.toBe(200);

	await saveCredential({ signingSecret: '' });
	await publish(id);
	expect(integration()?.signingSecret).toBe(leaked);
	await unpublish(id);
});

test('publishing says in its message who has the project already, and what to do', async () => {
	const credential = await saveCredential();
	const first = await stage.client.createWorkflow(triggerWorkflow('first', credential));
	const second = await stage.client.createWorkflow(triggerWorkflow('second', credential));
	await publish(first);
	await publishRefusedWith(
		second,
		"Another workflow of this n8n already receives this project's events: unpublish it, or turn on Replace Existing Webhook",
	);

	const { apiKey = '' } = credentialData(stage.sandbox);
	await fetch(`${stage.sandbox.gatewayUrl}/v1/external-support/${PROJECT}`, {
		method: 'PATCH',
		headers: { 'content-type': 'application/json', 'x-api-key': apiKey },
		body: JSON.stringify({ webhookUrl: 'https://crm.example.com/secret-path' }),
	});
	await publishRefusedWith(
		second,
		"The project's integration already points to crm.example.com: turn on Replace Existing Webhook",
	);
	expect(stage.n8n.log()).not.toContain('secret-path');
});

test('publishing with a wrong API key says in its message where to correct it', async () => {
	const credential = await saveCredential({ apiKey: 'wrong-key' });
	const id = await stage.client.createWorkflow(triggerWorkflow('wrong-key', credential));
	await publishRefusedWith(id, 'Check API Key and Project ID in the Jelou credential');
});
