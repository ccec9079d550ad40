import type { IDataObject } from 'n8n-workflow';

import { isObject } from './json';
import type { Failure } from './types';

/** What Jelou said about a call that failed. Every part can be missing. */
export interface ErrorResponse {
	/** What Jelou itself says, one sentence or several. */
	message: string;
	/** Its error code, for example `EXTERNAL_SUPPORT_NOT_FOUND`. */
	code: string;
	/** One line per field: `webhookUrl: must be HTTPS`. */
	fields: string[];
	/** Whether the body is a JSON object at all. */
	isJson: boolean;
	/** Whether it is Jelou's envelope: another service's HTML page, or its own JSON, is not. */
	isEnvelope: boolean;
}

function parsed(body: unknown): unknown {
	const text = Buffer.isBuffer(body) ? body.toString('utf8') : body;
	if (typeof text !== 'string') return text;
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}

/** Parses a response's body; `undefined` when it is not a JSON object (an HTML page, nothing at all). */
export function parseBody(body: unknown): IDataObject | undefined {
	const value = parsed(body);
	return isObject(value) ? value : undefined;
}

/** The objects in a response whose body is a JSON list; `undefined` when it is not a list. */
export function parseList(body: unknown): IDataObject[] | undefined {
	const value = parsed(body);
	return Array.isArray(value) ? value.filter(isObject) : undefined;
}

/**
 * The texts in a value. Of a text in several languages, the English one, because the editor is in English, or else
 * another.
 */
function strings(value: unknown): string[] {
	if (typeof value === 'string') return value.trim() === '' ? [] : [value.trim()];
	if (Array.isArray(value)) return value.flatMap(strings);
	return isObject(value) ? [value.en, value.es, value.pt].flatMap(strings).slice(0, 1) : [];
}

function fieldLines(value: unknown): string[] {
	if (Array.isArray(value))
		return value.flatMap((entry) => (isObject(entry) ? fieldLines(entry) : strings(entry)));
	if (!isObject(value)) return strings(value);
	return Object.entries(value).map(([field, problem]) => {
		const problems = strings(problem);
		return `${field}: ${problems.length > 0 ? problems.join(', ') : JSON.stringify(problem)}`;
	});
}

/** Ends a text as a sentence, unless it ends as one already. */
export function sentence(text: string): string {
	return /[.!?…]$/.test(text) ? text : `${text}.`;
}

/**
 * Whether a response came in Jelou's envelope. `message`, `status` and a text in `error` are not enough: web frameworks
 * respond to an unknown path with `{ "statusCode": 404, "message": "Cannot GET …", "error": "Not Found" }`.
 */
function isJelouEnvelope({ statusMessage, error, validationError }: IDataObject): boolean {
	if (typeof statusMessage === 'string' || isObject(validationError)) return true;
	return isObject(error) && (typeof error.code === 'string' || typeof error.key === 'string');
}

/**
 * Whether a response with a 2xx status says itself that the call failed: its `statusMessage` is not "success", its
 * `status` is 0 or an HTTP error, or its `success` is false.
 */
export function saysFailed(envelope: IDataObject): boolean {
	if (envelope.success === false) return true;
	if (!('statusMessage' in envelope)) return false;
	const { status, statusMessage } = envelope;
	if (typeof status === 'number' && (status === 0 || status >= 400)) return true;
	return typeof statusMessage === 'string' && !/^\s*(success)?\s*$/i.test(statusMessage);
}

/** Reads Jelou's error envelope (its page "Errors"), any part of which can be missing or have another shape. */
export function readErrorResponse(body: unknown): ErrorResponse {
	const envelope = parseBody(body);
	if (envelope === undefined) return { message: '', code: '', fields: [], isJson: false, isEnvelope: false };
	const error = isObject(envelope.error) ? envelope.error : {};
	// Jelou's sentence for people comes first; its words for developers can be more exact.
	const said = [error.clientMessages, envelope.message, error.description, envelope.error];
	const texts = said.flatMap(strings);
	const unique = [...new Set(texts)];
	return {
		message: unique.map((text, index) => (index < unique.length - 1 ? sentence(text) : text)).join(' '),
		code: strings(error.code)[0] ?? '',
		fields: fieldLines(envelope.validationError),
		isJson: true,
		isEnvelope: isJelouEnvelope(envelope),
	};
}

/**
 * Whether Jelou itself says that there is no such thing. Any other 404 proves nothing: another service may have
 * responded.
 */
export function isJelouNotFound(failure: Failure): boolean {
	return failure.kind === 'response' && failure.status === 404 && readErrorResponse(failure.body).isEnvelope;
}
