import { parse } from 'flatted';
import { z } from 'zod';

import type { Json } from '../../scripts/json';

const RECORD = z.record(z.unknown());
const RUNS = z.object({ resultData: z.object({ runData: z.record(z.array(RECORD)) }) });
const OUTPUT = z.object({ main: z.array(z.array(z.object({ json: RECORD })).nullable()) });

function allRuns({ data }: Json): Record<string, Json[]> {
	return RUNS.safeParse(typeof data === 'string' ? parse(data) : data).data?.resultData.runData ?? {};
}

/** What n8n recorded of the first run of each node of an execution, by the node's name. */
export function nodeRuns(execution: Json): Map<string, Json> {
	const runs = Object.entries(allRuns(execution));
	return new Map(runs.flatMap(([name, [first]]) => (first ? [[name, first] as const] : [])));
}

/** The errors of all runs of a node: n8n 1.x records an extra run for a failed tool. */
export function errorsOf(execution: Json, node: string): unknown[] {
	return (allRuns(execution)[node] ?? []).flatMap(({ error }) => (error === undefined ? [] : [error]));
}

function firstOutput(run: Json | undefined): Json[] {
	const { data: output } = OUTPUT.safeParse(run?.data);
	return (output?.main[0] ?? []).map(({ json }) => json);
}

/** The JSON of the items that a node put out on its first output; none when it did not run. */
export function outputOf(execution: Json, node: string): Json[] {
	return firstOutput(nodeRuns(execution).get(node));
}

/** The same for all its runs, in order: a node runs once for each path that leads to it, and in a loop. */
export function outputsOf(execution: Json, node: string): Json[] {
	return (allRuns(execution)[node] ?? []).flatMap(firstOutput);
}
