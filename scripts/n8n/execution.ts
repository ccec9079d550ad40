import { parse } from 'flatted';

import { isRecord, type Json } from '../json';

/** What n8n recorded of the first run of each node of an execution, by the node's name. */
export function nodeRuns(execution: Json): Map<string, Json> {
	const data: unknown = typeof execution.data === 'string' ? parse(execution.data) : execution.data;
	const result = isRecord(data) && isRecord(data.resultData) ? data.resultData : {};
	const runs = new Map<string, Json>();
	for (const [name, entries] of Object.entries(isRecord(result.runData) ? result.runData : {})) {
		const first: unknown = Array.isArray(entries) ? entries[0] : undefined;
		if (isRecord(first)) runs.set(name, first);
	}
	return runs;
}

/** The JSON of the items that a node put out on its first output; none when it did not run. */
export function outputOf(execution: Json, node: string): Json[] {
	const { data } = nodeRuns(execution).get(node) ?? {};
	const outputs: unknown = isRecord(data) ? data.main : undefined;
	const items: unknown = Array.isArray(outputs) ? outputs[0] : undefined;
	return (Array.isArray(items) ? items : [])
		.filter(isRecord)
		.map(({ json }) => json)
		.filter(isRecord);
}
