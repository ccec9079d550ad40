/**
 * A refusal in Chatwoot's shapes: `error` says it, or `message` with `attributes` for a record that is not valid.
 *
 * @see https://developers.chatwoot.com/api-reference/introduction
 */
export class DeskError extends Error {
	constructor(
		readonly status: number,
		message: string,
		/** The fields of a record that is not valid. */
		readonly attributes: string[] = [],
	) {
		super(message);
	}

	get body(): object {
		const { attributes, message } = this;
		return attributes.length > 0 ? { message, attributes } : { error: message };
	}
}

export function notFound(): DeskError {
	return new DeskError(404, 'Resource could not be found');
}

/** A missing field that the documentation requires. */
export function missing(name: string): DeskError {
	return new DeskError(422, `param is missing or the value is empty: ${name}`);
}
