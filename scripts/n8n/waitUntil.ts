import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Checks a condition again and again until it holds.
 *
 * @param what is waited for; a function can say what is still missing
 * @param intervalMs between two checks; when absent, from 100 ms to a tenth of the time so far, because asking n8n costs it
 *   processor time, of which the tests have little
 * @param timeoutMs for what hangs, not for what is slow
 * @throws Error naming what was waited for, after the time-out
 */
export async function waitUntil(
	what: string | (() => string),
	condition: () => boolean | Promise<boolean>,
	intervalMs?: number,
	timeoutMs = 300_000,
): Promise<void> {
	const start = Date.now();
	while (!(await condition())) {
		const soFar = Date.now() - start;
		if (soFar > timeoutMs) {
			const missing = typeof what === 'string' ? what : what();
			throw new Error(`Timed out after ${String(timeoutMs / 1000)} s waiting for ${missing}.`);
		}
		await sleep(intervalMs ?? Math.max(100, soFar / 10));
	}
}
