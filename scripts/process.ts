import { execFileSync, spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import { closeSync, openSync, readFileSync, readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const STOP_TIMEOUT_MS = 15_000;

export interface ProcessOptions {
	cwd?: string;
	env?: NodeJS.ProcessEnv;
	/** Whom it runs as, when not as the present user. */
	uid?: number;
	gid?: number;
	/** Where everything that it prints is kept, for this user alone. Without a file, its errors are printed as ours. */
	logFile?: string;
	/** Whether a Ctrl-C in the terminal must not reach it, because somebody else ends it in good order. */
	detached?: boolean;
	/** Ends it in good order; SIGTERM when absent. */
	stopSignal?: NodeJS.Signals;
	/** After how long it is ended by force. */
	stopTimeoutMs?: number;
}

/** A process that was started here, and is ended here. */
export class KeptProcess {
	/** Resolves with the exit code when it ends, for whatever reason. */
	readonly exited: Promise<number | null>;
	private readonly child: ChildProcess;
	private readonly options: ProcessOptions;
	private printed = '';

	constructor(program: string, args: string[], options: ProcessOptions = {}) {
		const { cwd, detached, env, gid, logFile, uid } = options;
		// The process itself has the file: through a pipe of ours, what goes on when we are killed could not print any more,
		// and n8n then does not stop when it is told to.
		const log = logFile === undefined ? undefined : openSync(logFile, 'w', 0o600);
		const stdio: StdioOptions = ['ignore', log ?? 'pipe', log ?? 'inherit'];
		this.child = spawn(program, args, { cwd, detached, env, gid, stdio, uid });
		if (log !== undefined) closeSync(log);
		this.child.stdout?.on('data', (chunk: Buffer) => (this.printed += chunk.toString()));
		this.exited = new Promise((resolve) => {
			this.child.once('error', () => resolve(1));
			this.child.once('exit', resolve);
		});
		this.options = options;
	}

	/** 0 when there was no such program. */
	get pid(): number {
		return this.child.pid ?? 0;
	}

	get hasEnded(): boolean {
		return this.pid === 0 || this.child.exitCode !== null || this.child.signalCode !== null;
	}

	/** Everything that it has printed so far. */
	log(): string {
		return this.options.logFile === undefined ? this.printed : readFileSync(this.options.logFile, 'utf8');
	}

	/**
	 * Waits until it is ready. When it has ended, the signal is aborted or the time is over, nothing is left running, and
	 * this is false.
	 */
	async becomes(
		isReady: () => boolean | Promise<boolean>,
		timeoutMs: number,
		signal?: AbortSignal,
	): Promise<boolean> {
		const deadline = Date.now() + timeoutMs;
		while (!this.hasEnded && signal?.aborted !== true && Date.now() < deadline) {
			if (await isReady()) return true;
			await sleep(100);
		}
		await this.kill();
		return false;
	}

	/** Ends it gracefully, and after a while by force. */
	async stop(): Promise<void> {
		await this.end(this.options.stopSignal ?? 'SIGTERM');
	}

	/** Ends it at once, as a crash would. */
	async kill(): Promise<void> {
		await this.end('SIGKILL');
	}

	private async end(signal: NodeJS.Signals): Promise<void> {
		if (this.hasEnded) return;
		this.child.kill(signal);
		const force = setTimeout(() => this.child.kill('SIGKILL'), this.options.stopTimeoutMs ?? STOP_TIMEOUT_MS);
		await this.exited;
		clearTimeout(force);
	}
}

/** A process as a later program recognises it: the ID alone may have been given to another one since. */
export interface EarlierProcess {
	pid: number;
	/** When it was started, in the system's own words. */
	startedAt: string;
}

/** When the living process of this ID was started. Undefined when there is none, or the system does not say. */
function startTime(pid: number): string | undefined {
	try {
		if (process.platform !== 'linux') {
			const args = ['-o', 'lstart=', '-p', String(pid)];
			return execFileSync('ps', args, { encoding: 'utf8', stdio: 'pipe' }).trim();
		}
		const stat = readFileSync(`/proc/${String(pid)}/stat`, 'utf8');
		// The second field is a name in parentheses, which may hold anything; the third is the state, the 22nd the start.
		const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
		const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
		// Until its last thread has ended, a process that is a zombie already has its ports.
		const hasEnded = state === 'Z' && readdirSync(`/proc/${String(pid)}/task`).length <= 1;
		return hasEnded ? undefined : `${boot} ${String(fields[18])}`;
	} catch {
		return undefined;
	}
}

/** Notes a process that runs now. */
export function identify(pid: number): EarlierProcess {
	return { pid, startedAt: startTime(pid) ?? '' };
}

export function isRunning({ pid, startedAt }: EarlierProcess): boolean {
	return startedAt !== '' && startTime(pid) === startedAt;
}

/** Ends a process that an earlier program has left, gracefully, and after a while by force. */
export async function endEarlier(earlier: EarlierProcess): Promise<void> {
	const deadline = Date.now() + STOP_TIMEOUT_MS;
	process.kill(earlier.pid, 'SIGTERM');
	while (isRunning(earlier)) {
		if (Date.now() > deadline) process.kill(earlier.pid, 'SIGKILL');
		await sleep(100);
	}
}
