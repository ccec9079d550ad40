import { uptime } from '../../shared/clock';

/**
 * How the 20 s that Jelou waits for the response to a delivery are divided: when each part has to be over, in
 * milliseconds after the delivery arrived.
 */
const UNTIL_MS = {
	/** Waiting for more messages of the same customer. */
	combine: 10_000,
	/** Asking the run whether it still waits, before the customer is asked again. */
	check: 12_000,
	/** Waiting until a question has been sent, because what arrives before that is not its answer. */
	pending: 14_000,
	/** Giving the run its answer: n8n may not have stored yet that it waits. */
	resume: 18_000,
	/** Everything else: asking again, downloading media. */
	respond: 19_000,
};

const AT_LEAST_MS = 1_000;

/** How long a delivery may still take, on a clock that only goes forward. */
export class Deadline {
	readonly arrivedAt = uptime();
	/** Whether it was held, or has waited for n8n or Jelou: its copy of the static data is then outdated. */
	hasWaited = false;

	/** Milliseconds left for a part; negative when its time is over. */
	left(part: keyof typeof UNTIL_MS): number {
		return this.arrivedAt + UNTIL_MS[part] - uptime();
	}

	/** The timeout of a request that has to be made, however late it is, in milliseconds. */
	timeout(atMost: number): number {
		return Math.min(atMost, Math.max(AT_LEAST_MS, this.left('respond')));
	}
}
