import type { DeskConversation } from './desk/types';
import type { LogEntry, Message, RoomEvent } from './types';

/** What those who watch are told: something to add, or that a larger part should be read again. */
export type Change =
	| { type: 'log'; entry: LogEntry }
	| { type: 'message'; message: Message }
	| { type: 'roomEvent'; event: RoomEvent }
	| { type: 'desk'; conversation: DeskConversation }
	| { type: 'overview' }
	| { type: 'reset' };

/** Tells changes to whoever watches, at once and in order. */
export class Feed {
	private readonly watchers = new Set<(change: Change) => void>();

	/** @returns what ends the watching. */
	watch(watcher: (change: Change) => void): () => void {
		this.watchers.add(watcher);
		return () => void this.watchers.delete(watcher);
	}

	publish(change: Change): void {
		for (const watcher of this.watchers) watcher(change);
	}
}
