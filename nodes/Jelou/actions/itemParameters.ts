import type { IDataObject } from 'n8n-workflow';

import { FieldError } from '../shared/errors';
import { isObject } from '../shared/json';
import { ID_PATHS, defaultOf, toId, type IdName, type Origin } from './origin';

/** Longer than any channel takes, and short enough to keep an accident from being sent. */
const MAX_TEXT_LENGTH = 65_536;
/** What no ID has; a name or an address mapped into an ID field by mistake has one of these. */
const NOT_IN_ANY_ID = /[^\x21-\x7e]/u;
const NOT_IN_BODY_ID = /[^\x21-\x7e]|[/\\]/u;

function checkLength(text: string, label: string, remedy: string): void {
	if (text.length <= MAX_TEXT_LENGTH) return;
	throw new FieldError(
		`${label} is too long`,
		`It has ${String(text.length)} characters, and the limit is ${String(MAX_TEXT_LENGTH)}. ${remedy}`,
	);
}

/** Numbers are taken as text, because IDs often arrive as numbers; but not those that have lost digits on the way. */
function toText(value: unknown, label: string, remedy = 'Shorten it.'): string {
	if (value === undefined || value === null) return '';
	if (typeof value === 'number') {
		if (!Number.isFinite(value)) {
			throw new FieldError(
				`${label} is not a number that can be sent`,
				`It is ${String(value)}. Check the value mapped to ${label}.`,
			);
		}
		if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
			throw new FieldError(
				`${label} has too many digits for a number`,
				`Numbers beyond ${String(Number.MAX_SAFE_INTEGER)} lose their last digits. Map it to ${label} as text.`,
			);
		}
		return String(value);
	}
	if (typeof value !== 'string') {
		throw new FieldError(`${label} must be text`, 'Map a single text value.');
	}
	checkLength(value, label, remedy);
	return value;
}

const LABELS = { roomId: 'Room ID', botId: 'Bot ID', userId: 'User ID' };

function emptyField(label: string): FieldError {
	return new FieldError(
		`${label} is empty`,
		`Fill in ${label}. If it is an expression, this item has no such value: check the input on the left.`,
	);
}

const listOf = (words: string[]) => new Intl.ListFormat('en-GB').format(words);

function emptyIds(names: IdName[], why: string, nodes: string): FieldError {
	const labels = listOf(names.map((name) => LABELS[name]));
	const paths = listOf(names.map((name) => ID_PATHS[name]));
	const remedy =
		nodes === ''
			? `Fill in ${labels}; a sub-workflow gets them as its inputs.`
			: `Clear ${labels} and drag ${paths} from ${nodes}, or let the nodes in between pass them on.`;
	return new FieldError(
		names.length === 1 ? `${labels} is empty` : `${labels} are empty`,
		`${why} ${remedy}`,
	);
}

function invalidId(label: string, rule: string): FieldError {
	return new FieldError(`${label} is not a valid ID`, `${rule}. Check the value mapped to ${label}.`);
}

/** The parameters of one item, each read once and checked for its type. */
export class ItemParameters {
	private readonly values = new Map<string, unknown>();

	/** @param saved the node's parameters as the workflow has them, expressions not evaluated */
	constructor(
		private readonly read: (name: string) => unknown,
		readonly index: number,
		private readonly saved: Readonly<Record<string, unknown>> = {},
		private readonly origin?: Pick<Origin, 'find' | 'own'>,
	) {}

	private value(name: string): unknown {
		if (!this.values.has(name)) this.values.set(name, this.read(name));
		return this.values.get(name);
	}

	/** The text of a field, as typed; `''` when it is empty. */
	text(name: string, label: string): string {
		const value = this.value(name);
		const text = typeof value === 'boolean' ? String(value) : value;
		return toText(text, label, 'Shorten it, or send a document instead.');
	}

	/** The text of a field that may not be empty. Spaces alone count as empty. */
	required(name: string, label: string): string {
		const text = this.text(name, label);
		if (text.trim() === '') throw emptyField(label);
		return text;
	}

	/** IDs that go into the body: where the user left that to the node, also those of the item's conversation. */
	ids(...names: IdName[]): (name: IdName) => string {
		const { index, origin, values } = this;
		const isLeft = (name: IdName) => [defaultOf(name), ''].some((value) => this.saved[name] === value);
		const isMissing = (name: IdName) => {
			const value = this.value(name) ?? '';
			return typeof value === 'string' && value.trim() === '';
		};
		const left = names.filter((name) => origin !== undefined && isLeft(name) && !values.has(name));
		for (const name of left) values.set(name, origin?.own(index, name));
		if (names.some(isMissing)) {
			const named = (name: IdName) =>
				(names.includes(name) && toId(this.value(name))) || toId(origin?.own(index, name));
			const found = origin?.find(index, { roomId: named('roomId'), userId: named('userId') });
			for (const name of left.filter(isMissing)) values.set(name, found?.taken[name]);
			const missing = names.filter(isMissing);
			const isWritten = missing.some((name) => !left.includes(name));
			const why = isWritten ? 'This item has no such value.' : found?.why;
			if (missing.length > 0) throw emptyIds(missing, why ?? '', found?.nodes ?? '');
		}
		return (name) => this.id(name, LABELS[name]);
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
		const value = this.value(name);
		const id = toText(value, label).trim();
		if (id === '') throw emptyField(label);
		if (typeof value === 'number' && !Number.isInteger(value)) {
			throw invalidId(label, 'IDs are text or whole numbers');
		}
		const found = forbidden.exec(id)?.[0];
		if (found === undefined) return id;
		throw invalidId(
			label,
			`IDs cannot contain ${found.trim() === '' ? 'spaces' : `the character "${found}"`}`,
		);
	}

	/** A collection such as the options; empty when nothing was added. */
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
 * The text of one entry of a collection, without the spaces around it; `''` when it is absent.
 *
 * @throws FieldError for what is neither a text nor a number
 */
export function entryText(collection: IDataObject, name: string, label: string): string {
	return toText(collection[name], label).trim();
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
 * @throws FieldError for broken JSON, JSON that is not an object, and one that is too long
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
	checkLength(JSON.stringify(parsed), label, 'Shorten it.');
	return parsed;
}
