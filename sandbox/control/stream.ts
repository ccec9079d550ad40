import type { FastifyInstance } from 'fastify';
import type { TriggerRooms } from '../delivery/triggerRooms';
import type { DeskStore } from '../desk/store';
import type { DeskConversation } from '../desk/types';
import type { Change } from '../feed';
import type { FaultSwitch } from '../http/faults';
import type { Store } from '../store';
import { overview, snapshot } from './state';

/** A reader this far behind, in bytes, is disconnected; its browser reconnects and gets a fresh snapshot. */
const MAX_BACKLOG = 4_000_000;
const HEARTBEAT_MS = 15_000;
const TOGETHER_MS = 30;

interface StreamParts {
	store: Store;
	faults: FaultSwitch;
	desk: DeskStore;
	triggerRooms: TriggerRooms;
}

/**
 * `GET /sandbox/stream`: server-sent events. First `snapshot`, then `overview`, `roomEvent`, `message`, `desk` and `log`
 * as things happen; a reset is a new snapshot.
 */
export function streamRoute(app: FastifyInstance, { store, faults, desk, triggerRooms }: StreamParts): void {
	app.get('/sandbox/stream', (_request, reply) => {
		reply.hijack();
		const { raw } = reply;
		const send = (event: string, data: unknown) => {
			if (raw.writableLength > MAX_BACKLOG) return void raw.destroy();
			raw.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
		};
		/** A conversation is sent as a whole, so several changes to it are sent at once. */
		const changed = new Map<number, DeskConversation>();
		const tellDesk = (conversation: DeskConversation) => {
			if (changed.size === 0) setTimeout(tellChanged, TOGETHER_MS).unref();
			changed.set(conversation.id, conversation);
		};
		const tellChanged = () => {
			for (const conversation of changed.values()) send('desk', conversation);
			changed.clear();
		};
		const tell = (change: Change) => {
			if (change.type === 'log') send('log', change.entry);
			else if (change.type === 'message') send('message', change.message);
			else if (change.type === 'roomEvent') send('roomEvent', change.event);
			else if (change.type === 'desk') tellDesk(change.conversation);
			else if (change.type === 'overview') send('overview', overview(store, faults));
			else {
				changed.clear();
				send('snapshot', snapshot(store, faults, desk));
			}
		};

		raw.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
		raw.write('retry: 1000\n\n');
		send('snapshot', snapshot(store, faults, desk));
		const endWatch = store.feed.watch(tell);
		const endAsking = triggerRooms.watch();
		const heartbeat = setInterval(() => raw.write(': still here\n\n'), HEARTBEAT_MS).unref();
		raw.on('close', () => {
			clearInterval(heartbeat);
			endWatch();
			changed.clear();
			endAsking();
		});
	});
}
