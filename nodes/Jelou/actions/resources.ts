import { conversation } from './conversation';
import { integration } from './integration';
import { message } from './message';
import type { Operation, Resource } from './operation';

/** In the alphabetical order in which n8n shows them. */
export const RESOURCES: Resource[] = [conversation, integration, message];

export function findOperation(resource: unknown, operation: unknown): Operation | undefined {
	const { operations = {} } = RESOURCES.find(({ value }) => value === resource) ?? {};
	return Object.entries(operations).find(([value]) => value === operation)?.[1];
}
