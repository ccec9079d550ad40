import type { IDataObject } from 'n8n-workflow';
import { isObject } from './json';

/** What Jelou said about a call that failed, as far as it said anything. Every part can be missing. */
export interface ErrorResponse {
	/** Jelou's own words, one sentence or several. */
	message: string;
	/** Its error code, for example `EXTERNAL_SUPPORT_NOT_FOUND`. */
	code: string;
	/** One line a field: `webhookUrl: must be HTTPS`. */
	fields: string[];
	/** Whether the answer came in Jelou's envelope; a proxy's HTML page does not. */
	isEnvelope: boolean;
}

/** Parses an answer's body; `undefined` when it is not a JSON object (an HTML page, nothing at all). */
export function parseBody(body: unknown): IDataObject | undefined {
	if (isObject(body)) return body;
	const text = Buffer.isBuffer(body) ? body.toString('utf8') : body;
	if (typeof text !== 'string') return undefined;
	try {
		const value: unknown = JSON.parse(text);
		return isObject(value) ? value : undefined;
	} catch {
		return undefined;
	}
}

function strings(value: unknown): string[] {
	if (typeof value === 'string') return value.trim() === '' ? [] : [value.trim()];
	if (Array.isArray(value)) return value.flatMap(strings);
	return [];
}

function fieldLines(value: unknown): string[] {
	if (Array.isArray(value))
		return value.flatMap((entry) => (isObject(entry) ? fieldLines(entry) : strings(entry)));
	if (!isObject(value)) return strings(value);
	return Object.entries(value).map(([field, problem]) => {
		const words = strings(problem);
		return `${field}: ${words.length > 0 ? words.join(', ') : JSON.stringify(problem)}`;
	});
}

/** Reads Jelou's error envelope (its page "Errors"), of which any part can be missing or of another shape. */
export function readErrorResponse(body: unknown): ErrorResponse {
	const envelope = parseBody(body);
	if (envelope === undefined) return { message: '', code: '', fields: [], isEnvelope: false };
	const error = isObject(envelope.error) ? envelope.error : {};
	const words = [...strings(envelope.message), ...strings(error.description), ...strings(envelope.error)];
	return {
		message: [...new Set(words)].join('. '),
		code: strings(error.code)[0] ?? '',
		fields: fieldLines(envelope.validationError),
		isEnvelope: 'statusMessage' in envelope || 'error' in envelope || 'validationError' in envelope,
	};
}
