import { join } from 'node:path';

import { waitUntil } from '../../scripts/n8n/waitUntil';
import { say } from '../stage';
import { measure, runsWith, type Round } from './measure';
import { replyTarget, type Asked } from './parts';
import { groupsOf, type ScaleBench, type Target } from './stage';
import { memory, slope } from '../usage';

const SAMPLE_MS = 20_000;
const SHARE = 0.7;
/** Until then caches fill. */
const WARM_UP_SHARE = 0.25;

/** What each n8n is started with, so that it can be asked what it has in use. */
export const COLLECTING = { NODE_OPTIONS: `--require ${join(__dirname, 'collectGarbage.cjs')}` };

export interface SoakResult {
	minutes: number;
	/** What was measured before, and 70 % of it. */
	fullRate: number;
	rate: number;
	round: Round;
	errors: number;
	/** Megabytes that each n8n process has in use when its garbage has been collected, by the minute. */
	samples: Array<{ minute: number; memoryMb: Record<string, number> }>;
	/** Megabytes a minute after the warm-up, by the line that fits best. */
	slopes: Record<string, number>;
	/** Megabytes that each process holds of the machine's memory at the end. */
	residentMb: Record<string, number>;
	warmUpMinutes: number;
}

/** Lets every n8n process collect its garbage; gives the megabytes that are in use then. */
async function inUse({ cluster }: ScaleBench): Promise<Record<string, number>> {
	const printed = (log: string) => [...log.matchAll(/^memory in use: (\d+)$/gm)];
	const ask = async (member: (typeof cluster)['main']): Promise<[string, number]> => {
		const before = printed(member.log()).length;
		process.kill(member.pid, 'SIGUSR2');
		const hasAnswered = () => Promise.resolve(printed(member.log()).length > before);
		await waitUntil(`${member.name} to collect its garbage`, hasAnswered, 30_000, 100);
		return [member.name, Number(printed(member.log()).at(-1)?.[1]) / 1024 ** 2];
	};
	return Object.fromEntries(await Promise.all(cluster.processes().map(ask)));
}

/** Takes a sample now and then until it is stopped, which throws when one could not be taken. */
function watchMemory(bench: ScaleBench) {
	const samples: SoakResult['samples'] = [];
	const started = performance.now();
	let isOver = false;
	const watching = (async () => {
		while (!isOver) {
			const minute = Number(((performance.now() - started) / 60_000).toFixed(3));
			samples.push({ minute, memoryMb: rounded(await inUse(bench)) });
			const next = started + samples.length * SAMPLE_MS;
			await waitUntil(
				'the next sample',
				() => Promise.resolve(isOver || performance.now() >= next),
				SAMPLE_MS * 2,
			);
		}
	})();
	// It is asked for in the end.
	watching.catch(() => undefined);
	return {
		samples,
		stop: async () => {
			isOver = true;
			await watching;
		},
	};
}

/** Ten minutes at 70 % of the rate: is memory flat, and does anything fail? */
export async function benchSoak(bench: ScaleBench, asked: Asked, given?: Target): Promise<SoakResult> {
	const { soakMinutes: minutes, seconds } = asked;
	await bench.cluster.resize(1, 2);
	const { deliveries } = given ?? (await replyTarget(bench));
	const { perSecond: fullRate } = await measure(bench, deliveries, seconds);
	const rate = Math.max(1, Number((fullRate * SHARE).toFixed(1)));
	say(`Soaking for ${String(minutes)} minutes at ${String(rate)} deliveries per second …`);
	const { samples, stop } = watchMemory(bench);
	let round: Round;
	try {
		round = await measure(bench, deliveries, minutes * 60, rate);
	} finally {
		await stop();
	}
	const warmUpMinutes = minutes * WARM_UP_SHARE;
	const warm = samples.filter((each) => each.minute >= warmUpMinutes);
	const slopes = bench.cluster
		.processes()
		.map(({ name }) => [
			name,
			Number(slope(warm.map((each) => [each.minute, each.memoryMb[name] ?? 0])).toFixed(2)),
		]);
	const result: SoakResult = {
		minutes,
		fullRate,
		rate,
		round,
		errors: await runsWith(bench, "status not in ('success')"),
		samples,
		slopes: Object.fromEntries(slopes),
		residentMb: rounded(memory(groupsOf(bench))),
		warmUpMinutes,
	};
	say(JSON.stringify({ ...result, samples: samples.length }));
	return result;
}

function rounded(values: Record<string, number>): Record<string, number> {
	return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, Number(value.toFixed(1))]));
}
