import type { INode } from 'n8n-workflow';

import { isObject } from './json';

/** Something wrong in a field, found before anything was sent. */
export class FieldError extends Error {
	constructor(
		message: string,
		/** The next step for the user. */
		readonly advice: string,
	) {
		super(message);
	}
}

/** Why media could not be fetched: the end of a sentence for a person, with no part of the URL but its host. */
export class MediaError extends Error {}

/** Names an error without its own message, which may contain what a customer wrote, an address or a secret. */
export function kindOf({ parameters }: INode, error: unknown): string {
	const { context: given, name } = isObject(error) ? error : {};
	const kind = typeof name === 'string' && /^\w+$/.test(name) ? name : 'unknown error';
	// n8n says which parameter the failed expression is in.
	const isIt = (own: string) => isObject(given) && given.parameter === own;
	const parameter = Object.keys(parameters).find(isIt);
	return parameter === undefined ? kind : `${kind} in the parameter "${parameter}"`;
}
