/** A JSON object whose fields are not known. */
export type Json = Record<string, unknown>;

/** True for a JSON object: neither null nor a list. */
export function isRecord(value: unknown): value is Json {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}
