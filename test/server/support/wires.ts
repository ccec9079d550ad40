import { randomUUID } from 'node:crypto';

import type { Json } from '../../../scripts/json';

/** A node: its name, type and version, its parameters, and what else it has. */
export type Node = [name: string, type: string, version: number, parameters?: Json, rest?: Json];
/** A wire: from a node to another; which output and which input where it is not the first, and which kind. */
export type Wire = [from: string, to: string, output?: number, input?: number, kind?: string];

export const BASE = 'n8n-nodes-base.';
export const LANGCHAIN = '@n8n/n8n-nodes-langchain.';

/** A wire from each node to the next. */
export function chain(...names: string[]): Wire[] {
	return names.slice(1).map((name, n): Wire => [names[n] ?? '', name]);
}

/** A workflow as n8n accepts it, with the credentials for each node that needs them. */
export function wiredWorkflow(name: string, nodes: Node[], wires: Wire[], credentials: Json) {
	const connections: Record<string, Record<string, Json[][]>> = {};
	for (const [from, node, output = 0, index = 0, type = 'main'] of wires) {
		const outputs = ((connections[from] ??= {})[type] ??= []);
		while (outputs.length <= output) outputs.push([]);
		outputs[output]?.push({ node, type, index });
	}
	return {
		name,
		nodes: nodes.map(([label, type, typeVersion, parameters = {}, rest = {}]) => ({
			id: randomUUID(),
			name: label,
			type,
			typeVersion,
			position: [0, 0],
			parameters,
			credentials,
			...rest,
		})),
		connections,
		pinData: {},
		settings: { executionOrder: 'v1' },
	};
}
