import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const STOP_TIMEOUT_MS = 15_000;

/** A process as a later program recognises it: the ID alone may have been given to another one since. */
export interface StartedProcess {
	pid: number;
	/** When it was started, in the system's own words. */
	startedAt: string;
}

/** When the living process of this ID was started. Undefined when there is none, or the system does not say. */
function startTime(pid: number): string | undefined {
	try {
		if (process.platform !== 'linux')
			return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], {
				encoding: 'utf8',
				stdio: 'pipe',
			}).trim();
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
export function identify(pid: number): StartedProcess {
	return { pid, startedAt: startTime(pid) ?? '' };
}

export function isRunning({ pid, startedAt }: StartedProcess): boolean {
	return startedAt !== '' && startTime(pid) === startedAt;
}

/** Ends a process gracefully, and after a while by force. */
export async function endProcess(started: StartedProcess): Promise<void> {
	const deadline = Date.now() + STOP_TIMEOUT_MS;
	process.kill(started.pid, 'SIGTERM');
	while (isRunning(started)) {
		if (Date.now() > deadline) process.kill(started.pid, 'SIGKILL');
		await sleep(100);
	}
}
