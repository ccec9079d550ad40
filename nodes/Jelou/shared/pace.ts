import { BoundedMap } from './boundedMap';
import { wait } from './retry';

/** Jelou documents five requests a second for an account of its platform API; a little more apart, so never a sixth. */
const GAP_MS = 220;

/** When the next request of each account may start. */
const next = new BoundedMap<string, Promise<void>>(100);

/**
 * Waits for the turn of a request of an account, so that its requests of this process start one after the other, at the
 * documented rate. What comes after a pause starts at once.
 */
export async function takeTurn(account: string): Promise<void> {
	const turn = next.get(account) ?? Promise.resolve();
	next.set(
		account,
		turn.then(async () => await wait(GAP_MS)),
	);
	await turn;
}
