import { randomBytes, randomUUID } from 'node:crypto';
import { Feed } from './feed';
import { clientOf, DEMO_PROJECT, type SandboxProject, type SandboxRoom } from './options';
import { KEPT, Recent } from './recent';
import { DEMO_TEMPLATES } from './templates';
import type {
	Bot,
	Conversation,
	Delivery,
	LogEntry,
	Message,
	MessageBody,
	Past,
	PlatformParts,
	Project,
	RequestRecord,
	Room,
	RoomEvent,
	RoomStanding,
	User,
} from './types';
import { UserStates } from './userStates';

const HOUR_MS = 3_600_000;

/** How much of the past survives a restart: about as much as the page shows. */
const PAST = { messages: 200, conversations: 1000, bytes: 8_000_000 };

/** The outcome of a message that was being delivered when the sandbox ended. */
const CUT_OFF: Message['delivery'] = {
	state: 'failed',
	note: 'the sandbox was closed while it waited for an answer. Send it again.',
};

/** The newest items, in their order, up to this many bytes in total. */
function newest<T extends { at: number }>(items: readonly T[], bytes: number): T[] {
	let left = bytes;
	const kept = items
		.toSorted((a, b) => b.at - a.at)
		.filter((item) => {
			left -= sizeOf(item);
			return left >= 0;
		});
	const isKept = new Set(kept);
	return items.filter((item) => isKept.has(item));
}

/** Adds an item. Returns the oldest one, removed, when the list was full. */
function pushBounded<T>(list: T[], item: T, limit: number): T | undefined {
	list.push(item);
	return list.length > limit ? list.shift() : undefined;
}

function sizeOf(value: unknown): number {
	return Buffer.byteLength(JSON.stringify(value));
}

/** Without the other fields that Jelou's API accepts and ignores. */
function onlyBody({ type, content }: MessageBody): MessageBody {
	// Taken apart, type and content no longer show that they belong together.
	return { type, content } as MessageBody;
}

/** Everything the sandbox knows, in memory only. The feed gets every change. */
export class Store {
	readonly feed = new Feed();
	readonly projects = new Map<string, Project>();
	readonly rooms = new Map<string, Room>();
	readonly conversations = new Map<string, Conversation>();
	/** By room id, oldest first. */
	readonly messages = new Map<string, Message[]>();
	/** By room id. */
	readonly standings = new Map<string, RoomStanding>();
	readonly userStates = new UserStates();
	readonly roomEvents: RoomEvent[] = [];
	readonly requests: RequestRecord[] = [];
	readonly deliveries: Delivery[] = [];
	readonly log: LogEntry[] = [];
	private readonly firstRooms = new Map<string, SandboxRoom[]>();
	private readonly roomIds = new Map<string, string>();
	private readonly activeIds = new Map<string, string>();
	private readonly receivedIds = new Set<string>();
	private readonly recentMessages = new Recent<Message>((oldest) => {
		this.messages.get(oldest.roomId)?.shift();
		this.receivedIds.delete(this.receivedId(oldest.roomId, oldest.id));
	});
	private readonly recentRequests = new Recent<RequestRecord>(() => this.requests.shift());
	private readonly recentDeliveries = new Recent<Delivery>(() => this.deliveries.shift());
	private lastEntry = 0;
	private lastPlace = 0;

	/** Adds a project, or replaces the one with this ID. */
	addProject(given: SandboxProject): Project {
		const { id, apiKey, name = id, bots, users, signingSecret, hasDesk, rooms = [] } = given;
		const createdAt = new Date().toISOString();
		const project: Project = {
			id,
			apiKey,
			...clientOf(given),
			templates: given.templates ?? DEMO_TEMPLATES,
			name,
			bots: (bots ?? DEMO_PROJECT.bots).map((bot) => ({ type: 'Whatsapp', ...bot })),
			users: (users ?? DEMO_PROJECT.users).map((user) => ({ ...user, createdAt })),
			...(signingSecret !== undefined && { signingSecret }),
			...(hasDesk && { hasDesk }),
			integration: null,
		};
		this.projects.set(id, project);
		this.firstRooms.set(id, rooms);
		this.openFirstRooms(project);
		this.feed.publish({ type: 'overview' });
		return project;
	}

