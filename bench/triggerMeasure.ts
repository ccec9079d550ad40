import { waitUntil } from '../scripts/n8n/waitUntil';
import { MESSAGE_ID, signed, type Delivery } from './delivery';
import type { LoadProcess } from './loadProcess';
import { say, type BenchStage } from './stage';
import type { TriggerFlow } from './triggerFlows';
import { processorTime } from './usage';

export const KINDS = ['genuine', 'forged'] as const;
export type Kind = (typeof KINDS)[number];

/** An active flow. */
export interface Active {
	stage: BenchStage;
	flow: TriggerFlow;
	workflowId: string;
	deliveries: Record<Kind, Delivery[]>;
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
	/** Milliseconds of n8n's processor time that one delivery and its run cost. */
	processorMs: number;
}

/** The rounds of one kind of deliveries at one flow. */
export interface Series {
	flow: string;
	kind: Kind;
	rounds: Round[];
}

/** Makes n8n count its runs by workflow. */
export const COUNT_RUNS = { N8N_METRICS: 'true', N8N_METRICS_INCLUDE_WORKFLOW_ID_LABEL: 'true' };

const MOST = 20_000;
const BODIES = 200;
const RUN_COUNT = /^n8n_workflow_execution_duration_seconds_count\{(.*)\} (\d+)$/gm;

/** Messages as Jelou sends them. */
export function messages(): string[] {
	return Array.from({ length: BODIES }, (_, n) =>
		JSON.stringify({
			field: 'messages',
			object: 'message_event',
			event_type: 'message',
			timestamp: Date.now(),
			project_id: 'demo-project',
			room_id: `room-${String(n % 50)}`,
			contact: { id: `user-${String(n % 50)}`, name: 'Ana Torres' },
			conversation: { id: `conversation-${String(n % 50)}` },
			bot: { id: 'bot', name: 'Soporte' },
			value: {
				id: MESSAGE_ID,
				type: 'text',
				content: { body: `¿A qué hora abren? ${String(n)}` },
			},
		}),
	);
}

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
export function deliveriesOf(secret: string): Record<Kind, Delivery[]> {
	const signedWith = (key: string) => messages().map((body) => ({ body, secret: key }));
	return { genuine: signedWith(secret), forged: signedWith(`${secret}0`) };
}

/** Posts one delivery; gives the status. */
export async function post({ deliveries, flow, stage }: Active, kind: Kind): Promise<number> {
	const { body, signature } = signed(deliveries[kind][0] ?? { body: '', secret: '' });
	const headers = { 'content-type': 'application/json', [flow.header]: signature };
	return (await fetch(`${stage.n8n.url}/webhook/${flow.path}`, { method: 'POST', headers, body })).status;
}

/** Activates a flow and waits until it takes a genuine delivery: the first that it has to run. */
export async function activate(
	stage: BenchStage,
	flow: TriggerFlow,
	deliveriesFor: () => Record<Kind, Delivery[]>,
): Promise<Active> {
	const workflowId = await stage.client.createWorkflow(flow.workflow);
	await stage.client.activate(workflowId);
	const active: Active = { stage, flow, workflowId, deliveries: { genuine: [], forged: [] }, runs: 1 };
	await waitUntil(`${flow.name} to answer`, async () => {
		// Activation goes on for a moment after n8n has answered, and with it the registration of the secret.
		active.deliveries = deliveriesFor();
		return (await post(active, 'genuine')) === flow.answers.genuine;
	});
	return active;
}

/**
 * Sends deliveries of one kind as fast as they are answered, and waits until their runs are over.
 *
 * @throws Error when an answer has another status, or n8n ran the flow more or less often than it had to
 */
async function measureRound(load: LoadProcess, active: Active, kind: Kind, seconds: number): Promise<Round> {
	const { flow, stage, workflowId } = active;
	const url = `${stage.n8n.url}/webhook/${flow.path}`;
	const deliveries = active.deliveries[kind];
	const groups = { n8n: [stage.n8n.pid] };
	const { n8n: before = 0 } = processorTime(groups);
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
	const { n8n: after = 0 } = processorTime(groups);
	return {
		processorMs: ((after - before) * 1_000) / latencies.length,
		perSecond: (latencies.length * 1_000) / wholeMs,
		answeredPerSecond: (latencies.length * 1_000) / ms,
		latencies,
	};
}

/** Every flow in turn, and every kind, so that whatever else the machine does hits them alike. */
export async function measureAll(
	load: LoadProcess,
	all: Active[],
	kinds: readonly Kind[],
	rounds: number,
	seconds: number,
): Promise<Series[]> {
	const series = kinds.flatMap((kind) =>
		all
			.filter(({ flow }) => flow.answers[kind] !== undefined)
			.map((active) => ({ active, kind, measured: [] as Round[] })),
	);
	for (let round = 0; round <= rounds; round++) {
		// There and back, so that none always follows the same one.
		for (const { active, kind, measured } of round % 2 === 0 ? series : series.toReversed()) {
			const result = await measureRound(load, active, kind, seconds);
			if (round > 0) measured.push(result);
			const rates = `${result.perSecond.toFixed(1)}/s (answered: ${result.answeredPerSecond.toFixed(1)}/s)`;
			say(`  ${active.flow.name}, ${kind}: ${rates}${round === 0 ? ' (warm-up)' : ''}`);
		}
	}
	return series.map(({ active, kind, measured }) => ({ flow: active.flow.name, kind, rounds: measured }));
}
