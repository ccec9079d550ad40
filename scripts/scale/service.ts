import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

import { KeptProcess, type ProcessOptions } from '../process';

const TIMEOUT_MS = 60_000;

/** The folder that has all these programs: one on the path, or else one of the others. */
export function findFolder(
	programs: string[],
	env: NodeJS.ProcessEnv = process.env,
	others: string[] = [],
): string | undefined {
	const folders = [...(env.PATH ?? '').split(delimiter), ...others];
	return folders.find((folder) => programs.every((name) => existsSync(join(folder, name))));
}

/** Returns what was found. @throws Error saying what to do when a server's programs are missing */
export function installed(name: string, debianPackage: string, found: string | undefined): string {
	if (found !== undefined) return found;
	throw new Error(
		`${name} is not installed: install it (on Debian and Ubuntu: apt-get install -y --no-install-recommends ${debianPackage}) and try again.`,
	);
}

/** A secret, made once and kept in a file that no other user can read: other users of the machine can reach every port. */
export function keptSecret(file: string): string {
	if (!existsSync(file)) writeFileSync(file, randomBytes(24).toString('hex'), { mode: 0o600 });
	return readFileSync(file, 'utf8');
}

interface ServiceOptions extends Pick<ProcessOptions, 'uid' | 'gid' | 'stopSignal'> {
	/** As the user knows it. */
	name: string;
	program: string;
	args: string[];
	/** Where it runs. Its log is beside it. */
	folder: string;
	/** What it prints when it is ready. */
	ready: RegExp;
	/** What it prints, among other things, when it cannot start; the first group is the reason. */
	failed: RegExp;
}

/** A server that n8n uses; tests stop it to simulate a fault. */
export class Service {
	private running: KeptProcess | undefined;

	constructor(private readonly options: ServiceOptions) {}

	get pid(): number {
		return this.running?.pid ?? 0;
	}

	/** @throws Error with the server's own reason; nothing is left running then */
	async start(): Promise<void> {
		const { args, failed, folder, name, program, ready, ...how } = this.options;
		const logFile = `${folder}.log`;
		// Detached from the terminal: on Ctrl-C, n8n must end before the services that it uses.
		const options = { ...how, cwd: folder, logFile, detached: true, stopTimeoutMs: TIMEOUT_MS };
		const started = new KeptProcess(program, args, options);
		this.running = started;
		if (await started.becomes(() => ready.test(started.log()), TIMEOUT_MS)) return;
		const reason = failed.exec(started.log())?.[1] ?? `see the end of ${logFile}`;
		throw new Error(`${name} did not start: ${reason}.`);
	}

	async stop(): Promise<void> {
		await this.running?.stop();
	}
}
