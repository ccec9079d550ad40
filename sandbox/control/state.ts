import type { DeskStore } from '../desk/store';
import type { FaultSwitch } from '../http/faults';
import type { Store } from '../store';
import type { LogEntry, Project } from '../types';

/** How many log entries of a project and messages of a room the page gets at first. */
const SHOWN = 200;

/** Without secrets, and without templates, which are only for Jelou's API. */
function visible({ integration, ...project }: Project) {
	const shown = { ...project, templates: undefined };
	if (!integration) return { ...shown, integration };
	const { webhookUrl, authType, createdAt, updatedAt } = integration;
	return { ...shown, integration: { webhookUrl, authType, createdAt, updatedAt } };
}

/** What is small and always shown. Includes API keys and client secrets: they work on this machine only, to be copied. */
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

/** The newest entries of each project, and of requests whose project is unknown. */
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

/** The page's initial data. */
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
