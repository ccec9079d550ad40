import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Waits until a condition holds, asking again and again.
 *
 * @throws Error naming what was waited for, after the time-out
 */
export async function waitUntil(
	what: string,
	condition: () => Promise<boolean>,
	timeoutMs = 30_000,
	intervalMs = 100,
): Promise<void> {
	const deadline = Date.now() + timeoutMs;
	while (!(await condition())) {
		if (Date.now() > deadline)
			throw new Error(`Timed out after ${String(timeoutMs / 1000)} s waiting for ${what}.`);
		await sleep(intervalMs);
	}
}
