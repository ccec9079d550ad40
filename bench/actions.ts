import { randomUUID } from 'node:crypto';

import { DEMO_PROJECT } from '../sandbox';
import { waitUntil } from '../scripts/n8n/waitUntil';
import { readFlows, sendFlows, type Flow, type Target } from './flows';
import { runOnce, type Run, type Stage } from './measure';
import { writeReport, type Comparison } from './report';
import { connectJelou, say, withStage } from './stage';

const LATENCY_MS = 20;
const MESSAGES = 500;
const READS = 1_000;
const ROOMS = 50;

/** Runs the flows in turn, so that whatever else the machine does hits them alike. The first round only warms up. */
async function compare(
	stage: Stage,
	name: string,
	flows: Flow[],
	rounds: number,
	itemsFor: () => unknown[],
): Promise<Comparison> {
	say(name);
	const ids: string[] = [];
	for (const flow of flows) {
		const id = await stage.client.createWorkflow(flow.workflow);
		await stage.client.activate(id);
		const send = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"items":[]}' };
		const address = `${stage.url}/webhook/${flow.path}`;
		await waitUntil('the webhook to answer', async () => (await fetch(address, send)).status !== 404);
		ids.push(id);
	}
	const runs: Run[][] = flows.map(() => []);
	for (let round = 0; round <= rounds; round++) {
		for (const [index, flow] of flows.entries()) {
			const run = await runOnce(stage, ids[index] ?? '', flow, itemsFor());
			if (round > 0) runs[index]?.push(run);
			say(`  ${flow.name}: ${String(run.ms)} ms${round === 0 ? ' (warm-up)' : ''}`);
		}
	}
	return { name, flows: flows.map((flow, index) => ({ name: flow.name, runs: runs[index] ?? [] })) };
}

/** Compares the action node with flows built by hand. */
export async function benchActions(rounds: number): Promise<void> {
	await withStage({}, async (started) => {
		const { client, n8n, sandbox } = started;
		const rooms = await sandbox.openRooms(ROOMS);
		const { id: jelou, secret } = await connectJelou(started);
		const { id: projectId, apiKey } = DEMO_PROJECT;
		const target: Target = { ...sandbox, projectId, secret };
		const header = { name: 'x-api-key', value: apiKey };
		const ids = { jelou, apiKeyHeader: await client.saveCredential('header', 'httpHeaderAuth', header) };
		const items = (count: number) =>
			Array.from({ length: count }, (_, n) => ({
				...rooms[n % ROOMS],
				id: randomUUID(),
				text: `message ${String(n)}`,
			}));

		await sandbox.setFaults({ latencyMs: LATENCY_MS });
		const stage: Stage = { url: n8n.url, pid: n8n.pid, client, sandbox };
		const title = (count: number, what: string) =>
			`${String(count)} ${what}, ${String(LATENCY_MS)} ms latency`;
		writeReport([
			await compare(
				stage,
				`${title(MESSAGES, `messages to ${String(ROOMS)} rooms`)}, concurrency 25`,
				sendFlows(ids, target),
				rounds,
				() => items(MESSAGES),
			),
			await compare(
				stage,
				`${title(READS, 'conversation reads')}, concurrency 25`,
				readFlows(ids, target),
				rounds,
				() => items(READS),
			),
		]);
	});
}
