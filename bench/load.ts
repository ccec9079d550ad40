/** The client of the trigger bench, in a process of its own: what it costs to send is not taken from n8n's share. */
import { setTimeout as sleep } from 'node:timers/promises';

import { Pool } from 'undici';

import { signed, type Delivery } from './delivery';

const CONNECTIONS = 16;
const TIMEOUT_MS = 60_000;

/** What to send, and until when: whichever bound is reached first. */
export interface Volley {
	url: string;
	header: string;
	/** Each goes to the URL's path, unless it has one of its own. */
	deliveries: Delivery[];
	seconds: number;
	most: number;
	/** How many are under way at once; 16 when absent. */
	connections?: number;
	/** Not faster than this; as fast as they are answered when absent. */
	perSecond?: number;
}

export interface Outcome {
	/** From the first request to the last answer. */
	ms: number;
	latencies: number[];
	/** How many answers had which status. */
	statuses: Record<string, number>;
}

async function fire(volley: Volley): Promise<Outcome> {
	const { connections = CONNECTIONS, deliveries, header, most, perSecond = Infinity, seconds, url } = volley;
	const { origin, pathname } = new URL(url);
	const pool = new Pool(origin, {
		connections,
		pipelining: 1,
		headersTimeout: TIMEOUT_MS,
		bodyTimeout: TIMEOUT_MS,
	});
	const latencies: number[] = [];
	const statuses: Record<string, number> = {};
	const started = performance.now();
	let sent = 0;
	const sendInTurn = async () => {
		while (sent < most && performance.now() - started < seconds * 1_000) {
			const due = started + (sent * 1_000) / perSecond;
			const delivery = deliveries[sent++ % deliveries.length];
			if (due > performance.now()) await sleep(due - performance.now());
			if (delivery === undefined) continue;
			const { body, signature } = signed(delivery);
			const before = performance.now();
			const answer = await pool.request({
				path: delivery.path ?? pathname,
				method: 'POST',
				headers: { 'content-type': 'application/json', [header]: signature },
				body,
			});
			await answer.body.dump();
			latencies.push(performance.now() - before);
			statuses[answer.statusCode] = (statuses[answer.statusCode] ?? 0) + 1;
		}
	};
	try {
		await Promise.all(Array.from({ length: connections }, sendInTurn));
		return { ms: performance.now() - started, latencies, statuses };
	} finally {
		await pool.destroy();
	}
}

process.on('message', (volley: Volley) => {
	fire(volley).then(
		(outcome) => process.send?.(outcome),
		(error: unknown) => process.send?.({ error: String(error) }),
	);
});
