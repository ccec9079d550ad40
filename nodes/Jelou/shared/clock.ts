import { sleep } from 'n8n-workflow';

/**
 * Milliseconds on a clock that only goes forward, to measure time within this process: the time of day can be set back.
 * A time that is stored, sent or shown is a time of day.
 */
export function uptime(): number {
	return performance.now();
}

/** Does something after a while, in the background. It must not reject: nobody waits for it. */
export function later(ms: number, work: () => Promise<void>): void {
	void sleep(ms).then(work);
}
