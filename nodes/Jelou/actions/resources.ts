import { conversation } from './conversation';
import { integration } from './integration';
import { message } from './message';
import { template } from './template';
import { user } from './user';
import type { Operation, Resource } from './operation';

/** In the order in which n8n shows them and their actions: what a newcomer needs comes first. */
export const RESOURCES: Resource[] = [message, conversation, template, user, integration];

/** The operation of these saved values; `undefined` when there is none. */
export function findOperation(resource: unknown, operation: unknown): Operation | undefined {
	const { operations = {} } = RESOURCES.find(({ value }) => value === resource) ?? {};
	return Object.entries(operations).find(([value]) => value === operation)?.[1];
}
