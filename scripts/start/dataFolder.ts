import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { isRecord } from '../json';
import { readJsonFile, writeJsonFile } from './jsonFile';
import { say } from './lifecycle';
import { endProcess, identify, isRunning, type StartedProcess } from './startedProcess';

/** The data folder is in use; described in one sentence. */
export class AlreadyRunningError extends Error {}

/** What runs on a data folder. */
interface Running {
	starter: StartedProcess;
	n8n?: StartedProcess;
	/** Where it is, once all of it has started. */
	urls?: { page: string; n8n: string };
}

function isProcess(value: unknown): value is StartedProcess {
	return isRecord(value) && typeof value.pid === 'number' && typeof value.startedAt === 'string';
}

function isRunningFile(value: unknown): value is Running {
	if (!isRecord(value) || !isProcess(value.starter)) return false;
	if (value.n8n !== undefined && !isProcess(value.n8n)) return false;
	const { urls } = value;
	return (
		urls === undefined || (isRecord(urls) && typeof urls.page === 'string' && typeof urls.n8n === 'string')
	);
}

function readRunning(file: string): Running | undefined {
	const value = readJsonFile(file);
	return isRunningFile(value) ? value : undefined;
}

/** A data folder that this program alone uses: n8n's database in it takes one n8n only. */
export class DataFolder {
	private constructor(
		private readonly file: string,
		private running: Running,
	) {}

	/**
	 * Takes a folder for this program, and closes it to other users of the machine. An n8n that a killed start has left
	 * running there is ended first.
	 *
	 * @throws AlreadyRunningError when another program has it
	 */
	static async take(folder: string): Promise<DataFolder> {
		mkdirSync(folder, { recursive: true });
		chmodSync(folder, 0o700);
		const file = join(folder, 'running.json');
		const before = readRunning(file);
		if (before && isRunning(before.starter)) throw new AlreadyRunningError(alreadyRunning(before));
		if (before?.n8n && isRunning(before.n8n)) {
			say('Stopping the n8n that an earlier npm start left running …');
			await endProcess(before.n8n);
		}
		rmSync(file, { force: true });
		const running = { starter: identify(process.pid) };
		try {
			writeFileSync(file, JSON.stringify(running), { mode: 0o600, flag: 'wx' });
		} catch (error) {
			const faster = readRunning(file);
			throw faster ? new AlreadyRunningError(alreadyRunning(faster)) : error;
		}
		return new DataFolder(file, running);
	}

	/** Notes what a later start has to know. */
	note(more: Partial<Omit<Running, 'starter'>>): void {
		this.running = { ...this.running, ...more };
		writeJsonFile(this.file, this.running);
	}

	release(): void {
		rmSync(this.file, { force: true });
	}
}

function alreadyRunning({ starter, urls }: Running): string {
	const where = urls
		? `the chat page is ${urls.page} and n8n is ${urls.n8n}`
		: `it is still starting, as process ${String(starter.pid)}`;
	return `npm start is already running: ${where}. To stop it, press Ctrl-C in its terminal.`;
}
