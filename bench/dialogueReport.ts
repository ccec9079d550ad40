import { writeBlock } from '../scripts/markdown';
import { median } from './measure';
import { TABLES, environment, saveResults } from './report';

/** What was measured in one n8n. */
export interface DialogueResult {
	engine: string;
	/** The Jelou nodes first; of each, the median turn of every round, in milliseconds. */
	flows: Array<{ name: string; nodes: number; turns: number[] }>;
}

function summary({ engine, flows }: DialogueResult) {
	const byHand = flows.at(-1)?.turns ?? [];
	return flows.map(({ name, nodes, turns }) => ({
		engine,
		flow: name,
		nodes,
		turnMs: Math.round(median(turns)),
		/** How many times as fast as the flow built by hand, in the same round. */
		speed: Number(median(turns.map((ms, round) => (byHand[round] ?? Number.NaN) / ms)).toFixed(2)),
	}));
}

/** Prints turns and ratios, writes them to `docs/benchmark.json`, and puts the table into `docs/benchmark.md`. */
export function writeDialogueReport(results: DialogueResult[]): void {
	const where = environment();
	const rounds = results[0]?.flows[0]?.turns.length;
	const summaries = results.map(summary);
	saveResults({ dialogue: { ...where, rounds, results: summaries.flat() } });
	const rows = summaries.flatMap((flows) =>
		flows.map(
			({ engine, flow, nodes, speed, turnMs }, index) =>
				`| ${index === 0 ? engine : ''} | ${flow} | ${String(nodes)} | ${String(turnMs)} ms | ${speed.toFixed(2)} |`,
		),
	);
	const table = [
		'| | built with | nodes | a turn | speed |',
		'| --- | --- | --- | --- | --- |',
		...rows,
		'',
		`Medians of ${String(rounds)} rounds in turn in one n8n ${where.n8n} on ${String(where.cores)} cores, one dialogue at a time, ${where.date}. Speed is relative to the flow built by hand.`,
	].join('\n');
	process.stdout.write(`\n${table}\n`);
	writeBlock(TABLES, 'benchmark dialogue', table);
}
