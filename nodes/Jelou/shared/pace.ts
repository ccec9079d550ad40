import { BoundedMap } from './boundedMap';
import { wait } from './retry';

/**
 * Jelou documents five requests a second for an account of its platform API; a slightly longer gap prevents a sixth.
 */
const GAP_MS = 220;

/** When the next request of each account may start. */
const next = new BoundedMap<string, Promise<void>>(100);

/**
 * Waits until the next request for an account may start, so that this process keeps to the documented rate. After a gap
 * in the requests, one starts at once.
 */
export async function takeTurn(account: string): Promise<void> {
	const turn = next.get(account) ?? Promise.resolve();
	next.set(
		account,
		turn.then(async () => await wait(GAP_MS)),
	);
	await turn;
}
