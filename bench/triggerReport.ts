import { writeBlock } from '../scripts/markdown';
import { median } from './measure';
import { TABLES, environment, saveResults } from './report';
import { BY_HAND, GITHUB, WEBHOOK } from './triggerFlows';
import type { Round, Series } from './triggerMeasure';
import type { VerificationRates } from './verification';

/** What was measured in one n8n. */
export interface EngineResult {
	engine: string;
	series: Series[];
}

export function p99(values: number[]): number {
	return [...values].sort((a, b) => a - b)[Math.ceil(values.length * 0.99) - 1] ?? Number.NaN;
}

const rateOf = (rounds: Round[]) => median(rounds.map(({ perSecond }) => perSecond));

function summary({ engine, series }: EngineResult) {
	return series.map(({ flow, kind, rounds }) => {
		const rate = rateOf(rounds);
		/** How many times the rate of another flow, if that one was sent such deliveries. */
		const times = (other: string) => {
			const base = series.find((entry) => entry.flow === other && entry.kind === kind);
			return base && Number((rate / rateOf(base.rounds)).toFixed(2));
		};
		return {
			engine,
			deliveries: kind,
			flow,
			perSecond: Number(rate.toFixed(1)),
			answeredPerSecond: Number(median(rounds.map((round) => round.answeredPerSecond)).toFixed(1)),
			p99Ms: Math.round(p99(rounds.flatMap(({ latencies }) => latencies))),
			timesGithub: times(GITHUB),
			timesWebhook: times(WEBHOOK),
			timesByHand: times(BY_HAND),
		};
	});
}

/** Prints rates and ratios, writes them to `docs/benchmark.json`, and puts the table into `docs/benchmark.md`. */
export function writeTriggerReport(results: EngineResult[], verification: VerificationRates): void {
	const where = environment();
	const rounds = results[0]?.series[0]?.rounds.length;
	const summaries = results.map(summary);
	const ofBareLoop = Number((verification.perSecond / verification.bareLoopPerSecond).toFixed(2));
	saveResults({
		trigger: { ...where, rounds, results: summaries.flat(), verification: { ...verification, ofBareLoop } },
	});

	const ratio = (value?: number) => (value === undefined ? '' : value.toFixed(2));
	const rows = summaries.flatMap((flows) =>
		flows.map((row, index) => {
			const before = flows[index - 1];
			const title = before?.deliveries === row.deliveries ? '' : `${row.deliveries}, ${row.engine}`;
			const ratios = [row.timesGithub, row.timesWebhook, row.timesByHand].map(ratio).join(' | ');
			return `| ${title} | ${row.flow} | ${row.perSecond.toFixed(1)} | ${String(row.p99Ms)} ms | ${ratios} |`;
		}),
	);
	const table = [
		`| deliveries | received with | per second | p99 | × GitHub Trigger | × Webhook | × ${BY_HAND} |`,
		'| --- | --- | --- | --- | --- | --- | --- |',
		...rows,
		'',
		`Medians of ${String(rounds)} rounds in turn in one n8n ${where.n8n} on ${String(where.cores)} cores, 16 deliveries at once, ${where.date}. A delivery counts when its run is over. The verification alone has ${ofBareLoop.toFixed(2)} of the rate of a bare HMAC and comparison.`,
	].join('\n');
	process.stdout.write(`\n${table}\n`);
	writeBlock(TABLES, 'benchmark trigger', table);
}
