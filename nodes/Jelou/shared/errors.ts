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

/** A segment that cannot be part of a path, or a base URL that is none. `field` is the parameter's name. */
export class InvalidUrlError extends Error {
	constructor(
		message: string,
		readonly field: 'gatewayUrl' | 'chatbotUrl' | 'path',
	) {
		super(message);
	}
}

/** Why media could not be fetched: the end of a sentence for a person, with no part of a URL but its host. */
export class MediaError extends Error {}