	/** The room of these two, made on first use. It stays the same from one conversation to the next. */
	roomOf(project: Project, bot: Bot, user: User): Room {
		const known = this.roomBetween(project, bot, user);
		return known ?? this.addRoom({ id: randomUUID(), projectId: project.id, botId: bot.id, userId: user.id });
	}

	/** The same, unless there is none yet. */
	roomBetween(project: Project, bot: Bot, user: User): Room | undefined {
		const key = JSON.stringify([project.id, bot.id, user.id]);
		return this.rooms.get(this.roomIds.get(key) ?? '');
	}

	private addRoom(room: Room): Room {
		this.rooms.set(room.id, room);
		this.roomIds.set(JSON.stringify([room.projectId, room.botId, room.userId]), room.id);
		this.feed.publish({ type: 'overview' });
		return room;
	}

	private openFirstRooms({ bots, id: projectId }: Project): void {
		for (const { id, botId = bots[0]?.id ?? '', conversation, userId } of this.firstRooms.get(projectId) ??
			[]) {
			const room = this.addRoom({ id, projectId, botId, userId });
			if (conversation) this.openConversation(room, conversation);
		}
	}

	activeConversation(room: Room): Conversation | undefined {
		return this.conversations.get(this.activeIds.get(room.id) ?? '');
	}

	/** Opens a conversation, as if it had been open for some time. */
	openConversation(
		room: Room,
		{ id = randomBytes(12).toString('hex'), openForHours = 0 }: { id?: string; openForHours?: number } = {},
	): Conversation {
		const conversation: Conversation = {
			id,
			roomId: room.id,
			state: 'active',
			startAt: new Date(Date.now() - openForHours * HOUR_MS).toISOString(),
		};
		this.conversations.set(conversation.id, conversation);
		this.activeIds.set(room.id, conversation.id);
		this.feed.publish({ type: 'overview' });
		return conversation;
	}

	closeConversation(conversation: Conversation, endedReason: string): void {
		Object.assign(conversation, { state: 'closed', endAt: new Date().toISOString(), endedReason });
		this.activeIds.delete(conversation.roomId);
		this.feed.publish({ type: 'overview' });
	}

	addRoomEvent(event: Omit<RoomEvent, 'at'>): void {
		const complete = { at: Date.now(), ...event };
		pushBounded(this.roomEvents, complete, KEPT.logEntries);
		this.feed.publish({ type: 'roomEvent', event: complete });
	}

	addMessage(
		room: Room,
		from: Message['from'],
		body: MessageBody,
		id: string = randomUUID(),
		platform?: PlatformParts,
	): Message {
		const message: Message = {
			...onlyBody(body),
			id,
			roomId: room.id,
			from,
			at: Date.now(),
			duplicate: this.receivedIds.has(this.receivedId(room.id, id)),
			...(platform && { platform }),
		};
		this.keepMessage(message);
		this.feed.publish({ type: 'message', message });
		return message;
	}

	private keepMessage(message: Message): void {
		const { id, roomId } = message;
		this.receivedIds.add(this.receivedId(roomId, id));
		const messages = this.messages.get(roomId) ?? [];
		this.messages.set(roomId, messages);
		const forgotten = pushBounded(messages, message, KEPT.number);
		if (forgotten) {
			this.recentMessages.remove(forgotten);
			this.receivedIds.delete(this.receivedId(roomId, forgotten.id));
		}
		this.recentMessages.add(message, sizeOf(message));
	}

	/** A message ID counts as received once in a project, whichever room it was sent to. */
	private receivedId(roomId: string, id: string): string {
		return JSON.stringify([this.rooms.get(roomId)?.projectId, id]);
	}

	setMessageDelivery(message: Message, delivery: Message['delivery']): void {
		message.delivery = delivery;
		this.feed.publish({ type: 'message', message });
	}

	/** Replaces what is known about a project's rooms. */
	setStandings({ id }: Project, standings: readonly RoomStanding[]): void {
		const isIn = (roomId: string) => this.rooms.get(roomId)?.projectId === id;
		const before = [...this.standings.values()].filter(({ roomId }) => isIn(roomId));
		const now = standings.filter(({ roomId }) => isIn(roomId));
		if (JSON.stringify(before) === JSON.stringify(now)) return;
		for (const { roomId } of before) this.standings.delete(roomId);
		for (const standing of now) this.standings.set(standing.roomId, standing);
		this.feed.publish({ type: 'overview' });
	}

