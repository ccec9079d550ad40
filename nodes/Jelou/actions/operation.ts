import { updateDisplayOptions, type IDataObject, type INodeProperties } from 'n8n-workflow';

import type { JelouRequest } from '../shared/types';
import type { ItemParameters } from './itemParameters';

/** One operation of the node: what the user fills in, and the one request it makes of that. */
export interface Operation {
	/** How it is offered: `name` in the list of operations, `action` (a sentence) in the panel of nodes. */
	menu: { name: string; action: string; description: string };
	/** The operation's own fields, without `displayOptions`: those are added. */
	properties: INodeProperties[];
	/**
	 * Checks an item's parameters and makes the request of them. Sends nothing.
	 *
	 * @throws FieldError naming the field that is empty or wrong
	 */
	buildRequest(item: ItemParameters, context: BuildContext): JelouRequest;
	/**
	 * What has to keep its order: two items with the same lane are never under way together, and go in input order.
	 * Without it, items do not wait for each other.
	 */
	orderingKey?(request: JelouRequest): string;
	/** What the output has beside Jelou's answer. */
	extraOutput?(request: JelouRequest): IDataObject;
}

export interface BuildContext {
	/** The project of the credential, or the one that replaces it in the options. */
	projectId: string;
	/** The credential's environment; with `custom`, a webhook need not be on HTTPS. */
	environment: string;
}

/** The lane of calls that change a user's conversation: one at a time for each user. */
export function userOrderingKey({ body = {} }: JelouRequest): string {
	return JSON.stringify([body.userId]);
}

/** The operations of a resource by name, and what a user fills in for them. */
export interface Resource<Operations> {
	operations: Operations;
	properties: INodeProperties[];
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
		properties: [
			{
				displayName: 'Operation',
				name: 'operation',
				type: 'options',
				noDataExpression: true,
				displayOptions: { show: { resource: [resource] } },
				options: entries.map(([value, { menu }]) => ({ value, ...menu })),
				default: defaultOperation,
			},
			...entries.flatMap(([operation, { properties }]) =>
				updateDisplayOptions({ show: { resource: [resource], operation: [operation] } }, properties),
			),
		],
	};
}
