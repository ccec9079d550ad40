import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { sign } from '../../sandbox';
import type { Json } from '../../scripts/json';
import { waitUntil } from '../../scripts/n8n/waitUntil';
import { forgeries } from '../support/forgeries';
import { openDialogue, type Dialogue } from '../server/support/dialogue';
import { PROJECT } from '../server/support/stage';
import { openScaled } from './support/addresses';
import { integrationOf, startScaleStage, type ScaleStage } from './support/stage';
import { replyWorkflow } from './support/workflows';

const EVENT = readFileSync(join(__dirname, '../fixtures/event-message-text.json'), 'utf8');

let stage: ScaleStage;
let workflowId: string;
const secretAtJelou = () => integrationOf(stage.sandbox)?.signingSecret ?? '';
const replies = () =>
	[...stage.sandbox.store.messages.values()]
		.flat()
		.flatMap(({ content, from }) => (from === 'agent' && 'body' in content ? [content.body] : []));
const executions = (status: string) =>
	stage.cluster.postgres.query(`select id from execution_entity where status = '${status}' order by id`);

/** What a person does with the integration by hand. */
async function atJelou(method: 'DELETE' | 'POST', body?: Record<string, unknown>): Promise<void> {
	const { ok, status } = await fetch(`${stage.sandbox.gatewayUrl}/v1/external-support/${PROJECT}`, {
		method,
		headers: { 'content-type': 'application/json', 'x-api-key': 'demo-api-key' },
		...(body && { body: JSON.stringify(body) }),
	});
	expect({ method, ok, status }).toMatchObject({ ok: true });
}

async function write(text: string): Promise<number | null> {
	return (await stage.sandbox.userWrites(PROJECT, { text })).status;
}

async function expectReply(text: string): Promise<void> {
	expect(await write(text)).toBe(200);
	await waitUntil(`the reply to "${text}"`, () => replies().includes(`re: ${text}`));
}

beforeAll(async () => {
	// The only way from n8n 3.0 on, which has no such setting.
	stage = await startScaleStage({ env: { OFFLOAD_MANUAL_EXECUTIONS_TO_WORKERS: 'true' } });
	workflowId = await stage.client.createWorkflow(replyWorkflow('reply', await stage.saveCredential('')));
	await stage.activate(workflowId);
});
afterAll(async () => stage?.stop());

test('the main registers the address that the webhook processes are behind', () => {
	expect(integrationOf(stage.sandbox)?.webhookUrl).toMatch(
		new RegExp(`^${stage.cluster.webhookUrl}/webhook/.+/webhook$`),
	);
});

describe('with no secret typed into the credential', () => {
	test('a worker sends the reply, not the main and not the webhook process', async () => {
		await expectReply('hola');
		const ran = stage.cluster
			.processes()
			.filter((member) => /Worker started execution/.test(member.log()))
			.map(({ name }) => name.replace(/\d/, 'n'));
		expect(new Set(ran)).toEqual(new Set(['worker-n']));
	});

	test('every forgery gets 401 and runs nothing', async () => {
		const before = (await executions('success')).length;
		for (const forgery of forgeries(EVENT, secretAtJelou())) {
			const { status } = await stage.sandbox.deliver(PROJECT, forgery);
			expect({ name: forgery.name, status }).toEqual({ name: forgery.name, status: 401 });
		}
		// A genuine one after them shows that a run would have appeared by now.
		expect(await write('behind the forgeries')).toBe(200);
		await waitUntil('the genuine run', async () => (await executions('success')).length > before);
		expect((await executions('success')).length).toBe(before + 1);
	});
});

describe('with the secret typed into the credential', () => {
	test('a secret that is changed while everything runs works for the next delivery, in both directions', async () => {
		// Jelou creates a new secret with each new integration.
		const { sandbox } = stage;
		const { webhookUrl } = integrationOf(sandbox) ?? {};
		const old = secretAtJelou();
		await atJelou('DELETE');
		await atJelou('POST', { webhookUrl });
		expect(secretAtJelou()).not.toBe(old);

		expect(await write('not yet typed')).toBe(401);
		await stage.saveCredential(secretAtJelou());
		await waitUntil('a delivery to be taken', async () => (await write('now')) === 200);
		await expectReply('after the change');
		expect((await sandbox.deliver(PROJECT, { body: EVENT, signature: sign(EVENT, `${old}0`) })).status).toBe(
			401,
		);
	});
});

test('an integration that somebody created again by hand stays when the workflow ends', async () => {
	const { client, cluster, sandbox } = stage;
	await client.deactivate(workflowId);
	await waitUntil('the log to say so', () =>
		cluster.main.log().includes('so it stays and still points here'),
	);
	expect(integrationOf(sandbox)?.webhookUrl).toContain(cluster.webhookUrl);
	await atJelou('DELETE');
	await stage.saveCredential('');
	await stage.activate(workflowId);
	expect(integrationOf(sandbox)?.webhookUrl).toContain(cluster.webhookUrl);
});

