import type { DeskConversation } from './desk/types';
import type { LogEntry, Message, RoomEvent } from './types';

/** What watchers get: something to add, or word that a larger part should be read again. */
export type Change =
	| { type: 'log'; entry: LogEntry }
	| { type: 'message'; message: Message }
	| { type: 'roomEvent'; event: RoomEvent }
	| { type: 'desk'; conversation: DeskConversation }
	| { type: 'overview' }
	| { type: 'reset' };

/** Passes changes to every watcher, at once and in order. */
export class Feed {
	private readonly watchers = new Set<(change: Change) => void>();

	/** @returns a function that stops watching. */
	watch(watcher: (change: Change) => void): () => void {
		this.watchers.add(watcher);
		return () => void this.watchers.delete(watcher);
	}

	publish(change: Change): void {
		for (const watcher of this.watchers) watcher(change);
	}
}
