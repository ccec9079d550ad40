import { sleep } from 'n8n-workflow';

import { uptime } from '../shared/clock';

/** How long tasks that wait for nothing may block the rest of n8n, in milliseconds. */
const MAX_BUSY_MS = 50;
/** How many tasks may wait for their lane before no more are prepared. It bounds memory, and changes nothing else. */
const MAX_WAITING = 1_000;

export interface Task {
	/** Tasks with the same key run one at a time, in order; a task without a key waits for no other. */
	key?: string;
	/** Must not reject. */
	run: () => Promise<void>;
}

interface LaneOptions {
	/** How many tasks may run at once, at least 1. */
	concurrency: number;
	/** Prepares a task. Called once for each, in order, and only a limited number ahead of those that run. */
	task: (index: number) => Task;
	/** Called before every start: once it returns true, nothing new is started. */
	isStopped: () => boolean;
}

/**
 * Runs tasks, several at a time, in lanes: tasks with the same key never overlap, and keep their order.
 * Resolves when everything that was started has ended.
 */
export async function runInLanes(
	count: number,
	{ concurrency, isStopped, task }: LaneOptions,
): Promise<void> {
	/** The tasks waiting in each lane that is in use. */
	const lanes = new Map<string, Task[]>();
	/** The next task of each lane that has become free. */
	const ready: Task[] = [];
	let waiting = 0;
	let next = 0;
	let running = 0;
	let busySince = uptime();

	async function letOthersRun(): Promise<void> {
		if (uptime() - busySince < MAX_BUSY_MS) return;
		await sleep(0);
		busySince = uptime();
	}

	function take(): Task | undefined {
		const first = ready.shift();
		if (first !== undefined) return first;
		while (next < count && waiting < MAX_WAITING && !isStopped()) {
			const candidate = task(next++);
			const lane = candidate.key === undefined ? undefined : lanes.get(candidate.key);
			if (lane === undefined) {
				if (candidate.key !== undefined) lanes.set(candidate.key, []);
				return candidate;
			}
			lane.push(candidate);
			waiting++;
		}
		return undefined;
	}

	function release(key: string): void {
		const first = lanes.get(key)?.shift();
		if (first === undefined) {
			lanes.delete(key);
			return;
		}
		// The lane stays in use, so that no other task overtakes the one that is ready now.
		waiting--;
		ready.push(first);
	}

	await new Promise<void>((resolve, reject) => {
		const fill = () => {
			while (running < concurrency && !isStopped()) {
				const taken = take();
				if (taken === undefined) break;
				start(taken);
			}
			if (running === 0) resolve();
		};
		const start = ({ key, run }: Task) => {
			running++;
			run()
				.then(letOthersRun)
				.then(() => {
					running--;
					if (key !== undefined) release(key);
					fill();
				})
				.catch(reject);
		};
		fill();
	});
}
