import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';

import { z } from 'zod';

import { say } from '../lifecycle';

/** The contents of a JSON file; undefined when it is missing or does not match the schema. */
export function readKept<Kept>(
	file: string,
	schema: z.ZodType<Kept, z.ZodTypeDef, unknown>,
): Kept | undefined {
	try {
		return schema.parse(JSON.parse(readFileSync(file, 'utf8')));
	} catch {
		return undefined;
	}
}

/** Sets aside a file that cannot be used, and says so, so that the next save does not overwrite it. */
export function putAside(file: string, what: string): void {
	if (!existsSync(file)) return;
	renameSync(file, `${file}.unreadable`);
	say(`Could not read ${what}, so starting without them: see ${file}.unreadable.`);
}

/** Writes a JSON file that only its owner can read: completely or not at all, whenever the program is killed. */
export function writeKept(file: string, value: unknown): void {
	const next = `${file}.next`;
	writeFileSync(next, JSON.stringify(value), { mode: 0o600 });
	renameSync(next, file);
}

/** The same, without blocking. */
export async function writeKeptSoon(file: string, value: unknown): Promise<void> {
	const next = `${file}.next`;
	await writeFile(next, JSON.stringify(value), { mode: 0o600 });
	await rename(next, file);
}

/** An address after what was below `from` has moved to `to`. */
export function moved(address: string, from: string, to: string): string {
	return address.startsWith(`${from}/`) ? to + address.slice(from.length) : address;
}

const IDS = z.record(z.string()).catch(() => ({}));
const NAMES = z.array(z.string()).catch(() => []);
const MADE = z.object({
	/** The IDs of credentials, by project. */
	credentials: IDS,
	/** The same for the platform API. */
	platformCredentials: IDS,
	/** The IDs of workflows, by the file of the example. */
	workflows: IDS,
	/** The files of the examples that were published. */
	published: NAMES,
	/** Every address that the sandbox has had. */
	sandboxUrls: NAMES,
});

/**
 * What `npm start` has created in this n8n, recorded step by step: nothing is created twice, so that what a person
 * changes, unpublishes or deletes stays that way, and a start that was cut off is completed by the next.
 */
export type Made = z.infer<typeof MADE> & { save(): void };

export function readMade(file: string): Made {
	const made = readKept(file, MADE) ?? MADE.parse({});
	return { ...made, save: () => writeKept(file, made) };
}
