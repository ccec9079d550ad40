import { updateDisplayOptions, type IDataObject, type INodeProperties } from 'n8n-workflow';

import type { JelouRequest } from '../shared/types';
import type { ItemParameters } from './itemParameters';
import type { WaitFor } from './message/ask';
import type { Telling } from './tellTrigger';

/** One operation of the node: what the user fills in, and the one request it makes of that. */
export interface Operation {
	/** How n8n shows it: `name` in the list of operations, `action` (a sentence) in the panel of nodes. */
	menu: { name: string; action: string; description: string };
	/** The operation's own properties, without `displayOptions`: those are added. */
	properties: INodeProperties[];
	/**
	 * Checks an item's parameters and builds the request from them. Sends nothing.
	 *
	 * @throws FieldError naming the field that is empty or wrong
	 */
	buildRequest(item: ItemParameters, context: BuildContext): JelouRequest;
	/**
	 * What has to keep its order: requests with the same key are sent one at a time, in input order. Without it, items do
	 * not wait for each other.
	 */
	orderingKey?(request: JelouRequest): string;
	/**
	 * For an operation that asks with its request and puts the run to wait for the answer: what it waits for. Such an
	 * operation takes one item at a time.
	 *
	 * @throws FieldError naming the field that is empty or wrong
	 */
	waitFor?(item: ItemParameters): WaitFor;
	/**
	 * For an operation that sends nothing, and tells the project's Jelou Trigger something instead.
	 *
	 * @throws FieldError naming the field that is empty or wrong
	 */
	tell?(item: ItemParameters): Telling;
	/** What the user should know about a request that was sent. */
	warning?(request: JelouRequest): string | undefined;
	/** What the output has in addition to Jelou's answer. */
	extraOutput?(request: JelouRequest): IDataObject;
}

export interface BuildContext {
	/** The project of the credential, or the one that replaces it in the options. */
	projectId: string;
	/** Whether a webhook may be on plain HTTP. */
	allowsPlainHttp: boolean;
}

/** For requests that change a user's conversation: one at a time for each user. */
export function userOrderingKey({ body = {} }: JelouRequest): string {
	return JSON.stringify([body.userId]);
}

/** What a group of operations is about. */
export interface Resource {
	/** As in the workflow, and as n8n shows it. */
	value: string;
	name: string;
	/** By their value, in the alphabetical order in which n8n shows them. */
	operations: Record<string, Operation>;
	defaultOperation: string;
}

/** What a user fills in for a resource: which operation, and the properties of each, shown for it alone. */
export function resourceProperties({ value, operations, defaultOperation }: Resource): INodeProperties[] {
	const entries = Object.entries(operations);
	return [
		{
			displayName: 'Operation',
			name: 'operation',
			type: 'options',
			noDataExpression: true,
			displayOptions: { show: { resource: [value] } },
			options: entries.map(([operation, { menu }]) => ({ value: operation, ...menu })),
			default: defaultOperation,
		},
		...entries.flatMap(([operation, { properties }]) =>
			updateDisplayOptions({ show: { resource: [value], operation: [operation] } }, properties),
		),
	];
}
