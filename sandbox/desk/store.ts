import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Feed } from '../feed';
import { KEPT, Recent } from '../recent';
import { DeskError } from './errors';
import {
	DESK_STATUSES,
	FILE_TYPES,
	type DeskConversation,
	type DeskFile,
	type DeskMessage,
	type DeskState,
	type DeskStatus,
	type NewMessage,
} from './types';

/** How many conversations are kept, with their contacts; the oldest are forgotten first. */
const MAX_CONVERSATIONS = 1_000;
/** How many messages of a conversation are shown. */
const SHOWN = 200;
/** How much of the newest files survives a restart, in bytes. */
const KEPT_FILES = 8_000_000;

const ID = z.number().int().positive();
const ATTRIBUTES = z.record(z.unknown());

const CONTACT = z.object({
	id: ID,
	name: z.string(),
	identifier: z.string(),
	/** The contact in the inbox, as Chatwoot calls it. */
	sourceId: z.string(),
	createdAt: z.number(),
});
export type Contact = z.infer<typeof CONTACT>;

const ATTACHMENT = z.object({
	id: ID,
	fileType: z.enum(FILE_TYPES),
	name: z.string(),
	/** Names the stored file. */
	key: z.string(),
	size: z.number(),
});
export type Attachment = z.infer<typeof ATTACHMENT>;

const MESSAGE = z.object({
	id: ID,
	at: z.number(),
	from: z.enum(['customer', 'bot', 'agent']),
	private: z.boolean(),
	content: z.string(),
	attachments: z.array(ATTACHMENT),
	delivery: z
		.object({ state: z.enum(['sending', 'delivered', 'failed']), note: z.string().optional() })
		.optional(),
});
export type Message = z.infer<typeof MESSAGE>;

const CONVERSATION = z.object({
	id: ID,
	status: z.enum(DESK_STATUSES),
	contactId: ID,
	customAttributes: ATTRIBUTES,
	createdAt: z.number(),
	messages: z.array(MESSAGE),
});
export type Conversation = z.infer<typeof CONVERSATION>;

const SNAPSHOT = z.object({
	webhookUrl: z.string(),
	lastId: z.number().int().nonnegative(),
	contacts: z.array(CONTACT),
	conversations: z.array(CONVERSATION),
	files: z.array(z.object({ key: z.string(), name: z.string(), mimeType: z.string(), base64: z.string() })),
});

function fileTypeOf({ mimeType }: DeskFile): Attachment['fileType'] {
	const kind = mimeType.split('/', 1)[0];
	return FILE_TYPES.find((each) => each === kind) ?? 'file';
}

/** What the desk knows, in memory only, within bounds. The feed gets every change. */
export class DeskStore {
	webhookUrl = '';
	/** Where the sandbox is, for the addresses of files. */
	origin = '';
	readonly contacts = new Map<number, Contact>();
	/** Oldest first. */
	readonly conversations = new Map<number, Conversation>();
	readonly files = new Map<string, DeskFile>();
	private readonly places = new Map<Message, Conversation>();
	private readonly recent = new Recent<Message>((oldest) => this.dropMessage(oldest));
	private lastId = 0;

	constructor(private readonly feed: Feed) {}

	/** Throws Chatwoot's 422 for an identifier that another contact has. */
	addContact(name: string, identifier: string, sourceId: string = randomUUID()): Contact {
		if (identifier !== '' && this.contactNamed(identifier)) {
			throw new DeskError(422, 'Identifier has already been taken', ['identifier']);
		}
		const contact = { id: this.nextId(), name, identifier, sourceId, createdAt: Date.now() };
		this.contacts.set(contact.id, contact);
		this.forgetContacts();
		return contact;
	}

	contactNamed(identifier: string): Contact | undefined {
		return [...this.contacts.values()].find((contact) => contact.identifier === identifier);
	}

	conversationsOf(contactId: number): Conversation[] {
		return [...this.conversations.values()].filter((each) => each.contactId === contactId);
	}

	addConversation(contact: Contact, customAttributes: Record<string, unknown>): Conversation {
		const conversation: Conversation = {
			id: this.nextId(),
			status: 'open',
			contactId: contact.id,
			customAttributes,
			createdAt: Date.now(),
			messages: [],
		};
		this.conversations.set(conversation.id, conversation);
		const [oldest] = this.conversations.values();
		if (oldest && this.conversations.size > MAX_CONVERSATIONS) this.dropConversation(oldest);
		this.tell(conversation);
		return conversation;
	}

	setStatus(conversation: Conversation, status: DeskStatus): void {
		conversation.status = status;
		this.tell(conversation);
	}

	addAttributes(conversation: Conversation, attributes: Record<string, unknown>): void {
		Object.assign(conversation.customAttributes, attributes);
		this.tell(conversation);
	}

