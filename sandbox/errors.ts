import { STATUS_CODES } from 'node:http';

/** Field paths such as `value.content.url`, each with what is wrong with it. */
export type FieldErrors = Record<string, string[]>;

/** A refusal, sent in Jelou's error envelope. */
export class ApiError extends Error {
	/**
	 * @param status the HTTP status of the response
	 * @param key a constant for programs; by default the status's name
	 */
	constructor(
		readonly status: number,
		message: string,
		readonly key: string = keyOf(status),
		readonly fields: FieldErrors = {},
	) {
		super(message);
	}
}

/**
 * What is known about something that was thrown. Goes by its fields and not by `instanceof`, since Node's own errors come
 * from another realm when the sandbox runs inside jest.
 */
export function factsOf(error: unknown): { name: string; code: string; message: string } {
	const facts = { name: '', code: '', message: String(error) };
	if (typeof error !== 'object' || error === null) return facts;
	if ('name' in error && typeof error.name === 'string') facts.name = error.name;
	if ('code' in error && typeof error.code === 'string') facts.code = error.code;
	if ('message' in error && typeof error.message === 'string') facts.message = error.message;
	return facts;
}

/** For example `NOT_FOUND` for 404. */
export function keyOf(status: number): string {
	return (STATUS_CODES[status] ?? 'Error').toUpperCase().replace(/[^A-Z]+/g, '_');
}
