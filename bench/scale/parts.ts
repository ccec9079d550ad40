import { waitUntil } from '../../scripts/n8n/waitUntil';
import { batchWorkflow, replyWorkflow } from '../../test/scale/support/workflows';
import { signed, type Delivery } from '../delivery';
import { median } from '../measure';
import { say } from '../stage';
import { measure, runsWith, type Round } from './measure';
import { activate, groupsOf, projectOf, type ScaleBench, type Target } from './stage';
import { memory } from '../usage';

export interface Asked {
	rounds: number;
	seconds: number;
	soakMinutes: number;
	batches: number[];
	workflows: number[];
}

export type WorkersResult = Round & { workers: number; webhooks: number };

export const WORKERS = [1, 2, 4];
const WEBHOOKS = [1, 2];
export const WARM_UP_SECONDS = 5;

/** The one whose rate is the median. */
export function medianRound<Each extends { perSecond: number }>(rounds: Each[]): Each {
	const middle = median(rounds.map(({ perSecond }) => perSecond));
	const found = rounds.find(({ perSecond }) => perSecond === middle);
	if (found === undefined) throw new Error('Nothing was measured.');
	return found;
}

/** Warms up, measures so many rounds, and gives the middle one. */
export async function measureRounds(bench: ScaleBench, deliveries: Delivery[], { rounds, seconds }: Asked) {
	await measure(bench, deliveries, WARM_UP_SECONDS);
	const measured: Round[] = [];
	for (let round = 0; round < rounds; round++) measured.push(await measure(bench, deliveries, seconds));
	return medianRound(measured);
}

export async function replyTarget(bench: ScaleBench): Promise<Target> {
	return await activate(bench, projectOf(0), replyWorkflow, 'hola');
}

/** Deliveries per second with 1, 2 and 4 workers, and 1 and 2 webhook processes. */
export async function benchWorkers(bench: ScaleBench, asked: Asked, { deliveries }: Target) {
	const results: WorkersResult[] = [];
	for (const webhooks of WEBHOOKS) {
		for (const workers of WORKERS) {
			await bench.cluster.resize(webhooks, workers);
			results.push({ webhooks, workers, ...(await measureRounds(bench, deliveries, asked)) });
			say(JSON.stringify(results.at(-1)));
		}
	}
	return results;
}

export interface BatchResult {
	messages: number;
	/** From the start of the run to its end. */
	seconds: number;
	/** The most memory that the worker had in use meanwhile, and before. */
	peakMemoryMb: number;
	memoryBeforeMb: number;
}

/** How long one run takes that sends so many messages to one room each, over as many rooms as lanes. */
export async function benchBatches(bench: ScaleBench, { batches }: Asked): Promise<BatchResult[]> {
	const results: BatchResult[] = [];
	await bench.cluster.resize(1, 1);
	for (const [n, messages] of batches.entries()) {
		const make = (name: string, credential: string) => batchWorkflow(name, credential);
		const target = await activate(bench, projectOf(100 + n), make, `${String(messages)} messages`, 1);
		const worker = () => memory(groupsOf(bench))['worker-1'] ?? 0;
		const memoryBeforeMb = Math.round(worker());
		let peak = memoryBeforeMb;
		const watch = setInterval(() => (peak = Math.max(peak, worker())), 50);
		try {
			await sendOne(bench, target.deliveries);
			const isOver = async () => (await runsWith(bench, overOf(target))) > 0;
			await waitUntil(`a batch of ${String(messages)}`, isOver, 600_000, 500);
		} finally {
			clearInterval(watch);
		}
		const [[seconds] = []] = await bench.cluster.postgres.query(
			`select extract(epoch from "stoppedAt" - "startedAt") from execution_entity where ${overOf(target)}`,
		);
		results.push({ messages, seconds: Number(seconds), peakMemoryMb: Math.round(peak), memoryBeforeMb });
		say(JSON.stringify(results.at(-1)));
	}
	return results;
}

const overOf = ({ workflowId }: Target) => `status = 'success' and "workflowId" = '${workflowId}'`;

async function sendOne({ cluster }: ScaleBench, [delivery]: Delivery[]): Promise<void> {
	const { body, signature } = signed(delivery ?? { body: '', secret: '' });
	const headers = { 'content-type': 'application/json', 'x-jelou-signature': signature };
	const url = `${cluster.webhookUrl}${delivery?.path ?? ''}`;
	const response = await fetch(url, { method: 'POST', headers, body });
	if (!response.ok) throw new Error(`n8n answered ${String(response.status)}: ${await response.text()}`);
}

export type WorkflowsResult = Round & { workflows: number; memoryMb: Record<string, number> };

/** The rate with so many active workflows, each on a project of its own, all written to in turn. */
export async function benchWorkflows(bench: ScaleBench, asked: Asked) {
	const results: WorkflowsResult[] = [];
	const targets: Target[] = [];
	await bench.cluster.resize(1, 2);
	for (const count of asked.workflows) {
		while (targets.length < count)
			targets.push(await activate(bench, projectOf(200 + targets.length), replyWorkflow, 'hola', 2));
		const deliveries = targets.flatMap((target) => target.deliveries);
		const round = await measureRounds(bench, deliveries, asked);
		const used = Object.entries(memory(groupsOf(bench))).map(([name, mb]) => [name, Math.round(mb)]);
		results.push({ workflows: count, ...round, memoryMb: Object.fromEntries(used) });
		say(JSON.stringify(results.at(-1)));
	}
	return results;
}
