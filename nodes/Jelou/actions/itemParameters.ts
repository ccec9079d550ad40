import type { IDataObject } from 'n8n-workflow';

import { parseBody } from '../shared/errorResponse';
import { FieldError } from '../shared/errors';
import { isObject } from '../shared/json';
import { isBlank, trimmed } from '../shared/text';
import type { Origin } from './origin';

/** In characters: more than any channel accepts, but few enough to stop what was mapped by accident. */
const MAX_TEXT_LENGTH = 65_536;
/**
 * What no ID can contain: control characters and lone surrogates. Anything else is up to Jelou, and is sent back as it
 * came.
 */
const NOT_IN_ID = /[\p{Cc}\p{Cs}]/u;

function checkLength(text: string, label: string): void {
	if (text.length <= MAX_TEXT_LENGTH) return;
	throw new FieldError(`${label} is too long`, `Shorten it to at most ${MAX_TEXT_LENGTH} characters.`);
}

/**
 * Accepts numbers, because IDs often arrive as numbers, but not those so large that they have lost digits on the way.
 */
function toText(value: unknown, label: string): string {
	if (value === undefined || value === null) return '';
	if (typeof value === 'number') {
		if (!(Math.abs(value) <= Number.MAX_SAFE_INTEGER)) {
			throw new FieldError(
				`${label} cannot be the number ${value}`,
				'Map it as text: large numbers lose their last digits.',
			);
		}
		return String(value);
	}
	if (typeof value !== 'string') {
		throw new FieldError(`${label} must be text`, 'Map a single text value.');
	}
	checkLength(value, label);
	return value;
}

function emptyField(label: string): FieldError {
	return new FieldError(
		`${label} is empty`,
		`Fill in ${label}. If it is an expression, this item has no such value.`,
	);
}

/**
 * Checks an ID, and trims what copying leaves around it.
 *
 * @throws FieldError when it is empty, or cannot be an ID
 */
export function checkedId(value: unknown, label: string): string {
	const id = trimmed(toText(value, label));
	if (id === '') throw emptyField(label);
	if ((typeof value === 'number' && !Number.isInteger(value)) || NOT_IN_ID.test(id)) {
		throw new FieldError(
			`${label} is not a valid ID`,
			'IDs are whole numbers, or text without line breaks and other control characters.',
		);
	}
	return id;
}

/** The parameters of one item, each read once and checked for its type. */
export class ItemParameters {
	private readonly values = new Map<string, unknown>();

	/** @param saved the node's parameters as the workflow has them, expressions not evaluated */
	constructor(
		private readonly read: (name: string) => unknown,
		readonly index: number,
		readonly saved: Readonly<Record<string, unknown>> = {},
		/** Finds the conversation that the item comes from. */
		readonly origin?: Origin,
	) {}

	/** A parameter's value as n8n evaluates it, unchecked. */
	value(name: string): unknown {
		if (!this.values.has(name)) this.values.set(name, this.read(name));
		return this.values.get(name);
	}

	/**
	 * The text of a field, as typed; `''` when it is empty.
	 *
	 * @throws FieldError when it is a list or an object, or is too long
	 */
	text(name: string, label: string): string {
		const value = this.value(name);
		const text = typeof value === 'boolean' ? String(value) : value;
		return toText(text, label);
	}

	/**
	 * The text of a required field. Invisible characters alone, such as spaces, count as empty.
	 *
	 * @throws FieldError when it is empty, or not a text
	 */
	required(name: string, label: string): string {
		const text = this.text(name, label);
		if (isBlank(text)) throw emptyField(label);
		return text;
	}

	/** An ID, see `checkedId`. */
	id(name: string, label: string): string {
		return checkedId(this.value(name), label);
	}

	/** A collection such as the options; `{}` when nothing was added. */
	collection(name: string): IDataObject {
		const value = this.value(name);
		return isObject(value) ? value : {};
	}

	/** Whether an entry of a collection is an expression. */
	isExpression(collection: string, name: string): boolean {
		const entries = this.saved[collection];
		const entry = isObject(entries) ? entries[name] : undefined;
		return typeof entry === 'string' && entry.startsWith('=');
	}
}

/**
 * The text of one entry of a collection, without invisible characters around it; `''` when it is absent.
 *
 * @throws FieldError when it is neither a text nor a number, or is too long
 */
export function entryText(collection: IDataObject, name: string, label: string): string {
	return trimmed(toText(collection[name], label));
}

/**
 * A JSON object from a field of type `json`, which gives text or an object; `undefined` when it was left empty.
 *
 * @throws FieldError for invalid JSON, JSON that is not an object, or an object that is too long
 */
export function entryObject(collection: IDataObject, name: string, label: string): IDataObject | undefined {
	const value = collection[name];
	if (value === undefined || value === null || value === '') return undefined;
	const parsed = parseBody(value);
	if (parsed === undefined) {
		throw new FieldError(`${label} is not a JSON object`, 'Enter one such as {"ticketId": "T-12345"}.');
	}
	checkLength(JSON.stringify(parsed), label);
	return parsed;
}