describe('activated and deactivated from several places at once', () => {
	test('in the end there is one integration with the right URL, and its secret is known', async () => {
		const { client, cluster, sandbox } = stage;
		// The second to come may be refused; none may leave anything half done.
		const tries = Array.from({ length: 8 }, (_, n) =>
			(n % 2 === 0 ? client.deactivate(workflowId) : client.activate(workflowId)).catch(() => undefined),
		);
		await Promise.all(tries);
		await client.deactivate(workflowId);
		await waitUntil('the integration to be gone', () => integrationOf(sandbox) === undefined);
		await Promise.all(Array.from({ length: 4 }, () => client.activate(workflowId).catch(() => undefined)));
		await waitUntil('the workflow to be registered', () => integrationOf(sandbox) !== undefined);
		expect(integrationOf(sandbox)?.webhookUrl).toContain(cluster.webhookUrl);
		await waitUntil('a delivery to be taken', async () => (await write('raced')) === 200);
		await expectReply('after the race');
		expect(sandbox.store.requests.filter(({ method }) => method === 'POST').length).toBeGreaterThan(1);
	});
});

describe('test runs, which workers run,', () => {
	let dialogue: Dialogue;
	const project = () => stage.sandbox.store.projects.get(dialogue.projectId);
	const webhookUrl = () => project()?.integration?.webhookUrl ?? '';
	const isListening = () => webhookUrl().includes('/webhook-test/');
	const run = async (body: Json) => stage.client.call('POST', `/workflows/${dialogue.workflowId}/run`, body);

	/** Listens for a test event in the editor, and delivers one. */
	async function listen(): Promise<void> {
		const { client, cluster, sandbox } = stage;
		const workflowData = await client.workflow(dialogue.workflowId);
		await run({ workflowData, triggerToStartFrom: { name: 'Jelou Trigger' } });
		await waitUntil('the test to listen', () => isListening());
		const { rawBody } = await dialogue.writes('user-0', 'hola');
		// Only the main process knows the test URL; a proxy sends requests there.
		const url = `${cluster.main.url}${new URL(webhookUrl()).pathname}`;
		expect((await sandbox.deliver(dialogue.projectId, { body: rawBody, url })).status).toBe(200);
		await waitUntil('the test to end', () => !isListening());
	}

	/** The latest run, as soon as there are this many with this status. */
	async function latest(status: string, count: number): Promise<Json> {
		const { client } = stage;
		const runs = async () => client.executionCount(dialogue.workflowId, [status]);
		await waitUntil(`a run with ${status}`, async () => (await runs()) === count);
		const [newest] = await client.executions(dialogue.workflowId);
		return await client.execution(String(newest?.id));
	}

	beforeAll(async () => {
		const { client, cluster, sandbox } = stage;
		dialogue = await openDialogue({ client, n8n: { url: cluster.webhookUrl }, sandbox }, [], {
			change: (workflow) => {
				const [trigger = {}, last] = workflow.nodes;
				return { ...workflow, nodes: [trigger, { ...last, parameters: { text: 'heard' } }] };
			},
		});
	});

	test('send with no secret typed', async () => {
		await listen();
		expect(await dialogue.hears('user-0', 1)).toBe('heard');
		await latest('success', 1);
	});
});

test('an answer that waits in the queue while the workers restart goes on with its run', async () => {
	const { client, cluster } = stage;
	const ask = { name: 'Name', parameters: { message: 'Name?', answerType: 'text' } };
	const dialogue = await openScaled(stage, [ask], {});
	await dialogue.writes('user-0', 'hola');
	await dialogue.hears('user-0', 1);
	const waits = async () => (await client.executionCount(dialogue.workflowId, ['waiting'])) === 1;
	await waitUntil('the run to wait', waits);
	await Promise.all(cluster.workers.map((worker) => worker.stop()));
	expect(await dialogue.writes('user-0', 'Ana')).toMatchObject({ status: 200 });
	await Promise.all(cluster.workers.map((worker) => worker.start()));
	expect(await dialogue.hears('user-0', 2)).toBe('Name=Ana');
});

describe('a webhook process that is starting', () => {
	/** n8n migrates its database under this lock; while somebody else holds it, a start goes no further. */
	const key = createHash('sha256').update('public:').digest().readInt32BE(0);

	test('responds to everything with 200 and loses it, so the balancer keeps deliveries away from it', async () => {
		const { cluster, sandbox } = stage;
		const [webhook] = cluster.webhooks;
		await stage.saveCredential(secretAtJelou());
		await webhook?.stop();
		await waitUntil('the balancer to find out', async () => (await write('nobody is there')) === 503);
		const held = cluster.postgres
			.query(`select pg_advisory_lock(1005, ${String(key)}), pg_sleep(120)`)
			.catch(() => 'let go');
		const started = webhook?.start();
		const answer = async () => {
			const { pathname } = new URL(integrationOf(sandbox)?.webhookUrl ?? '');
			const response = await fetch(`${String(webhook?.url)}${pathname}`, { method: 'POST' });
			return `${String(response.status)} ${await response.text()}`;
		};
		try {
			await waitUntil("n8n's own answer", async () => (await answer().catch(() => '')).startsWith('200'));
			expect(await answer()).toBe('200 n8n is starting up. Please wait');
			// Longer than the balancer takes to check again.
			for (let n = 0; n < 6; n++) {
				expect(await write(`too early ${String(n)}`)).toBe(503);
				await sleep(500);
			}
		} finally {
			await cluster.postgres.query(
				'select pg_terminate_backend(pid) from pg_locks where classid = 1005 and granted',
			);
		}
		expect(await held).toBe('let go');
		await started;
		await waitUntil('a delivery to be taken', async () => (await write('ready')) === 200);
		await expectReply('after the start');
	});
});
