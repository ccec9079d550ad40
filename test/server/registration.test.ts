import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { waitUntil } from '../../scripts/n8n/waitUntil';
import { DEMO_PROJECT, sign } from '../../sandbox';
import {
	CREDENTIAL_NAME,
	PROJECT,
	credentialData,
	publishRefusedWith as refusedWith,
	startStage,
	webhookAnswers,
	type Stage,
} from './support/stage';
import { triggerWorkflow } from './support/workflows';

const EVENT = readFileSync(join(__dirname, '../fixtures/event-message-text.json'), 'utf8');

let stage: Stage;
beforeAll(async () => {
	stage = await startStage();
});
afterAll(async () => stage?.stop());

const integration = () => stage.sandbox.store.projects.get(PROJECT)?.integration ?? undefined;
const deliver = async (signature?: string) =>
	(await stage.sandbox.deliver(PROJECT, { body: EVENT, signature })).status;

/** How often n8n has read the integration. */
const readings = () => stage.sandbox.store.log.filter(({ title }) => title === 'Read integration').length;

/** Creates the integration or changes its URL, as another system would. */
async function jelou(method: 'POST' | 'PATCH', webhookUrl: string): Promise<void> {
	const response = await fetch(`${stage.sandbox.gatewayUrl}/v1/external-support/${PROJECT}`, {
		method,
		headers: { 'content-type': 'application/json', 'x-api-key': DEMO_PROJECT.apiKey },
		body: JSON.stringify({ webhookUrl }),
	});
	expect(response.status).toBe(200);
}

const saveCredential = async (extra: Record<string, string> = {}) =>
	stage.client.saveCredential(CREDENTIAL_NAME, 'jelouApi', credentialData(stage.sandbox, extra));

async function publish(id: string): Promise<void> {
	await stage.client.activate(id);
	await webhookAnswers(stage);
}

async function unpublish(id: string): Promise<void> {
	await stage.client.deactivate(id);
	await waitUntil('the integration to be deleted', () => integration() === undefined);
}

const publishRefusedWith = async (id: string, message: string) => refusedWith(stage, id, message);

async function replaceExisting(id: string): Promise<void> {
	const { connections, nodes, settings, versionId } = await stage.client.workflow(id);
	if (!Array.isArray(nodes)) throw new Error('n8n gave a workflow without nodes.');
	const changed = nodes.map((node) => ({
		...node,
		parameters: { ...node.parameters, replaceExisting: true },
	}));
	await stage.client.updateWorkflow(id, { nodes: changed, connections, settings, versionId });
}

test("an integration with the trigger's own URL whose secret nobody knows is refused, and replaced when the user says so", async () => {
	const credential = await saveCredential();
	const id = await stage.client.createWorkflow(triggerWorkflow('killed', credential));
	// As left by an n8n that was killed before the response.
	await jelou('POST', `${stage.n8n.url}/webhook/webhook-of-killed/webhook`);
	const lost = integration()?.signingSecret;

	await publishRefusedWith(id, 'enter the secret in this one, or turn on Replace Existing Webhook');
	expect(integration()?.signingSecret).toBe(lost);

	await replaceExisting(id);
	await publish(id);
	// Between the two there is no integration at all.
	await waitUntil('another secret', () => {
		const { signingSecret = lost } = integration() ?? {};
		return Promise.resolve(signingSecret !== lost);
	});
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
		stage.n8n.log().includes('whose signing secret is not the one in the Jelou credential'),
	);
	await publishRefusedWith(id, 'Enter the current one, or clear the field');
	expect(await deliver(sign(EVENT, leaked))).not.toBe(200);

	await saveCredential({ signingSecret: '' });
	await publish(id);
	expect(integration()?.signingSecret).toBe(leaked);
	await unpublish(id);
});

test('the error of publishing says who already has the project, and what to do', async () => {
	const credential = await saveCredential();
	const first = await stage.client.createWorkflow(triggerWorkflow('first', credential));
	const second = await stage.client.createWorkflow(triggerWorkflow('second', credential));
	await publish(first);
	const before = readings();
	await publishRefusedWith(
		second,
		'The workflow "first" already receives this project\'s events: unpublish it, turn on Replace Existing Webhook, or use another Jelou project',
	);
	// Where a retry may help, n8n 2.x tries five times in 15 s, and reads the integration twice each time.
	expect(readings() - before).toBeLessThanOrEqual(3);

	await jelou('PATCH', 'https://crm.example.com/secret-path');
	await publishRefusedWith(
		second,
		"The project's integration already points to crm.example.com: turn on Replace Existing Webhook",
	);
	expect(stage.n8n.log()).not.toContain('secret-path');
});

test('an integration created by hand keeps its URL and secret through publishing, saving and unpublishing', async () => {
	const project = stage.sandbox.store.projects.get(PROJECT);
	if (project) project.integration = null;
	await jelou('POST', `${stage.n8n.url}/webhook/webhook-of-by-hand/webhook`);
	const standing = () => {
		const { signingSecret, webhookUrl } = integration() ?? {};
		return { signingSecret, webhookUrl };
	};
	const before = standing();
	const credential = await saveCredential({ signingSecret: before.signingSecret ?? '' });
	const id = await stage.client.createWorkflow(triggerWorkflow('by-hand', credential));
	await publish(id);

	const { connections, nodes, settings, versionId } = await stage.client.workflow(id);
	const name = 'by hand, saved once more';
	await stage.client.updateWorkflow(id, { nodes, connections, settings, versionId, name });
	await publish(id);
	expect(await deliver()).toBe(200);
	expect(standing()).toEqual(before);

	await stage.client.deactivate(id);
	await waitUntil(
		'the webhook to be gone',
		async () => (await fetch(before.webhookUrl ?? '', { method: 'POST' })).status !== 401,
	);
	expect(standing()).toEqual(before);
});
