import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { waitUntil } from '../../scripts/n8n/waitUntil';
import { N8N_LINE } from '../../scripts/paths';
import { CREDENTIAL_NAME, PROJECT, credentialData, startStage, type Stage } from './support/stage';
import { triggerWorkflow } from './support/workflows';

const COUNT = 200;
const EVENT = readFileSync(join(__dirname, '../fixtures/event-message-text.json'), 'utf8');

let stage: Stage;
let credential: string;
let production: string;
let other: string;

const integration = () => stage.sandbox.store.projects.get(PROJECT)?.integration ?? undefined;
const url = () => integration()?.webhookUrl ?? '';
const standing = () => ({ url: url(), secret: integration()?.signingSecret });

/** Waits until a genuine delivery starts a workflow: registration in n8n is asynchronous. */
async function activate(id: string): Promise<void> {
	await stage.client.activate(id);
	await waitUntil(
		'the webhook to answer',
		async () => url() !== '' && (await fetch(url(), { method: 'POST' })).status === 401,
	);
}

async function listen(id: string): Promise<void> {
	const workflowData = await stage.client.workflow(id);
	await stage.client.call('POST', `/workflows/${id}/run`, {
		workflowData,
		triggerToStartFrom: { name: 'Jelou Trigger' },
	});
	await waitUntil('the test URL to be registered', () => url().includes('/webhook-test/'));
}

/**
 * Waits until n8n no longer has a test of this workflow: the trigger gives the URL back a little earlier, and in between
 * n8n cannot begin a test (docs/trigger.md). A GET tells whether n8n would accept a POST.
 */
async function ended(name: string): Promise<void> {
	await waitUntil('the test to end', async () => {
		const answer = await fetch(`${stage.n8n.url}/webhook-test/webhook-of-${name}/webhook`);
		return (await answer.text()).includes('/webhook\\" is not registered.');
	});
}

async function cancel(id: string, name: string): Promise<void> {
	await stage.client.call('DELETE', `/test-webhook/${id}`);
	await ended(name);
}

const deliver = async () => (await stage.sandbox.deliver(PROJECT, { body: EVENT })).status;

beforeAll(async () => {
	stage = await startStage();
	credential = await stage.client.saveCredential(CREDENTIAL_NAME, 'jelouApi', credentialData(stage.sandbox));
	production = await stage.client.createWorkflow(triggerWorkflow('production', credential));
	other = await stage.client.createWorkflow(triggerWorkflow('other', credential));
	await activate(production);
});
afterAll(async () => stage?.stop());

describe('production keeps its URL and secret, with none typed anywhere, through', () => {
	let before: ReturnType<typeof standing>;
	beforeEach(() => {
		before = standing();
		expect(before.url).toContain('/webhook/webhook-of-production/webhook');
	});
	afterEach(async () => {
		await ended('production');
		await ended('other');
		expect(standing()).toEqual(before);
		expect(await deliver()).toBe(200);
	});

	test('a test in the same workflow that is cancelled', async () => {
		await listen(production);
		await cancel(production, 'production');
	});

	test('a test in the same workflow that gets its event', async () => {
		await listen(production);
		expect(await deliver()).toBe(200);
	});

	// n8n 1.x forgets all tests when one ends, so the second one receives nothing.
	test('two tests at once, of which the first ends', async () => {
		await listen(production);
		await listen(other);
		await waitUntil('the second test', () => url().includes('webhook-of-other'));
		await cancel(production, 'production');
		expect(url()).toBe(before.url);
		await cancel(other, 'other');
	});

	test('a restart, after which no hook is called', async () => {
		await stage.restart('stop');
	});

	test('a crash in the middle of a test, which is repaired', async () => {
		await listen(other);
		await stage.restart('kill');
		if (N8N_LINE === 'v1') {
			// n8n 1.x checks every trigger when it starts, so nobody has to do anything.
			await waitUntil('the URL of production', () => url() === before.url);
			return;
		}
		expect(url()).toContain('/webhook-test/webhook-of-other/');
		await stage.client.deactivate(production);
		await activate(production);
	});
});

test('publishing a new version keeps the URL and the secret, without a call to Jelou', async () => {
	const before = standing();
	const { connections, nodes, settings, versionId } = await stage.client.workflow(production);
	if (!Array.isArray(nodes)) throw new Error('n8n gave a workflow without nodes.');
	const changed = nodes.map((node) =>
		node.name === 'Jelou Trigger'
			? { ...node, parameters: { ...node.parameters, events: ['message'] } }
			: node,
	);
	stage.sandbox.store.requests.length = 0;
	await stage.client.updateWorkflow(production, { nodes: changed, connections, settings, versionId });
	await activate(production);
	// The time in which unpublishing the old version could still have an effect.
	await sleep(6_000);
	expect(standing()).toEqual(before);
	expect(await deliver()).toBe(200);
	const methods = new Set(stage.sandbox.store.requests.map(({ method }) => method));
	expect(methods).toEqual(new Set(['GET']));
});

test('a test run sends without a typed secret, and production goes on', async () => {
	const reply = {
		id: 'reply',
		name: 'Reply',
		type: 'n8n-nodes-jelou.jelou',
		typeVersion: 1,
		parameters: { text: 'x' },
	};
	const replying = await stage.client.createWorkflow(triggerWorkflow('replying', credential, reply));
	// The first message also starts the conversation: two events, of which n8n 1.x may give the test both.
	await stage.sandbox.userWrites(PROJECT, { text: 'hola' });
	await listen(replying);
	await stage.sandbox.userWrites(PROJECT, { text: 'hola' });
	const sent = () => [...stage.sandbox.store.messages.values()].flat().filter(({ from }) => from === 'agent');
	await waitUntil('the message', () => sent().length > 0);
	await waitUntil('the webhook to be given back', () => !url().includes('/webhook-test/'));
	expect(sent().map(({ content }) => content)).toEqual([{ body: 'x' }]);
	expect(url()).toContain('/webhook/webhook-of-production/webhook');
});

test('200 genuine deliveries, 16 at once, are 200 runs, each event once', async () => {
	const counted = await stage.client.createWorkflow(triggerWorkflow('counted', credential));
	await stage.client.deactivate(production);
	await waitUntil('the integration to be deleted', () => integration() === undefined);
	await activate(counted);
	const bodies = Array.from({ length: COUNT }, (_, n) => EVENT.replace('MESSAGE_ID', `message-${String(n)}`));
	const statuses: number[] = [];
	await Promise.all(
		Array.from({ length: 16 }, async () => {
			for (let body = bodies.pop(); body !== undefined; body = bodies.pop()) {
				statuses.push((await stage.sandbox.deliver(PROJECT, { body })).status);
			}
		}),
	);
	expect(statuses.filter((status) => status === 200)).toHaveLength(COUNT);
	const ids = async () => stage.client.executionCount(counted);
	await waitUntil('the executions', async () => (await ids()) >= COUNT);
	expect(await ids()).toBe(COUNT);
	await stage.client.deactivate(counted);
	await waitUntil('the integration to be deleted', () => integration() === undefined);
});
