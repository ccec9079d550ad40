import { uptime } from '../../shared/clock';

/** Jelou waits 20 s for the answer to a delivery. */
const ANSWER_WITHIN_MS = 19_000;
const AT_LEAST_MS = 1_000;

/**
 * How long something may take so that Jelou still gets its answer.
 *
 * @param arrivedAt when the delivery arrived, as `uptime` tells it
 */
export function timeLeft(arrivedAt: number, atMost: number): number {
	return Math.min(atMost, Math.max(AT_LEAST_MS, arrivedAt + ANSWER_WITHIN_MS - uptime()));
}
