import type { IDataObject, INodeProperties } from 'n8n-workflow';

import type { JelouRequest } from '../shared/types';
import type { ItemParameters } from './parameters';

/** One operation of the node: what the user fills in, and the one request it makes of that. */
export interface Operation {
	/** How it is offered: `name` in the list of operations, `action` (a sentence) in the panel of nodes. */
	menu: { name: string; action: string; description: string };
	/** The operation's own fields, without `displayOptions`: those are added. */
	fields: INodeProperties[];
	/**
	 * Checks an item's parameters and makes the request of them. Sends nothing.
	 *
	 * @throws FieldError naming the field that is empty or wrong
	 */
	prepare(item: ItemParameters, context: PrepareContext): JelouRequest;
	/**
	 * What has to keep its order: two items with the same lane are never under way together, and go in input order.
	 * Without it, items do not wait for each other.
	 */
	lane?(request: JelouRequest): string;
	/** What the output has beside Jelou's answer. */
	summary?(request: JelouRequest): IDataObject;
}

export interface PrepareContext {
	/** The project of the credential, or the one that replaces it in the options. */
	projectId: string;
	/** The credential's environment; with `custom`, a webhook need not be on HTTPS. */
	environment: string;
}

/** The lane of calls that change a user's conversation: one at a time for each user. */
export function userLane({ body = {} }: JelouRequest): string {
	return JSON.stringify([body.userId]);
}
