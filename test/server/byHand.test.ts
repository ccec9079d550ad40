import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { DEMO_PROJECT } from '../../sandbox';
import { waitUntil } from '../../scripts/n8n/waitUntil';
import { PROJECT, credentialData, startStage, type Stage } from './support/stage';
import { triggerWorkflow } from './support/workflows';

jest.setTimeout(240_000);

const EVENT = readFileSync(join(__dirname, '../fixtures/event-message-text.json'), 'utf8');

let stage: Stage;
beforeAll(async () => {
	stage = await startStage();
});
afterAll(async () => stage?.stop());

const standing = () => {
	const { signingSecret, webhookUrl } = stage.sandbox.store.projects.get(PROJECT)?.integration ?? {};
	return { signingSecret, webhookUrl };
};
const isAnswering = async () => (await fetch(standing().webhookUrl ?? '', { method: 'POST' })).status === 401;

/** What Integration: Create does: an integration with the production URL of a trigger that is not active yet. */
async function createByHand(webhookUrl: string): Promise<void> {
	const response = await fetch(`${stage.sandbox.gatewayUrl}/v1/external-support/${PROJECT}`, {
		method: 'POST',
		headers: { 'content-type': 'application/json', 'x-api-key': DEMO_PROJECT.apiKey },
		body: JSON.stringify({ webhookUrl }),
	});
	expect(response.ok).toBe(true);
}

test('an integration made by hand keeps its URL and secret through activation, saving and deactivation', async () => {
	await createByHand(`${stage.n8n.url}/webhook/webhook-of-by-hand/webhook`);
	const before = standing();
	const data = credentialData(stage.sandbox, { signingSecret: before.signingSecret ?? '' });
	const credential = await stage.client.saveCredential('typed', 'jelouApi', data);
	const id = await stage.client.createWorkflow(triggerWorkflow('by-hand', credential));
	await stage.client.activate(id);
	await waitUntil('the webhook to answer', isAnswering);

	const { connections, nodes, settings, versionId } = await stage.client.workflow(id);
	const name = 'by hand, saved once more';
	await stage.client.updateWorkflow(id, { nodes, connections, settings, versionId, name });
	await stage.client.activate(id);
	await waitUntil('the webhook to answer', isAnswering);
	expect((await stage.sandbox.deliver(PROJECT, { body: EVENT })).status).toBe(200);
	expect(standing()).toEqual(before);

	await stage.client.deactivate(id);
	await waitUntil('the webhook to be gone', async () => !(await isAnswering()));
	expect(standing()).toEqual(before);
});
