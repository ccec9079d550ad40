import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Checks a condition again and again until it holds.
 *
 * @param what is waited for; a function can say what is still missing
 * @param timeoutMs for what hangs, not for what is slow
 * @throws Error naming what was waited for, after the time-out
 */
export async function waitUntil(
	what: string | (() => string),
	condition: () => boolean | Promise<boolean>,
	intervalMs = 100,
	timeoutMs = 300_000,
): Promise<void> {
	const deadline = Date.now() + timeoutMs;
	while (!(await condition())) {
		if (Date.now() > deadline) {
			const missing = typeof what === 'string' ? what : what();
			throw new Error(`Timed out after ${String(timeoutMs / 1000)} s waiting for ${missing}.`);
		}
		await sleep(intervalMs);
	}
}
