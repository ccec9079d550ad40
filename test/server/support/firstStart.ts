import { randomUUID } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { n8nVersion } from '../../../scripts/n8n/version';
import { WORK_FOLDER } from '../../../scripts/paths';

const KEPT = join(WORK_FOLDER, `first-start-${n8nVersion()}`);
const DATABASE = 'database.sqlite';
/** Has the key with which n8n encrypts what is in the database. */
const CONFIG = 'config';

const homeIn = (userFolder: string) => join(userFolder, '.n8n');

/** Gives a new n8n what the first start of another one has written, if that was kept: a third of a first start is for that. */
export function copyFirstStart(userFolder: string): void {
	if (!existsSync(KEPT)) return;
	mkdirSync(homeIn(userFolder), { recursive: true });
	for (const name of [DATABASE, CONFIG]) copyFileSync(join(KEPT, name), join(homeIn(userFolder), name));
}

/** Keeps what n8n has written on its first start, unless that of another one was kept. n8n may be running. */
export function keepFirstStart(userFolder: string): void {
	if (existsSync(KEPT)) return;
	const copy = `${KEPT}-${randomUUID()}`;
	mkdirSync(copy, { mode: 0o700 });
	const database = new DatabaseSync(join(homeIn(userFolder), DATABASE), { timeout: 60_000 });
	try {
		database.prepare('VACUUM INTO ?').run(join(copy, DATABASE));
		copyFileSync(join(homeIn(userFolder), CONFIG), join(copy, CONFIG));
		renameSync(copy, KEPT);
	} catch (error) {
		rmSync(copy, { recursive: true, force: true });
		// Another test was quicker.
		if (!existsSync(KEPT)) throw error;
	} finally {
		database.close();
	}
}
