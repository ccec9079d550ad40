import { readFileSync, renameSync, writeFileSync } from 'node:fs';

/** What a JSON file holds; undefined when there is none, or it holds something else. */
export function readJsonFile(file: string): unknown {
	try {
		const value: unknown = JSON.parse(readFileSync(file, 'utf8'));
		return value;
	} catch {
		return undefined;
	}
}

/** Writes a JSON file that only its owner reads: all of it, or nothing, whenever the program is ended. */
export function writeJsonFile(file: string, value: unknown): void {
	const next = `${file}.next`;
	writeFileSync(next, JSON.stringify(value), { mode: 0o600 });
	renameSync(next, file);
}
