import type { IDataObject } from 'n8n-workflow';

/** True for a plain JSON object: neither null nor an array. */
export function isObject(value: unknown): value is IDataObject {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Follows a path such as `bot.id` through plain objects. */
export function valueAt(item: unknown, path: string): unknown {
	let current: unknown = item;
	for (const name of path.split('.')) {
		if (!isObject(current) || !Object.hasOwn(current, name)) return undefined;
		current = current[name];
	}
	return current;
}

/** A text that is not empty; `undefined` for anything else. */
export function optionalText(value: unknown): string | undefined {
	return isText(value) ? value : undefined;
}

/** Whether a value is a text that is not empty. */
export const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';
