import { updateDisplayOptions, type INodeProperties } from 'n8n-workflow';

import type { Operation } from './operation';

/** The operations of a resource by name, and what a user fills in for them. */
export interface Resource<Operations> {
	operations: Operations;
	fields: INodeProperties[];
}

/**
 * Gathers the operations of a resource: the field that chooses one, and the fields of each, shown for it alone.
 *
 * @param operations in the alphabetical order in which they are offered
 */
export function defineResource<Operations extends Record<string, Operation>>(
	resource: string,
	operations: Operations,
	defaultOperation: keyof Operations & string,
): Resource<Operations> {
	const entries = Object.entries(operations);
	return {
		operations,
		fields: [
			{
				displayName: 'Operation',
				name: 'operation',
				type: 'options',
				noDataExpression: true,
				displayOptions: { show: { resource: [resource] } },
				options: entries.map(([value, { menu }]) => ({ value, ...menu })),
				default: defaultOperation,
			},
			...entries.flatMap(([operation, { fields }]) =>
				updateDisplayOptions({ show: { resource: [resource], operation: [operation] } }, fields),
			),
		],
	};
}