	addMessage(conversation: Conversation, { content = '', files = [], from, ...rest }: NewMessage): Message {
		const attachments = files.map((file) => {
			const key = randomUUID();
			this.files.set(key, file);
			const { bytes, name } = file;
			return { id: this.nextId(), fileType: fileTypeOf(file), name, key, size: bytes.length };
		});
		const message: Message = {
			id: this.nextId(),
			at: Date.now(),
			from,
			private: rest.private === true,
			content,
			attachments,
		};
		this.place(conversation, message);
		this.tell(conversation);
		return message;
	}

	setDelivery(conversation: Conversation, message: Message, delivery: DeskMessage['delivery']): void {
		message.delivery = delivery;
		this.tell(conversation);
	}

	/** The address at which a file is served. */
	urlOf({ key, name }: Attachment): string {
		return `${this.origin}/chatwoot/rails/active_storage/blobs/${key}/${encodeURIComponent(name)}`;
	}

	view({ contactId, messages, ...conversation }: Conversation): DeskConversation {
		const { id, name, identifier } = this.contacts.get(contactId) ?? {
			id: contactId,
			name: '',
			identifier: '',
		};
		return {
			...conversation,
			contact: { id, name, identifier },
			messages: messages.slice(-SHOWN).map(({ attachments, ...message }) => ({
				...message,
				attachments: attachments.map((each) => ({
					fileType: each.fileType,
					url: this.urlOf(each),
					name: each.name,
				})),
			})),
		};
	}

	state(): DeskState {
		const conversations = [...this.conversations.values()].map((each) => this.view(each));
		return { webhookUrl: this.webhookUrl, conversations };
	}

	/** Forgets everything, except the webhook's address if it is to be kept. IDs continue. */
	reset({ keepWebhook = false } = {}): void {
		this.clear();
		if (!keepWebhook) this.webhookUrl = '';
	}

	/** Everything as JSON, to be restored after a restart. */
	snapshot(): z.infer<typeof SNAPSHOT> {
		let left = KEPT_FILES;
		const files = [...this.files]
			.reverse()
			.filter(([, { bytes }]) => (left -= bytes.length) >= 0)
			.reverse()
			.map(([key, { bytes, mimeType, name }]) => ({ key, name, mimeType, base64: bytes.toString('base64') }));
		return {
			webhookUrl: this.webhookUrl,
			lastId: this.lastId,
			contacts: [...this.contacts.values()],
			conversations: [...this.conversations.values()],
			files,
		};
	}

	/** Replaces everything with what `snapshot` returned. Anything else is refused and changes nothing. */
	restore(value: unknown): boolean {
		const { data } = SNAPSHOT.safeParse(value);
		if (!data) return false;
		this.clear();
		this.webhookUrl = data.webhookUrl;
		this.lastId = Math.max(this.lastId, data.lastId);
		for (const contact of data.contacts) this.contacts.set(contact.id, contact);
		for (const { base64, key, ...file } of data.files) {
			this.files.set(key, { ...file, bytes: Buffer.from(base64, 'base64') });
		}
		for (const { messages, ...conversation } of data.conversations) {
			const restored: Conversation = { ...conversation, messages: [] };
			this.conversations.set(restored.id, restored);
			for (const message of messages) {
				// Its delivery was cut off when the sandbox ended, with unknown outcome.
				const isOpen = message.delivery?.state === 'sending';
				const note = 'the sandbox was closed meanwhile';
				this.place(restored, isOpen ? { ...message, delivery: { state: 'failed', note } } : message);
			}
		}
		this.feed.publish({ type: 'reset' });
		return true;
	}

	private nextId(): number {
		return ++this.lastId;
	}

	private tell(conversation: Conversation): void {
		this.feed.publish({ type: 'desk', conversation: this.view(conversation) });
	}

	private place(conversation: Conversation, message: Message): void {
		conversation.messages.push(message);
		this.places.set(message, conversation);
		const [oldest] = conversation.messages;
		if (oldest && conversation.messages.length > KEPT.number) {
			this.recent.remove(oldest);
			this.dropMessage(oldest);
		}
		const { attachments } = message;
		const size = attachments.reduce((sum, { key }) => sum + (this.files.get(key)?.bytes.length ?? 0), 0);
		this.recent.add(message, size + Buffer.byteLength(JSON.stringify(message)));
	}

	private dropMessage(message: Message): void {
		const messages = this.places.get(message)?.messages ?? [];
		messages.splice(messages.indexOf(message), 1);
		this.places.delete(message);
		for (const { key } of message.attachments) this.files.delete(key);
	}

	private dropConversation(conversation: Conversation): void {
		for (const message of [...conversation.messages]) {
			this.recent.remove(message);
			this.dropMessage(message);
		}
		this.conversations.delete(conversation.id);
	}

	/** Contacts without a conversation are forgotten first; those with one must stay. */
	private forgetContacts(): void {
		if (this.contacts.size <= MAX_CONVERSATIONS * 2) return;
		const talking = new Set([...this.conversations.values()].map(({ contactId }) => contactId));
		const silent = [...this.contacts.keys()].find((id) => !talking.has(id));
		if (silent !== undefined) this.contacts.delete(silent);
	}

	private clear(): void {
		this.recent.clear();
		for (const map of [this.contacts, this.conversations, this.files, this.places]) map.clear();
	}
}
