import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { z } from 'zod';

import { say } from '../lifecycle';
import { endEarlier, identify, isRunning } from '../process';
import { readKept, writeKept } from './kept';

const PROCESS = z.object({ pid: z.number(), startedAt: z.string() });
/** What is using a data folder. */
const RUNNING = z.object({
	starter: PROCESS,
	n8n: PROCESS.optional(),
	/** The addresses, once everything has started. */
	urls: z.object({ page: z.string(), n8n: z.string() }).optional(),
});
type Running = z.infer<typeof RUNNING>;

function alreadyRunning({ starter, urls }: Running): Error {
	const where = urls
		? `the chat page is ${urls.page} and n8n is ${urls.n8n}`
		: `it is still starting, as process ${String(starter.pid)}`;
	return new Error(`npm start is already running: ${where}. To stop it, press Ctrl-C in its terminal.`);
}

/** A data folder that only this program uses: the database in it is for a single n8n. */
interface DataFolder {
	/** Records what a later start must know. */
	record(more: Partial<Running>): void;
	release(): void;
}

/**
 * Claims a folder for this program, and closes it to other users of the machine. First stops an n8n that a killed start
 * left running there.
 *
 * @throws Error in one sentence when another program is using it
 */
export async function takeDataFolder(folder: string): Promise<DataFolder> {
	mkdirSync(folder, { recursive: true });
	chmodSync(folder, 0o700);
	const file = join(folder, 'running.json');
	const before = readKept(file, RUNNING);
	if (before && isRunning(before.starter)) throw alreadyRunning(before);
	if (before?.n8n && isRunning(before.n8n)) {
		say('Stopping the n8n that an earlier npm start left running …');
		await endEarlier(before.n8n);
	}
	rmSync(file, { force: true });
	let running: Running = { starter: identify(process.pid) };
	try {
		writeFileSync(file, JSON.stringify(running), { mode: 0o600, flag: 'wx' });
	} catch (error) {
		const faster = readKept(file, RUNNING);
		throw faster ? alreadyRunning(faster) : error;
	}
	return {
		record: (more) => {
			running = { ...running, ...more };
			writeKept(file, running);
		},
		release: () => rmSync(file, { force: true }),
	};
}
