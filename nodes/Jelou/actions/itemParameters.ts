import type { IDataObject } from 'n8n-workflow';

import { FieldError } from '../shared/errors';
import { isObject } from '../shared/json';

/** Longer than any channel takes, and short enough to keep an accident from being sent. */
const MAX_TEXT_LENGTH = 65_536;
/** What no ID has; a name or an address mapped into an ID field by mistake has one of these. */
const NOT_IN_ANY_ID = /[^\x21-\x7e]/u;
const NOT_IN_BODY_ID = /[^\x21-\x7e]|[/\\]/u;

/** The parameters of one item, each read once and checked for its type. */
export class ItemParameters {
	private readonly values = new Map<string, unknown>();

	constructor(
		private readonly read: (name: string) => unknown,
		readonly index: number,
	) {}

	private value(name: string): unknown {
		if (!this.values.has(name)) this.values.set(name, this.read(name));
		return this.values.get(name);
	}

	/** The text of a field, as typed; `''` when it is empty. Numbers are taken as text: IDs often arrive as such. */
	text(name: string, label: string): string {
		const value = this.value(name);
		if (value === undefined || value === null) return '';
		if (typeof value === 'number' || typeof value === 'boolean') return String(value);
		if (typeof value !== 'string') {
			throw new FieldError(
				`${label} is not a text`,
				`${label} got a value of another type. Map a single text into it.`,
			);
		}
		if (value.length > MAX_TEXT_LENGTH) {
			throw new FieldError(
				`${label} is too long`,
				`It has ${String(value.length)} characters, and at most ${String(MAX_TEXT_LENGTH)} are sent. Shorten it, or send a document instead.`,
			);
		}
		return value;
	}

	/** The text of a field that may not be empty. Spaces alone count as empty. */
	required(name: string, label: string): string {
		const text = this.text(name, label);
		if (text.trim() === '') {
			throw new FieldError(
				`${label} is empty`,
				`Fill in ${label}. If it is an expression, the item has no such value: look at the input on the left.`,
			);
		}
		return text;
	}

	/** An ID that goes into the body: required, without the spaces around it that copying leaves behind. */
	id(name: string, label: string): string {
		return this.checkedId(name, label, NOT_IN_BODY_ID);
	}

	/** An ID that goes into the path. There a slash is encoded, so it is harmless and Jelou says what it thinks of it. */
	pathId(name: string, label: string): string {
		return this.checkedId(name, label, NOT_IN_ANY_ID);
	}

	private checkedId(name: string, label: string, forbidden: RegExp): string {
		const id = this.required(name, label).trim();
		const found = forbidden.exec(id)?.[0];
		if (found === undefined) return id;
		throw new FieldError(
			`${label} is not an ID`,
			`It has ${found.trim() === '' ? 'a space' : `the character "${found}"`} in it, which no ID has. Look at what is mapped into ${label}.`,
		);
	}

	/** A collection such as the options; empty when nothing was added. */
	collection(name: string): IDataObject {
		const value = this.value(name);
		return isObject(value) ? value : {};
	}
}

/** The text of one entry of a collection, `''` when it is absent. */
export function entryText(collection: IDataObject, name: string): string {
	const value = collection[name];
	return typeof value === 'string' || typeof value === 'number' ? String(value).trim() : '';
}

function parseJson(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}

/**
 * A JSON object from a field of type `json`, which gives text or an object; `undefined` when it was left empty.
 *
 * @throws FieldError for broken JSON and for JSON that is not an object
 */
export function entryObject(collection: IDataObject, name: string, label: string): IDataObject | undefined {
	const value = collection[name];
	if (value === undefined || value === null || value === '') return undefined;
	const parsed = typeof value === 'string' ? parseJson(value) : value;
	if (parsed === undefined) {
		throw new FieldError(
			`${label} is not valid JSON`,
			'Correct the JSON, for example {"ticketId": "T-12345"}.',
		);
	}
	if (!isObject(parsed)) {
		throw new FieldError(
			`${label} is not a JSON object`,
			'Enter an object in braces, for example {"ticketId": "T-12345"}.',
		);
	}
	return parsed;
}
