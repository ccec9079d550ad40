import { writeBlock } from '../scripts/markdown';
import { median } from './measure';
import { TABLES, environment, saveResults } from './report';
import type { Round, Series } from './triggerMeasure';
import { p99 } from './triggerReport';

/** What was measured with one engine: every other series is what the next one is compared with. */
export interface QuestionResult {
	engine: string;
	series: Series[];
}

function line(name: string, rounds: Round[], base: Round[]) {
	const ratios = rounds.map(({ perSecond }, n) => perSecond / (base[n]?.perSecond ?? Number.NaN));
	const costs = rounds.map(({ processorMs }, n) => processorMs / (base[n]?.processorMs ?? Number.NaN));
	return {
		name,
		perSecond: Number(median(rounds.map(({ perSecond }) => perSecond)).toFixed(1)),
		p99Ms: Math.round(p99(rounds.flatMap(({ latencies }) => latencies))),
		/** The rate relative to what it is compared with, in the same round. */
		ratio: Number(median(ratios).toFixed(2)),
		processorMs: Number(median(rounds.map(({ processorMs }) => processorMs)).toFixed(1)),
		/** The processor time relative to the same. */
		cost: Number(median(costs).toFixed(2)),
	};
}

function summary({ engine, series }: QuestionResult) {
	const bases = series.filter((_, index) => index % 2 === 0);
	const base = bases.flatMap(({ rounds }) => rounds);
	const lines = series
		.filter((_, index) => index % 2 === 1)
		.map(({ flow, rounds }, n) => line(flow, rounds, bases[n]?.rounds ?? []));
	const all =
		bases[0] && lines[0]?.name !== bases[0].flow ? [line(bases[0].flow, base, base), ...lines] : lines;
	return all.map((entry) => ({ engine, ...entry }));
}

/** Prints rates and ratios, writes them to `docs/benchmark.json`, and puts the table into `docs/benchmark.md`. */
export function writeQuestionReport(results: QuestionResult[]): void {
	const where = environment();
	const rounds = results[0]?.series[0]?.rounds.length;
	const summaries = results.map(summary);
	saveResults({ questions: { ...where, rounds, results: summaries.flat() } });
	const base = results[0]?.series[0]?.flow ?? '';
	const rows = summaries.flatMap((series) =>
		series.map(
			({ cost, engine, name, p99Ms, perSecond, processorMs, ratio }, index) =>
				`| ${index === 0 ? engine : ''} | ${name} | ${perSecond.toFixed(1)} | ${String(p99Ms)} ms | ${ratio.toFixed(2)} | ${processorMs.toFixed(1)} ms | ${cost.toFixed(2)} |`,
		),
	);
	const table = [
		`| | questions | per second | p99 | × ${base} | processor time each | × ${base} |`,
		'| --- | --- | --- | --- | --- | --- | --- |',
		...rows,
		'',
		`Medians of ${String(rounds)} rounds in turn in n8n ${where.n8n} on ${String(where.cores)} cores, 16 deliveries at once, ${where.date}. A delivery counts when its run is over.`,
	].join('\n');
	process.stdout.write(`\n${table}\n`);
	writeBlock(TABLES, 'benchmark questions', table);
}
