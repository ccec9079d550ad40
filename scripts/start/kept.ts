import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';

import { z } from 'zod';

import { say } from '../lifecycle';

/** What a JSON file holds; undefined when there is none, or it holds something else. */
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

/** Puts aside a file that there is and that cannot be used, and says so: what is kept next does not write over it. */
export function putAside(file: string, what: string): void {
	if (!existsSync(file)) return;
	renameSync(file, `${file}.unreadable`);
	say(`Cannot read ${what}, and begins without: see ${file}.unreadable.`);
}

/** Writes a JSON file that only its owner reads: all of it, or nothing, whenever the program is ended. */
export function writeKept(file: string, value: unknown): void {
	const next = `${file}.next`;
	writeFileSync(next, JSON.stringify(value), { mode: 0o600 });
	renameSync(next, file);
}

/** The same, without holding up what else goes on. */
export async function writeKeptSoon(file: string, value: unknown): Promise<void> {
	const next = `${file}.next`;
	await writeFile(next, JSON.stringify(value), { mode: 0o600 });
	await rename(next, file);
}

/** An address as it is now: what was below the one place has moved to the other. */
export function moved(address: string, from: string, to: string): string {
	return address.startsWith(`${from}/`) ? to + address.slice(from.length) : address;
}

const IDS = z.record(z.string()).catch(() => ({}));
const NAMES = z.array(z.string()).catch(() => []);
const MADE = z.object({
	/** The IDs of credentials, by project. */
	credentials: IDS,
	/** The same of those for the platform API. */
	platformCredentials: IDS,
	/** The IDs of workflows, by the file of the example. */
	workflows: IDS,
	/** The files of the examples that were published. */
	published: NAMES,
	/** Every address that the sandbox has had. */
	sandboxUrls: NAMES,
});

/**
 * What `npm start` has made in this n8n, noted step by step: nothing is made a second time, so that what a person
 * changes, unpublishes or deletes stays so, and a start that was cut off is completed by the next.
 */
export type Made = z.infer<typeof MADE> & { save(): void };

export function readMade(file: string): Made {
	const made = readKept(file, MADE) ?? MADE.parse({});
	return { ...made, save: () => writeKept(file, made) };
}
