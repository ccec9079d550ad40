import type { FastifyInstance } from 'fastify';
import type { Change } from '../feed';
import type { FaultSwitch } from '../http/faults';
import type { Store } from '../store';
import { overview, snapshot } from './state';

/** A reader this far behind, in bytes, is cut off; its browser connects again and begins with a fresh snapshot. */
const MAX_BACKLOG = 4_000_000;
const HEARTBEAT_MS = 15_000;

/**
 * `GET /sandbox/stream`: server-sent events. First `snapshot`, then `overview`, `roomEvent`, `message` and `log` as things
 * happen;
 * a reset is a new snapshot.
 */
export function streamRoute(app: FastifyInstance, store: Store, faults: FaultSwitch): void {
	app.get('/sandbox/stream', (_request, reply) => {
		reply.hijack();
		const { raw } = reply;
		const send = (event: string, data: unknown) => {
			if (raw.writableLength > MAX_BACKLOG) return void raw.destroy();
			raw.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
		};
		const tell = (change: Change) => {
			if (change.type === 'log') send('log', change.entry);
			else if (change.type === 'message') send('message', change.message);
			else if (change.type === 'roomEvent') send('roomEvent', change.event);
			else if (change.type === 'overview') send('overview', overview(store, faults));
			else send('snapshot', snapshot(store, faults));
		};

		raw.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
		raw.write('retry: 1000\n\n');
		send('snapshot', snapshot(store, faults));
		const endWatch = store.feed.watch(tell);
		const heartbeat = setInterval(() => raw.write(': still here\n\n'), HEARTBEAT_MS).unref();
		raw.on('close', () => {
			clearInterval(heartbeat);
			endWatch();
		});
	});
}
