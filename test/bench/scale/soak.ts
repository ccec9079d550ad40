import { say } from '../stage';
import { measure, runsWith, type Round } from './measure';
import { replyTarget, type Asked } from './parts';
import { groupsOf, type ScaleBench, type Target } from './stage';
import { memory, slope } from './usage';

const SAMPLE_MS = 5_000;
const SHARE = 0.7;
/** Until then caches fill and the garbage collector finds its size. */
const WARM_UP_SHARE = 0.25;

export interface SoakResult {
	minutes: number;
	/** What was measured before, and 70 % of it. */
	fullRate: number;
	rate: number;
	round: Round;
	errors: number;
	/** Megabytes in use by each process, and the minute since the beginning. */
	samples: Array<{ minute: number; memoryMb: Record<string, number> }>;
	/** Megabytes a minute after the warm-up, by the line that fits best. */
	slopes: Record<string, number>;
	warmUpMinutes: number;
}

/** Ten minutes at 70 % of the rate: is memory flat, and does anything fail? */
export async function benchSoak(bench: ScaleBench, asked: Asked, given?: Target): Promise<SoakResult> {
	const { soakMinutes: minutes, seconds } = asked;
	await bench.cluster.resize(1, 2);
	const { deliveries } = given ?? (await replyTarget(bench));
	const { perSecond: fullRate } = await measure(bench, deliveries, seconds);
	const rate = Math.max(1, Number((fullRate * SHARE).toFixed(1)));
	say(`Soaking for ${String(minutes)} minutes at ${String(rate)} deliveries per second …`);
	const groups = groupsOf(bench);
	const started = performance.now();
	const minute = () => Number(((performance.now() - started) / 60_000).toFixed(3));
	const samples: SoakResult['samples'] = [];
	const sample = () => samples.push({ minute: minute(), memoryMb: memory(groups) });
	const watch = setInterval(sample, SAMPLE_MS);
	let round: Round;
	try {
		round = await measure(bench, deliveries, minutes * 60, rate);
	} finally {
		clearInterval(watch);
	}
	const warmUpMinutes = minutes * WARM_UP_SHARE;
	const warm = samples.filter((each) => each.minute >= warmUpMinutes && each.minute <= minutes);
	const slopes = Object.keys(groups).map((name) => [
		name,
		Number(slope(warm.map((each) => [each.minute, each.memoryMb[name] ?? 0])).toFixed(2)),
	]);
	const result: SoakResult = {
		minutes,
		fullRate,
		rate,
		round,
		errors: await runsWith(bench, "status not in ('success')"),
		samples: samples.map((each) => ({ ...each, memoryMb: rounded(each.memoryMb) })),
		slopes: Object.fromEntries(slopes),
		warmUpMinutes,
	};
	say(JSON.stringify({ ...result, samples: samples.length }));
	return result;
}

function rounded(values: Record<string, number>): Record<string, number> {
	return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, Math.round(value)]));
}
