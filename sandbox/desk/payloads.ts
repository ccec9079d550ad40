import type { Attachment, Contact, Conversation, DeskStore, Message } from './store';

/** The owner of the workflow's token, who is also the person at the page. */
const AGENT = { id: 1, name: 'Carla Ríos', email: 'carla@example.com', type: 'user' };
export const ACCOUNT = { id: 1, name: 'Tienda Aurora' };
export const INBOX = { id: 1, name: 'Jelou' };
const CHANNEL = 'Channel::Api';

const TYPES = { incoming: 0, outgoing: 1 } as const;
type MessageType = keyof typeof TYPES;

function seconds(at: number): number {
	return Math.floor(at / 1_000);
}

function typeOf({ from }: Message): MessageType {
	return from === 'customer' ? 'incoming' : 'outgoing';
}

/** @see https://developers.chatwoot.com/api-reference/contacts/create-contact */
export function contactBody({ createdAt, id, identifier, name, sourceId }: Contact) {
	return {
		id,
		name,
		identifier: identifier === '' ? null : identifier,
		email: null,
		phone_number: null,
		thumbnail: '',
		additional_attributes: {},
		custom_attributes: {},
		availability_status: 'offline',
		created_at: seconds(createdAt),
		contact_inboxes: [{ source_id: sourceId, inbox: { ...INBOX, channel_type: CHANNEL } }],
	};
}

function attachmentBody(store: DeskStore, message: Message, attachment: Attachment) {
	const { fileType, id, size } = attachment;
	const url = store.urlOf(attachment);
	return {
		id,
		message_id: message.id,
		file_type: fileType,
		account_id: ACCOUNT.id,
		extension: null,
		data_url: url,
		thumb_url: fileType === 'image' ? url : '',
		file_size: size,
	};
}

function attachmentsOf(store: DeskStore, message: Message) {
	if (message.attachments.length === 0) return {};
	return { attachments: message.attachments.map((each) => attachmentBody(store, message, each)) };
}

function senderOf(store: DeskStore, conversation: Conversation, message: Message) {
	if (message.from !== 'customer') return AGENT;
	const { id, name } = store.contacts.get(conversation.contactId) ?? { id: conversation.contactId, name: '' };
	return { id, name, avatar: '', type: 'contact' };
}

/** @see https://developers.chatwoot.com/api-reference/messages/create-new-message */
export function messageBody(store: DeskStore, conversation: Conversation, message: Message) {
	return {
		id: message.id,
		content: message.content === '' ? null : message.content,
		account_id: ACCOUNT.id,
		inbox_id: INBOX.id,
		conversation_id: conversation.id,
		message_type: TYPES[typeOf(message)],
		content_type: 'text',
		content_attributes: {},
		status: message.delivery?.state === 'failed' ? 'failed' : 'sent',
		created_at: seconds(message.at),
		private: message.private,
		source_id: null,
		sender: senderOf(store, conversation, message),
		...attachmentsOf(store, message),
	};
}

/** @see https://developers.chatwoot.com/api-reference/conversations/conversation-details */
export function conversationBody(store: DeskStore, conversation: Conversation) {
	const contact = store.contacts.get(conversation.contactId);
	const last = conversation.messages.at(-1);
	const sender = contact ? { ...contactBody(contact), type: 'contact' } : null;
	return {
		id: conversation.id,
		account_id: ACCOUNT.id,
		inbox_id: INBOX.id,
		status: conversation.status,
		can_reply: true,
		channel: CHANNEL,
		additional_attributes: {},
		custom_attributes: conversation.customAttributes,
		labels: [],
		contact_inbox: {
			contact_id: conversation.contactId,
			inbox_id: INBOX.id,
			source_id: contact?.sourceId ?? '',
		},
		messages: last ? [messageBody(store, conversation, last)] : [],
		meta: { sender, channel: CHANNEL, assignee: null, hmac_verified: false },
		unread_count: 0,
		agent_last_seen_at: 0,
		contact_last_seen_at: 0,
		timestamp: seconds(last?.at ?? conversation.createdAt),
		created_at: seconds(conversation.createdAt),
	};
}

/**
 * The event for a new message, whoever wrote it.
 *
 * @see https://www.chatwoot.com/hc/user-guide/articles/1677693021-how-to-use-webhooks
 */
export function messageCreated(store: DeskStore, conversation: Conversation, message: Message) {
	return {
		event: 'message_created',
		id: message.id,
		content: message.content === '' ? null : message.content,
		created_at: new Date(message.at).toISOString(),
		message_type: typeOf(message),
		content_type: 'text',
		content_attributes: {},
		private: message.private,
		source_id: null,
		sender: senderOf(store, conversation, message),
		...attachmentsOf(store, message),
		inbox: INBOX,
		conversation: conversationBody(store, conversation),
		account: ACCOUNT,
	};
}

/** The event for a new, reopened or resolved conversation: its fields are the conversation's. */
export function conversationEvent(
	store: DeskStore,
	conversation: Conversation,
	event: 'conversation_created' | 'conversation_status_changed',
) {
	return { event, ...conversationBody(store, conversation) };
}
