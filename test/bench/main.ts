import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';

import { DEMO_PROJECT } from '../../sandbox';
import { N8nClient } from '../../scripts/n8n/client';
import { installPackage } from '../../scripts/n8n/installPackage';
import { startN8n } from '../../scripts/n8n/server';
import { waitUntil } from '../../scripts/n8n/waitUntil';
import { packedTarball } from '../../scripts/pack';
import { WORK_FOLDER } from '../../scripts/paths';
import { startSandboxProcess } from '../../scripts/sandboxProcess';
import { readFlows, sendFlows, type Flow, type Target } from './flows';
import { runOnce, type Run, type Stage } from './measure';
import { writeReport, type Comparison } from './report';

const ROUNDS = 7;
const LATENCY_MS = 20;
const MESSAGES = 500;
const READS = 1_000;
const ROOMS = 50;

const say = (text: string) => process.stdout.write(`${text}\n`);

/** Runs the flows in turn, so that whatever else the machine does hits them alike. The first round only warms up. */
async function compare(
	stage: Stage,
	name: string,
	flows: Flow[],
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
	for (let round = 0; round <= ROUNDS; round++) {
		for (const [index, flow] of flows.entries()) {
			const run = await runOnce(stage, ids[index] ?? '', flow, itemsFor());
			if (round > 0) runs[index]?.push(run);
			say(`  ${flow.name}: ${String(run.ms)} ms${round === 0 ? ' (warm-up)' : ''}`);
		}
	}
	return { name, flows: flows.map((flow, index) => ({ name: flow.name, runs: runs[index] ?? [] })) };
}

async function main(): Promise<void> {
	const folder = join(WORK_FOLDER, 'bench', randomUUID());
	const stops: Array<() => Promise<void> | void> = [() => rmSync(folder, { recursive: true, force: true })];
	try {
		installPackage(folder, packedTarball());
		const sandbox = await startSandboxProcess();
		stops.push(() => sandbox.close());
		const rooms = await sandbox.openRooms(ROOMS);
		const secret = await sandbox.createIntegration('http://127.0.0.1:9/webhook');
		const n8n = await startN8n({ userFolder: folder, logFile: join(folder, 'n8n.log') });
		stops.push(() => n8n.stop());
		const client = new N8nClient(n8n.url);
		await client.login({ email: 'owner@example.com', password: 'Bench-password-1' });

		const { id: projectId, apiKey } = DEMO_PROJECT;
		const target: Target = { ...sandbox, projectId, secret };
		const jelou = await client.saveCredential('bench', 'jelouApi', {
			projectId,
			apiKey,
			signingSecret: secret,
			environment: 'custom',
			gatewayUrl: sandbox.gatewayUrl,
			chatbotUrl: sandbox.chatbotUrl,
		});
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
				() => items(MESSAGES),
			),
			await compare(
				stage,
				`${title(READS, 'conversation reads')}, concurrency 25`,
				readFlows(ids, target),
				() => items(READS),
			),
		]);
	} finally {
		for (const stop of stops.reverse()) await stop();
	}
}

main().catch((error: unknown) => {
	process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
	process.exitCode = 1;
});
