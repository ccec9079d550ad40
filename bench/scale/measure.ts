import { waitUntil } from '../../scripts/n8n/waitUntil';
import type { Delivery } from '../delivery';
import type { Outcome } from '../load';
import { groupsOf, type ScaleBench } from './stage';
import { coresBetween, processorTime } from '../usage';

const CONNECTIONS = 16;
const MOST = 1_000_000;
const HEADER = 'x-jelou-signature';

/** What was measured while deliveries came in. */
export interface Round {
	deliveries: number;
	/** Deliveries whose run was over, a second. */
	perSecond: number;
	/** Deliveries that were answered, a second: n8n answers when the run is in the queue. */
	answeredPerSecond: number;
	p50Ms: number;
	p99Ms: number;
	/** Cores that each process kept busy, from the first delivery to the end of the last run. */
	cores: Record<string, number>;
}

export async function runsWith(bench: ScaleBench, condition: string): Promise<number> {
	const [[count] = []] = await bench.cluster.postgres.query(
		`select count(*) from execution_entity where ${condition}`,
	);
	return Number(count);
}

const quantile = (sorted: number[], q: number) =>
	Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? Number.NaN);

/** When to stop sending, and how fast to go; as fast as they are answered when no rate is given. */
interface Bounds {
	seconds: number;
	most?: number;
	perSecond?: number | undefined;
}

/** Sends deliveries, from several clients in equal parts. */
export async function fire(
	{ cluster, loads }: ScaleBench,
	deliveries: Delivery[],
	{ most = MOST, perSecond, seconds }: Bounds,
): Promise<Outcome[]> {
	const share = {
		url: `${cluster.webhookUrl}/`,
		header: HEADER,
		deliveries,
		seconds,
		most: Math.ceil(most / loads.length),
		connections: CONNECTIONS / loads.length,
		...(perSecond === undefined ? {} : { perSecond: perSecond / loads.length }),
	};
	return await Promise.all(loads.map((load) => load.fire(share)));
}

/** @throws Error when an answer is not 200 */
export function assertAccepted(outcomes: Outcome[]): void {
	const statuses = outcomes.map((outcome) => outcome.statuses);
	if (statuses.some((each) => Object.keys(each).some((status) => status !== '200')))
		throw new Error(`n8n answered deliveries with ${JSON.stringify(statuses)}.`);
}

/**
 * Sends deliveries as fast as they are answered, or at a rate, and waits until their runs are over.
 *
 * @throws Error when an answer is not 200 or a run does not succeed
 */
export async function measure(
	bench: ScaleBench,
	deliveries: Delivery[],
	seconds: number,
	perSecond?: number,
): Promise<Round> {
	const before = await runsWith(bench, "status = 'success'");
	const groups = groupsOf(bench);
	const timesBefore = processorTime(groups);
	const started = performance.now();
	const outcomes = await fire(bench, deliveries, { seconds, perSecond });
	const answeredMs = performance.now() - started;
	assertAccepted(outcomes);

	const latencies = outcomes.flatMap((outcome) => outcome.latencies).sort((a, b) => a - b);
	const isOver = async () => (await runsWith(bench, "status = 'success'")) >= before + latencies.length;
	await waitUntil(`${String(latencies.length)} runs to end`, isOver, 300_000, 200);
	const wholeMs = performance.now() - started;
	const cores = coresBetween(timesBefore, processorTime(groups), wholeMs / 1_000);
	const failed = await runsWith(bench, "status in ('error', 'crashed')");
	if (failed > 0) throw new Error(`${String(failed)} runs failed.`);
	return {
		deliveries: latencies.length,
		perSecond: Number(((latencies.length * 1_000) / wholeMs).toFixed(1)),
		answeredPerSecond: Number(((latencies.length * 1_000) / answeredMs).toFixed(1)),
		p50Ms: quantile(latencies, 0.5),
		p99Ms: quantile(latencies, 0.99),
		cores,
	};
}
