import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { dirname, join } from 'node:path';

import { writeBlock } from '../scripts/markdown';
import { N8N_FOLDER, ROOT } from '../scripts/paths';
import { median, type Run } from './measure';

export interface Comparison {
	name: string;
	/** The Jelou node first. */
	flows: Array<{ name: string; runs: Run[] }>;
}

export const REPORT = join(ROOT, 'docs', 'benchmark.json');
/** The document with the tables, from the root of the project. */
export const TABLES = 'docs/benchmark.md';

function n8nVersion(): string {
	const file: unknown = JSON.parse(readFileSync(join(N8N_FOLDER, 'node_modules/n8n/package.json'), 'utf8'));
	return typeof file === 'object' && file !== null && 'version' in file ? String(file.version) : 'unknown';
}

/** When and where something was measured. */
export function environment() {
	return {
		date: new Date().toISOString().slice(0, 10),
		n8n: n8nVersion(),
		node: process.version,
		cores: cpus().length,
	};
}

/** Puts results into `docs/benchmark.json` or another file; what was measured by other parts stays. */
export function saveResults(results: Record<string, unknown>, file = REPORT): void {
	const saved: unknown = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
	const merged = { ...(typeof saved === 'object' ? saved : {}), ...results };
	mkdirSync(dirname(file), { recursive: true });
	writeFileSync(file, `${JSON.stringify(merged, undefined, '\t')}\n`);
}

function summary({ name, runs }: Comparison['flows'][number], base: number) {
	const ms = median(runs.map((run) => run.ms));
	return {
		flow: name,
		/** How many times as fast as the flow built by hand. */
		speed: Number((base / ms).toFixed(2)),
		medianMs: ms,
		mostUnderWay: Math.max(...runs.map(({ traffic }) => traffic.mostUnderWay)),
		roomOverlaps: median(runs.map(({ traffic }) => traffic.roomOverlaps)),
		accepted: Math.min(...runs.map(({ traffic }) => traffic.accepted)),
		duplicates: Math.max(...runs.map(({ traffic }) => traffic.duplicates)),
		peakMemoryMb: Math.round(Math.max(...runs.map((run) => run.peakMemory))),
	};
}

/** Prints the medians and ratios, writes them to `docs/benchmark.json`, and puts the table into `docs/benchmark.md`. */
export function writeReport(comparisons: Comparison[]): void {
	const results = comparisons.map(({ name, flows }) => {
		const byHand = median(flows.at(-1)?.runs.map(({ ms }) => ms) ?? []);
		return { name, rounds: flows[0]?.runs.length, flows: flows.map((flow) => summary(flow, byHand)) };
	});
	const where = environment();
	saveResults({ ...where, results });

	const rows = results.flatMap(({ name, flows }) =>
		flows.map(
			(flow, index) =>
				`| ${index === 0 ? name : ''} | ${flow.flow} | ${flow.speed.toFixed(2)} | ${String(flow.mostUnderWay)} | ${String(flow.roomOverlaps)} | ${String(flow.peakMemoryMb)} MB |`,
		),
	);
	const table = [
		'| | built with | speed | most requests at once | overlaps in a room | peak memory of n8n |',
		'| --- | --- | --- | --- | --- | --- |',
		...rows,
		'',
		`Medians of ${String(results[0]?.rounds)} runs in turn in one n8n ${where.n8n} on ${String(where.cores)} cores, ${where.date}. Speed is relative to the flow built by hand.`,
	].join('\n');
	process.stdout.write(`\n${table}\n`);
	writeBlock(TABLES, 'benchmark', table);
}
