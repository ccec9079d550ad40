import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { z } from 'zod';

import { EXAMPLES } from '../paths';
import type { N8nClient } from './client';

export interface Credential {
	id: string;
	name: string;
}

export const NODES = z.array(z.object({ credentials: z.record(z.unknown()).optional() }).passthrough());
const WORKFLOW = z.object({ name: z.string(), nodes: NODES }).passthrough();
export type Workflow = z.infer<typeof WORKFLOW>;

/**
 * Reads an example as if a person had imported it and chosen these credentials.
 *
 * @param jelou the credential of every Jelou node
 * @param others credentials of other nodes, by type; nodes of other types get none
 */
export function readExample(
	file: string,
	jelou: Credential,
	others: Record<string, Credential> = {},
): Workflow {
	const workflow = WORKFLOW.parse(JSON.parse(readFileSync(join(EXAMPLES, file), 'utf8')));
	const chosen: Record<string, Credential> = { ...others, jelouApi: jelou };
	for (const node of workflow.nodes) {
		const types = Object.keys(node.credentials ?? {}).filter((type) => type in chosen);
		if (node.credentials) node.credentials = Object.fromEntries(types.map((type) => [type, chosen[type]]));
	}
	return workflow;
}

/** The files of all examples, sorted by name. */
export function exampleFiles(): string[] {
	return readdirSync(EXAMPLES)
		.filter((file) => file.endsWith('.json'))
		.sort();
}

/** Imports an example unless there is a workflow of its name: what a person changed in it stays. */
export async function importExample(client: N8nClient, workflow: Workflow): Promise<string> {
	const existing = (await client.workflows()).find(({ name }) => name === workflow.name);
	return existing ? String(existing.id) : await client.createWorkflow(workflow);
}

/** Publishes a workflow, again if it was, so that its trigger registers with the running sandbox. */
export async function publishAgain(client: N8nClient, id: string): Promise<void> {
	const { active, activeVersionId } = await client.workflow(id);
	if (active === true || typeof activeVersionId === 'string') await client.deactivate(id);
	await client.activate(id);
}
