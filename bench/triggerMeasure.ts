import { waitUntil } from '../scripts/n8n/waitUntil';
import { sign } from '../sandbox';
import type { LoadProcess } from './loadProcess';
import type { BenchStage } from './stage';
import type { TriggerFlow } from './triggerFlows';

export const KINDS = ['genuine', 'forged'] as const;
export type Kind = (typeof KINDS)[number];

type Deliveries = Array<{ body: string; signature: string }>;

/** An active flow. */
export interface Active {
	flow: TriggerFlow;
	workflowId: string;
	deliveries: Record<Kind, Deliveries>;
	/** How many runs it must have had so far. */
	runs: number;
}

/** One round of one kind of deliveries at one flow. */
export interface Round {
	/** Deliveries that n8n was done with, runs included. */
	perSecond: number;
	/** Deliveries that were answered: some answer before the run is over. */
	answeredPerSecond: number;
	latencies: number[];
}

/** Makes n8n count its runs by workflow. */
export const COUNT_RUNS = { N8N_METRICS: 'true', N8N_METRICS_INCLUDE_WORKFLOW_ID_LABEL: 'true' };

const MOST = 20_000;
const RUN_COUNT = /^n8n_workflow_execution_duration_seconds_count\{(.*)\} (\d+)$/gm;

/** How many runs of a workflow have ended well. */
async function runsOf({ n8n }: BenchStage, workflowId: string): Promise<number> {
	const metrics = await (await fetch(`${n8n.url}/metrics`)).text();
	const isMeant = (labels = '') =>
		labels.includes(`workflow_id="${workflowId}"`) && labels.includes('status="success"');
	return [...metrics.matchAll(RUN_COUNT)]
		.filter(([, labels]) => isMeant(labels))
		.reduce((sum, [, , count]) => sum + Number(count), 0);
}

/** A genuine delivery has the flow's secret, a forged one another: it looks right until its HMAC is computed. */
export function deliveriesOf(bodies: string[], secret: string): Record<Kind, Deliveries> {
	const signed = (key: string) => bodies.map((body) => ({ body, signature: sign(body, key) }));
	return { genuine: signed(secret), forged: signed(`${secret}0`) };
}

/** Posts one delivery; gives the status. */
export async function post({ n8n }: BenchStage, { deliveries, flow }: Active, kind: Kind): Promise<number> {
	const [delivery] = deliveries[kind];
	const headers = { 'content-type': 'application/json', [flow.header]: delivery?.signature ?? '' };
	const init = { method: 'POST', headers, body: delivery?.body ?? '' };
	return (await fetch(`${n8n.url}/webhook/${flow.path}`, init)).status;
}

/** Activates a flow and waits until it takes a genuine delivery: the first that it has to run. */
export async function activate(
	stage: BenchStage,
	flow: TriggerFlow,
	deliveriesFor: () => Record<Kind, Deliveries>,
): Promise<Active> {
	const workflowId = await stage.client.createWorkflow(flow.workflow);
	await stage.client.activate(workflowId);
	const active: Active = { flow, workflowId, deliveries: { genuine: [], forged: [] }, runs: 1 };
	await waitUntil(`${flow.name} to answer`, async () => {
		// Activation goes on for a moment after n8n has answered, and with it the registration of the secret.
		active.deliveries = deliveriesFor();
		return (await post(stage, active, 'genuine')) === flow.answers.genuine;
	});
	return active;
}

/**
 * Sends deliveries of one kind as fast as they are answered, and waits until their runs are over.
 *
 * @throws Error when an answer has another status, or n8n ran the flow more or less often than it had to
 */
export async function measureRound(
	stage: BenchStage,
	load: LoadProcess,
	active: Active,
	kind: Kind,
	seconds: number,
): Promise<Round> {
	const { flow, workflowId } = active;
	const url = `${stage.n8n.url}/webhook/${flow.path}`;
	const deliveries = active.deliveries[kind];
	const { latencies, ms, statuses } = await load.fire({
		url,
		header: flow.header,
		deliveries,
		seconds,
		most: MOST,
	});
	const answered = performance.now();
	const wrong = Object.keys(statuses).filter((status) => Number(status) !== flow.answers[kind]);
	if (wrong.length > 0)
		throw new Error(`${flow.name} answered ${kind} deliveries with ${JSON.stringify(statuses)}.`);

	if (kind === 'genuine' || flow.runsForged) active.runs += latencies.length;
	let runs = 0;
	const isOver = async () => (runs = await runsOf(stage, workflowId)) >= active.runs;
	await waitUntil(`${String(active.runs)} runs of ${flow.name}`, isOver, 60_000, 5);
	if (runs > active.runs)
		throw new Error(`${flow.name} ran ${String(runs)} times, not ${String(active.runs)}.`);
	const wholeMs = ms + performance.now() - answered;
	return {
		perSecond: (latencies.length * 1_000) / wholeMs,
		answeredPerSecond: (latencies.length * 1_000) / ms,
		latencies,
	};
}
