import { randomBytes, randomUUID } from 'node:crypto';
import { Feed } from './feed';
import { DEMO_PROJECT, type SandboxProject } from './options';
import type {
	Bot,
	Conversation,
	Delivery,
	LogEntry,
	Message,
	MessageBody,
	Project,
	RequestRecord,
	Room,
	User,
} from './types';

/** How many requests, deliveries and messages of a room are kept; older ones are forgotten. */
const KEPT = 20_000;
const KEPT_LOG_ENTRIES = 500;

function pushBounded<T>(list: T[], item: T, limit: number): void {
	list.push(item);
	if (list.length > limit) list.shift();
}

/** Without the further fields that Jelou's API takes and ignores. */
function onlyBody({ type, content }: MessageBody): MessageBody {
	// Taken apart, type and content no longer show that they belong together.
	return { type, content } as MessageBody;
}

/** Everything the sandbox knows, in memory only. Each change is told to the feed. */
export class Store {
	readonly feed = new Feed();
	readonly projects = new Map<string, Project>();
	readonly rooms = new Map<string, Room>();
	readonly conversations = new Map<string, Conversation>();
	/** By room id, oldest first. */
	readonly messages = new Map<string, Message[]>();
	readonly requests: RequestRecord[] = [];
	readonly deliveries: Delivery[] = [];
	readonly log: LogEntry[] = [];
	private readonly roomIds = new Map<string, string>();
	private readonly activeIds = new Map<string, string>();
	private readonly receivedIds = new Set<string>();
	private lastEntry = 0;
	private lastPlace = 0;

	/** Adds a project, or replaces the one of this id. */
	addProject({ id, apiKey, name = id, bots, users }: SandboxProject): Project {
		const createdAt = new Date().toISOString();
		const project: Project = {
			id,
			apiKey,
			name,
			bots: (bots ?? DEMO_PROJECT.bots).map((bot) => ({ type: 'Whatsapp', ...bot })),
			users: (users ?? DEMO_PROJECT.users).map((user) => ({ ...user, createdAt })),
			integration: null,
		};
		this.projects.set(id, project);
		this.feed.publish({ type: 'overview' });
		return project;
	}

	/** The room of these two, made on first use. It stays the same from one conversation to the next. */
	roomOf(project: Project, bot: Bot, user: User): Room {
		const key = JSON.stringify([project.id, bot.id, user.id]);
		const known = this.rooms.get(this.roomIds.get(key) ?? '');
		if (known) return known;
		const room: Room = { id: randomUUID(), projectId: project.id, botId: bot.id, userId: user.id };
		this.rooms.set(room.id, room);
		this.roomIds.set(key, room.id);
		this.feed.publish({ type: 'overview' });
		return room;
	}

	activeConversation(room: Room): Conversation | undefined {
		return this.conversations.get(this.activeIds.get(room.id) ?? '');
	}

	openConversation(room: Room): Conversation {
		const conversation: Conversation = {
			id: randomBytes(12).toString('hex'),
			roomId: room.id,
			state: 'active',
			startAt: new Date().toISOString(),
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

	addMessage(room: Room, from: Message['from'], body: MessageBody, id: string = randomUUID()): Message {
		const key = JSON.stringify([room.projectId, id]);
		const message: Message = {
			...onlyBody(body),
			id,
			roomId: room.id,
			from,
			at: Date.now(),
			duplicate: this.receivedIds.has(key),
		};
		this.receivedIds.add(key);
		const messages = this.messages.get(room.id) ?? [];
		this.messages.set(room.id, messages);
		pushBounded(messages, message, KEPT);
		this.feed.publish({ type: 'message', message });
		return message;
	}

	setMessageDelivery(message: Message, delivery: Message['delivery']): void {
		message.delivery = delivery;
		this.feed.publish({ type: 'message', message });
	}

	/** The next place in the order of arrivals and answers. */
	nextPlace(): number {
		return ++this.lastPlace;
	}

	addRequest(request: RequestRecord): void {
		pushBounded(this.requests, request, KEPT);
	}

	addDelivery(delivery: Delivery): void {
		pushBounded(this.deliveries, delivery, KEPT);
	}

	addLogEntry(entry: Omit<LogEntry, 'id'>): void {
		const complete = { id: ++this.lastEntry, ...entry };
		pushBounded(this.log, complete, KEPT_LOG_ENTRIES);
		this.feed.publish({ type: 'log', entry: complete });
	}

	/** Forgets all but the projects, and their integrations too unless they are to be kept. */
	reset({ keepIntegrations = false } = {}): void {
		for (const map of [this.rooms, this.conversations, this.messages, this.roomIds, this.activeIds])
			map.clear();
		this.receivedIds.clear();
		for (const list of [this.requests, this.deliveries, this.log]) list.length = 0;
		if (!keepIntegrations) for (const project of this.projects.values()) project.integration = null;
		this.feed.publish({ type: 'reset' });
	}
}
