import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Waits until a condition holds, asking again and again.
 *
 * @param what is waited for; as a function, what of it is still missing
 * @param timeoutMs a bound for what hangs: how fast the machine is, is not asked
 * @throws Error naming what was waited for, after the time-out
 */
export async function waitUntil(
	what: string | (() => string),
	condition: () => Promise<boolean>,
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
