import type { IDataObject, INodeProperties } from 'n8n-workflow';

import type { JelouRequest } from '../shared/types';
import type { ItemParameters } from './parameters';

/** One operation of the node: what the user fills in, and the one request it makes of that. */
export interface Operation {
	/** The operation's own fields, without `displayOptions`: the resource's index adds those. */
	fields: INodeProperties[];
	/**
	 * Checks an item's parameters and makes the request of them. Sends nothing.
	 *
	 * @throws FieldError naming the field that is empty or wrong
	 */
	prepare(item: ItemParameters, context: PrepareContext): JelouRequest;
	/** What the output has beside Jelou's answer. */
	summary?(request: JelouRequest): IDataObject;
}

export interface PrepareContext {
	/** The project of the credential, or the one that replaces it in the options. */
	projectId: string;
}