	/** The next place in the order of arrivals and responses. */
	nextPlace(): number {
		return ++this.lastPlace;
	}

	addRequest(request: RequestRecord): void {
		const forgotten = pushBounded(this.requests, request, KEPT.number);
		if (forgotten) this.recentRequests.remove(forgotten);
		this.recentRequests.add(request, sizeOf(request));
	}

	/** The body arrives after the rest of the request. */
	setRequestBody(request: RequestRecord, rawBody: Buffer): void {
		request.rawBody = rawBody;
		this.recentRequests.grow(request, rawBody.length);
	}

	addDelivery(delivery: Delivery): void {
		const forgotten = pushBounded(this.deliveries, delivery, KEPT.number);
		if (forgotten) this.recentDeliveries.remove(forgotten);
		const { rawBody, ...rest } = delivery;
		this.recentDeliveries.add(delivery, rawBody.length + sizeOf(rest));
	}

	/** The webhook's response, or why there is none, is known only after the delivery was added. */
	setDeliveryOutcome(delivery: Delivery, outcome: Partial<Delivery>): void {
		Object.assign(delivery, outcome);
		this.recentDeliveries.grow(delivery, sizeOf(outcome));
	}

	addLogEntry(entry: Omit<LogEntry, 'id'>): void {
		const complete = { id: ++this.lastEntry, ...entry };
		pushBounded(this.log, complete, KEPT.logEntries);
		this.feed.publish({ type: 'log', entry: complete });
	}

	/** The newest of what has happened, in each room and in total. */
	past(): Past {
		const messages = [...this.messages.values()].flatMap((all) => all.slice(-PAST.messages));
		return {
			rooms: [...this.rooms.values()],
			conversations: [...this.conversations.values()].slice(-PAST.conversations),
			messages: newest(messages, PAST.bytes),
			roomEvents: this.roomEvents,
			log: newest(this.log, PAST.bytes),
		};
	}

	/** Restores the past, as far as its projects, bots and users still exist. */
	restore({ conversations, log, messages, roomEvents, rooms }: Past): void {
		for (const room of rooms) {
			const project = this.projects.get(room.projectId);
			const isWhole =
				project?.bots.some(({ id }) => id === room.botId) &&
				project.users.some(({ id }) => id === room.userId);
			const key = JSON.stringify([room.projectId, room.botId, room.userId]);
			if (isWhole && !this.roomIds.has(key)) this.addRoom(room);
		}
		const isHere = ({ roomId }: { roomId: string }) => this.rooms.has(roomId);
		for (const conversation of conversations.filter(isHere)) {
			const { id, roomId, state } = conversation;
			this.conversations.set(id, conversation);
			if (state === 'active') this.activeIds.set(roomId, id);
			else if (this.activeIds.get(roomId) === id) this.activeIds.delete(roomId);
		}
		for (const message of messages.filter(isHere)) {
			this.keepMessage(message.delivery?.state === 'sending' ? { ...message, delivery: CUT_OFF } : message);
		}
		this.roomEvents.push(...roomEvents.filter(isHere));
		this.log.push(...log);
		this.lastEntry = Math.max(this.lastEntry, ...log.map(({ id }) => id));
		this.feed.publish({ type: 'overview' });
	}

	/** Forgets everything but the projects with their first rooms, and their integrations if they are to be kept. */
	reset({ keepIntegrations = false } = {}): void {
		const { activeIds, conversations, messages, roomIds, rooms, standings } = this;
		for (const map of [rooms, conversations, messages, roomIds, activeIds, standings]) map.clear();
		this.receivedIds.clear();
		this.userStates.clear();
		for (const list of [this.roomEvents, this.requests, this.deliveries, this.log]) list.length = 0;
		for (const recent of [this.recentMessages, this.recentRequests, this.recentDeliveries]) recent.clear();
		if (!keepIntegrations) for (const project of this.projects.values()) project.integration = null;
		for (const project of this.projects.values()) this.openFirstRooms(project);
		this.feed.publish({ type: 'reset' });
	}
}
