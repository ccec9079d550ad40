import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { EXAMPLES } from '../paths';
import type { N8nClient } from './client';

type Json = Record<string, unknown>;

function isRecord(value: unknown): value is Json {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Reads an example as it would be imported, with every Jelou node using the given credential. */
export function readExample(file: string, credential: { id: string; name: string }): Json & { name: string } {
	const workflow: unknown = JSON.parse(readFileSync(join(EXAMPLES, file), 'utf8'));
	if (!isRecord(workflow) || typeof workflow.name !== 'string' || !Array.isArray(workflow.nodes)) {
		throw new Error(`examples/${file} is not a workflow.`);
	}
	const nodes = workflow.nodes.map((node: unknown) =>
		isRecord(node) && isRecord(node.credentials) && 'jelouApi' in node.credentials
			? { ...node, credentials: { ...node.credentials, jelouApi: credential } }
			: node,
	);
	return { ...workflow, name: workflow.name, nodes };
}

/** The files of all examples. */
export function exampleFiles(): string[] {
	return readdirSync(EXAMPLES).filter((file) => file.endsWith('.json'));
}

/**
 * Imports an example if no workflow of its name is there, and activates it anew, so that its trigger registers with the
 * sandbox that runs now. What a person changed in the workflow stays.
 */
export async function activateExample(client: N8nClient, workflow: Json & { name: string }): Promise<string> {
	const existing = (await client.workflows()).find(({ name }) => name === workflow.name);
	const id = existing ? String(existing.id) : await client.createWorkflow(workflow);
	if (existing?.active === true || typeof existing?.activeVersionId === 'string') await client.deactivate(id);
	await client.activate(id);
	return id;
}
