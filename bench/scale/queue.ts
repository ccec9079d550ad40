import { waitUntil } from '../../scripts/n8n/waitUntil';
import { say } from '../stage';
import { assertAccepted, fire, measure, runsWith } from './measure';
import { WARM_UP_SECONDS, WORKERS, medianRound, type Asked } from './parts';
import { groupsOf, type ScaleBench, type Target } from './stage';
import { coresBetween, processorTime } from '../usage';

/** Deliveries that wait in the queue when the workers begin. */
const WAITING = 400;
/** So long at most it takes to put them there. */
const FILL_SECONDS = 120;

export interface QueueResult {
	workers: number;
	runs: number;
	/** Runs that were over, a second. */
	perSecond: number;
	/** Cores that each process kept busy meanwhile. */
	cores: Record<string, number>;
}

/** Fills the queue while the workers are held, and lets them all begin at the same moment. */
async function emptyQueue(bench: ScaleBench, { deliveries }: Target): Promise<QueueResult> {
	const { workers } = bench.cluster;
	const before = await runsWith(bench, "status = 'success'");
	const groups = groupsOf(bench);
	for (const worker of workers) worker.pause();
	let runs: number;
	let started: number;
	let timesBefore: Record<string, number>;
	try {
		const outcomes = await fire(bench, deliveries, { seconds: FILL_SECONDS, most: WAITING });
		assertAccepted(outcomes);
		runs = outcomes.reduce((total, { latencies }) => total + latencies.length, 0);
	} finally {
		timesBefore = processorTime(groups);
		started = performance.now();
		for (const worker of workers) worker.resume();
	}
	const isOver = async () => (await runsWith(bench, "status = 'success'")) >= before + runs;
	await waitUntil(`${String(runs)} runs to end`, isOver, 300_000, 100);
	const seconds = (performance.now() - started) / 1_000;
	const cores = coresBetween(timesBefore, processorTime(groups), seconds);
	return { workers: workers.length, runs, perSecond: Number((runs / seconds).toFixed(1)), cores };
}

/**
 * How fast 1, 2 and 4 workers empty a queue that is full. Nothing is delivered meanwhile, so nobody else needs the cores.
 *
 * @throws Error when a delivery is not taken
 */
export async function benchQueue(bench: ScaleBench, { rounds }: Asked, target: Target) {
	const results: QueueResult[] = [];
	for (const workers of WORKERS) {
		await bench.cluster.resize(1, workers);
		await measure(bench, target.deliveries, WARM_UP_SECONDS);
		const measured: QueueResult[] = [];
		for (let round = 0; round < rounds; round++) measured.push(await emptyQueue(bench, target));
		results.push(medianRound(measured));
		say(JSON.stringify(results.at(-1)));
	}
	return results;
}
