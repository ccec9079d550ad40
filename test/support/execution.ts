import { parse } from 'flatted';
import { z } from 'zod';

import type { Json } from '../../scripts/json';

const RECORD = z.record(z.unknown());
const RUNS = z.object({ resultData: z.object({ runData: z.record(z.array(RECORD)) }) });
const OUTPUT = z.object({ main: z.array(z.array(z.object({ json: RECORD })).nullable()) });

/** What n8n recorded of the first run of each node of an execution, by the node's name. */
export function nodeRuns({ data }: Json): Map<string, Json> {
	const { data: kept } = RUNS.safeParse(typeof data === 'string' ? parse(data) : data);
	const runs = Object.entries(kept?.resultData.runData ?? {});
	return new Map(runs.flatMap(([name, [first]]) => (first ? [[name, first] as const] : [])));
}

/** The JSON of the items that a node put out on its first output; none when it did not run. */
export function outputOf(execution: Json, node: string): Json[] {
	const { data: output } = OUTPUT.safeParse(nodeRuns(execution).get(node)?.data);
	return (output?.main[0] ?? []).map(({ json }) => json);
}
