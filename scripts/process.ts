import { execFileSync, spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import { closeSync, openSync, readFileSync, readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const STOP_TIMEOUT_MS = 15_000;

export interface ProcessOptions {
	cwd?: string;
	env?: NodeJS.ProcessEnv;
	/** The user it runs as; the current one when absent. */
	uid?: number;
	gid?: number;
	/** Gets everything that it prints, readable by this user alone. Without a file, its errors are printed as ours. */
	logFile?: string;
	/** Keeps a Ctrl-C in the terminal from reaching it, when this program stops things in order. */
	detached?: boolean;
	/** Stops it gracefully; SIGTERM when absent. */
	stopSignal?: NodeJS.Signals;
	/** How long it may take to stop before it is killed. */
	stopTimeoutMs?: number;
}

/** A process that this program starts and stops. */
export class KeptProcess {
	/** Resolves with the exit code when it ends, for whatever reason. */
	readonly exited: Promise<number | null>;
	private readonly child: ChildProcess;
	private readonly options: ProcessOptions;
	private printed = '';

	constructor(program: string, args: string[], options: ProcessOptions = {}) {
		const { cwd, detached, env, gid, logFile, uid } = options;
		// The process writes to the file itself: with a pipe of ours, it could no longer print once we are killed, and an n8n
		// that cannot print does not stop when it is told to.
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

	/** 0 when there is no such program. */
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
	 * Waits until it is ready. Returns false, with nothing left running, when it ends, the signal is aborted or the time is
	 * up.
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

	/** Stops it gracefully, or after a while by force. */
	async stop(): Promise<void> {
		await this.end(this.options.stopSignal ?? 'SIGTERM');
	}

	/** Kills it at once, as a crash would. */
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

/** Identifies a process to a later program: its ID alone may have been reused by then. */
interface EarlierProcess {
	pid: number;
	/** When it was started, in the system's own format. */
	startedAt: string;
}

/** When the process with this ID was started. Undefined when it has ended, or the system does not say. */
function startTime(pid: number): string | undefined {
	try {
		if (process.platform !== 'linux') {
			const args = ['-o', 'lstart=', '-p', String(pid)];
			return execFileSync('ps', args, { encoding: 'utf8', stdio: 'pipe' }).trim();
		}
		const stat = readFileSync(`/proc/${String(pid)}/stat`, 'utf8');
		// The second field is a name in parentheses, which may contain anything; the third is the state, the 22nd the start.
		const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
		const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
		// A zombie keeps its ports until its last thread has ended.
		const hasEnded = state === 'Z' && readdirSync(`/proc/${String(pid)}/task`).length <= 1;
		return hasEnded ? undefined : `${boot} ${String(fields[18])}`;
	} catch {
		return undefined;
	}
}

/** Identifies a running process. */
export function identify(pid: number): EarlierProcess {
	return { pid, startedAt: startTime(pid) ?? '' };
}

export function isRunning({ pid, startedAt }: EarlierProcess): boolean {
	return startedAt !== '' && startTime(pid) === startedAt;
}

/** Stops a process that an earlier program left behind, gracefully or after a while by force. */
export async function endEarlier(earlier: EarlierProcess): Promise<void> {
	const deadline = Date.now() + STOP_TIMEOUT_MS;
	process.kill(earlier.pid, 'SIGTERM');
	while (isRunning(earlier)) {
		if (Date.now() > deadline) process.kill(earlier.pid, 'SIGKILL');
		await sleep(100);
	}
}
