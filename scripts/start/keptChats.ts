import { z } from 'zod';

import type {
	Conversation,
	LogEntry,
	Message,
	Past,
	PlatformParts,
	Room,
	RoomEvent,
	Sandbox,
} from '../../sandbox';
import { moved, putAside, readKept, writeKept, writeKeptSoon } from './kept';

/** How long to wait after a change, so that many are written at once, in milliseconds. */
const SOON_MS = 500;

const ROOM: z.ZodType<Room> = z.object({
	id: z.string(),
	projectId: z.string(),
	botId: z.string(),
	userId: z.string(),
});
const CONVERSATION: z.ZodType<Conversation> = z.object({
	id: z.string(),
	roomId: z.string(),
	state: z.enum(['active', 'closed']),
	startAt: z.string().datetime(),
	endAt: z.string().datetime().optional(),
	endedReason: z.string().optional(),
});
const MEDIA = z.object({ url: z.string(), mime_type: z.string() });
const BODY = z.discriminatedUnion('type', [
	z.object({ type: z.literal('text'), content: z.object({ body: z.string() }) }),
	z.object({ type: z.literal('image'), content: MEDIA.extend({ caption: z.string().optional() }) }),
	z.object({ type: z.literal('video'), content: MEDIA.extend({ caption: z.string().optional() }) }),
	z.object({ type: z.literal('audio'), content: MEDIA }),
	z.object({ type: z.literal('document'), content: MEDIA.extend({ filename: z.string().optional() }) }),
]);
const CHOICE = z.object({
	title: z.string(),
	description: z.string().optional(),
	payload: z.string().optional(),
});
const PLATFORM: z.ZodType<PlatformParts> = z.object({
	title: z.string().optional(),
	header: z
		.object({
			type: z.enum(['image', 'video', 'document']),
			url: z.string(),
			filename: z.string().optional(),
		})
		.optional(),
	buttons: z.array(CHOICE).optional(),
	list: z.object({ name: z.string(), entries: z.array(CHOICE) }).optional(),
	asksForLocation: z.boolean().optional(),
	template: z.object({ name: z.string(), language: z.string() }).optional(),
});
const MESSAGE: z.ZodType<Message> = BODY.and(
	z.object({
		id: z.string(),
		roomId: z.string(),
		from: z.enum(['user', 'agent']),
		at: z.number(),
		duplicate: z.boolean(),
		platform: PLATFORM.optional(),
		delivery: z
			.object({
				state: z.enum(['sending', 'delivered', 'failed']),
				note: z.string().optional(),
				answer: z.string().optional(),
				isTest: z.boolean().optional(),
				question: z.string().optional(),
			})
			.optional(),
	}),
);
const ROOM_EVENT: z.ZodType<RoomEvent> = z.object({
	roomId: z.string(),
	at: z.number(),
	kind: z.enum(['started', 'assigned', 'closed']),
	by: z.enum(['customer', 'workflow', 'agent']),
	assignment: z.object({ type: z.enum(['queue', 'operator', 'team']), target: z.string() }).optional(),
});
const LOG_ENTRY: z.ZodType<LogEntry> = z.object({
	id: z.number(),
	at: z.number(),
	kind: z.enum(['request', 'delivery']),
	projectId: z.string().nullable(),
	title: z.string(),
	outcome: z.string(),
	tone: z.enum(['good', 'info', 'warning', 'bad']),
	auth: z.string().nullable(),
	status: z.number().nullable(),
	ms: z.number().nullable(),
	answer: z.string().optional(),
	isTest: z.boolean().optional(),
	isSetUp: z.boolean().optional(),
	details: z.record(z.unknown()),
});
const PAST: z.ZodType<Past> = z.object({
	rooms: z.array(ROOM),
	conversations: z.array(CONVERSATION),
	messages: z.array(MESSAGE),
	roomEvents: z.array(ROOM_EVENT),
	log: z.array(LOG_ENTRY),
});

const KEPT = z.object({
	/** Where the sandbox and n8n were. */
	urls: z.object({ sandbox: z.string(), n8n: z.string() }),
	past: PAST,
	/** The desk's snapshot. */
	desk: z.unknown(),
});

/** Restores what a file holds. @returns whether it could */
function restore({ desk, store, url }: Sandbox, n8nUrl: string, file: string): boolean {
	const kept = readKept(file, KEPT);
	if (!kept || !desk.store.restore(kept.desk)) return false;
	const { past, urls } = kept;
	for (const { content, platform } of past.messages) {
		const media = platform?.header ?? ('url' in content ? content : undefined);
		if (media) media.url = moved(media.url, urls.sandbox, url);
	}
	store.restore(past);
	desk.store.webhookUrl = moved(desk.store.webhookUrl, urls.n8n, n8nUrl);
	return true;
}

/**
 * Restores the chats, the desk and the log that the sandbox had when it ended, and saves every change soon after it was
 * made. Faults are not kept: after a restart, a person expects everything to work.
 *
 * @returns a function that writes the last changes
 */
export function keepChats(sandbox: Sandbox, file: string, n8nUrl: string): () => Promise<void> {
	if (!restore(sandbox, n8nUrl, file)) putAside(file, 'the chats and the log of the last start');
	const { desk, store, url } = sandbox;
	const now = () => ({
		urls: { sandbox: url, n8n: n8nUrl },
		past: store.past(),
		desk: desk.store.snapshot(),
	});
	let timer: NodeJS.Timeout | undefined;
	let writing = Promise.resolve();
	const save = () => {
		timer = undefined;
		// What cannot be written now (a full disk) is written with the next change, or at the end, where the error is reported.
		writing = writing.then(async () => await writeKeptSoon(file, now())).catch(() => undefined);
	};
	store.feed.watch(() => (timer ??= setTimeout(save, SOON_MS)));
	return async () => {
		clearTimeout(timer);
		await writing;
		writeKept(file, now());
	};
}
