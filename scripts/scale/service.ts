import { spawn, type ChildProcess } from 'node:child_process';
import { accessSync, closeSync, constants, openSync, readFileSync } from 'node:fs';
import { delimiter } from 'node:path';

import { waitUntil } from '../n8n/waitUntil';

/** Something that keeps queue mode from starting, described in one sentence. */
export class ScaleError extends Error {}

export function isProgram(path: string): boolean {
	try {
		accessSync(path, constants.X_OK);
		return true;
	} catch {
		return false;
	}
}

export function pathFolders(env: NodeJS.ProcessEnv): string[] {
	return (env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
}

/** What to say when a server's program is missing. */
export function notInstalled(name: string, debianPackage: string): ScaleError {
	return new ScaleError(
		`${name} is not installed: install it (on Debian and Ubuntu: apt-get install -y --no-install-recommends ${debianPackage}) and try again.`,
	);
}

/** Whom a program runs as: PostgreSQL refuses to run as root. */
export interface Account {
	uid?: number;
	gid?: number;
}

const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 30_000;

export interface ServiceOptions {
	/** As the user knows it. */
	name: string;
	program: string;
	args: string[];
	/** It runs here. */
	folder: string;
	logFile: string;
	account?: Account;
	/** The signal that ends it in good order. */
	stopSignal: NodeJS.Signals;
	/** What it prints when it is ready. */
	ready: RegExp;
	/** What it prints, among other things, when it cannot start; the first group is the reason. */
	failed: RegExp;
}

/** A server that runs beside n8n, and can be taken away as a fault would. */
export class Service {
	private child: ChildProcess | undefined;

	constructor(private readonly options: ServiceOptions) {}

	get pid(): number {
		return this.child?.pid ?? 0;
	}

	private get hasEnded(): boolean {
		return this.child === undefined || this.child.exitCode !== null || this.child.signalCode !== null;
	}

	/** @throws ScaleError with the server's own reason; nothing is left running then */
	async start(): Promise<void> {
		const { account = {}, args, failed, folder, logFile, name, program, ready } = this.options;
		const log = openSync(logFile, 'w');
		try {
			// Apart from the terminal: a Ctrl-C must end n8n before it ends what n8n works with.
			const stdio: ['ignore', number, number] = ['ignore', log, log];
			this.child = spawn(program, args, { cwd: folder, ...account, detached: true, stdio });
		} finally {
			closeSync(log);
		}
		this.child.once('error', () => undefined);
		const printed = () => readFileSync(logFile, 'utf8');
		const isDecided = () => Promise.resolve(this.hasEnded || ready.test(printed()));
		await waitUntil(`${name} to start`, isDecided, START_TIMEOUT_MS, 50).catch(() => undefined);
		if (!this.hasEnded && ready.test(printed())) return;
		await this.end('SIGKILL');
		const reason = failed.exec(printed())?.[1] ?? `see the end of ${logFile}`;
		throw new ScaleError(`${name} did not start: ${reason}.`);
	}

	/** Holds it in mid-work, as an overloaded machine would; `resume` lets it go on. */
	pause(): void {
		this.child?.kill('SIGSTOP');
	}

	resume(): void {
		this.child?.kill('SIGCONT');
	}

	async stop(): Promise<void> {
		await this.end(this.options.stopSignal);
	}

	private async end(signal: NodeJS.Signals): Promise<void> {
		const { child } = this;
		if (child === undefined || this.hasEnded || child.pid === undefined) return;
		const exited = new Promise((resolve) => child.once('exit', resolve));
		child.kill('SIGCONT');
		child.kill(signal);
		const force = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
		await exited;
		clearTimeout(force);
	}
}
