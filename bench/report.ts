import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';

import { z } from 'zod';

import { n8nVersion } from '../scripts/n8n/version';
import { ROOT } from '../scripts/paths';

const FILE = join(ROOT, 'docs', 'benchmark.json');

const RESULT = z.object({
	/** How n8n was set up, where that was compared. */
	engine: z.string().optional(),
	event: z.string(),
	flow: z.string(),
	nodes: z.number(),
	/** Per event and kind of process: the median and the extremes of all rounds. */
	processorMs: z.record(z.object({ median: z.number(), least: z.number(), most: z.number() })),
	/** Elapsed time per event. */
	ms: z.number(),
	peakMb: z.number(),
	/** How many messages were sent before the previous one to their room had its response. */
	overtaking: z.number().optional(),
});
export type Result = z.infer<typeof RESULT>;

const WHERE = { date: z.string(), n8n: z.string(), node: z.string(), cores: z.number() };
const PART = z.object({ ...WHERE, rounds: z.number(), results: z.array(RESULT) });
export type Part = z.infer<typeof PART>;

const COSTS = { delivery: PART, reply: PART, dialogue: PART, combined: PART };
const REPORT = z.object({ ...COSTS, actions: PART, questions: PART, 'queue-mode': PART });
export type Report = z.infer<typeof REPORT>;

/** The latest measurements. */
export function savedReport(): Report {
	return REPORT.parse(JSON.parse(readFileSync(FILE, 'utf8')));
}

/** When and where something was measured. */
export function environment() {
	const date = new Date().toISOString().slice(0, 10);
	return { date, n8n: n8nVersion(), node: process.version, cores: cpus().length };
}

/** Saves results to `docs/benchmark.json` or another file; the results of other parts stay. */
export function saveResults(results: Record<string, unknown>, file = FILE): void {
	const saved = z.record(z.unknown()).parse(JSON.parse(readFileSync(file, 'utf8')));
	writeFileSync(file, `${JSON.stringify({ ...saved, ...results }, undefined, '\t')}\n`);
}
