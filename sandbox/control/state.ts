import type { DeskStore } from '../desk/store';
import type { FaultSwitch } from '../http/faults';
import type { Store } from '../store';
import type { LogEntry, Project } from '../types';

/** How many log entries of a project and messages of a room the page is given to begin with. */
const SHOWN = 200;

/** Without secrets, and without templates, which are only for Jelou's API. */
function visible({ integration, ...project }: Project) {
	const shown = { ...project, templates: undefined };
	if (!integration) return { ...shown, integration };
	const { webhookUrl, authType, createdAt, updatedAt } = integration;
	return { ...shown, integration: { webhookUrl, authType, createdAt, updatedAt } };
}

/** What is small and shown all the time. API keys and client secrets are in it: they are this machine's own, and meant to be copied. */
export function overview(store: Store, faults: FaultSwitch) {
	const rooms = [...store.rooms.values()];
	return {
		projects: [...store.projects.values()].map(visible),
		rooms: rooms.map((room) => ({
			...room,
			conversation: store.activeConversation(room) ?? null,
			standing: store.standings.get(room.id) ?? null,
		})),
		faults: faults.current,
	};
}

/** The newest entries of each project, and of requests that cannot be told whose they are. */
function newestEntries(log: readonly LogEntry[]): LogEntry[] {
	const counts = new Map<string | null, number>();
	return log
		.toReversed()
		.filter(({ projectId }) => {
			const count = (counts.get(projectId) ?? 0) + 1;
			counts.set(projectId, count);
			return count <= SHOWN;
		})
		.reverse();
}

/** What the page begins with. */
export function snapshot(store: Store, faults: FaultSwitch, desk: DeskStore) {
	return {
		...overview(store, faults),
		messages: [...store.messages.values()].flatMap((messages) => messages.slice(-SHOWN)),
		roomEvents: store.roomEvents,
		log: newestEntries(store.log),
		desk: desk.state(),
	};
}

/** Everything, for programs. */
export function fullState(store: Store, faults: FaultSwitch, desk: DeskStore) {
	return {
		...snapshot(store, faults, desk),
		messages: Object.fromEntries(store.messages),
		conversations: [...store.conversations.values()],
		deliveries: store.deliveries.map(({ rawBody, ...rest }) => ({ ...rest, body: rawBody.toString('utf8') })),
		requests: store.requests.map(({ at, method, rawUrl, status }) => ({ at, method, rawUrl, status })),
	};
}
