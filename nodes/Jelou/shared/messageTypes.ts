/** Every type of message, in both directions (Jelou's pages "Send messages" and "Webhook events"). */
export const MESSAGE_TYPES = ['text', 'image', 'video', 'audio', 'document'] as const;
/** Those whose content is a file at a URL. */
export const [, ...MEDIA_TYPES] = MESSAGE_TYPES;

type MessageType = (typeof MESSAGE_TYPES)[number];
export type MediaType = (typeof MEDIA_TYPES)[number];

/** As the menus offer them, in alphabetical order. */
export const MESSAGE_TYPE_OPTIONS = [...MESSAGE_TYPES]
	.sort()
	.map((value) => ({ name: value.charAt(0).toUpperCase() + value.slice(1), value }));

export function isMessageType(value: unknown): value is MessageType {
	return MESSAGE_TYPES.some((type) => type === value);
}

export function isMediaType(value: unknown): value is MediaType {
	return MEDIA_TYPES.some((type) => type === value);
}

/** The fields that mark a message to Jelou as one. None of Jelou's events has this `event_type`. */
export const OUTGOING_MESSAGE = {
	field: 'messages',
	object: 'message_event',
	event_type: 'incoming_message',
} as const;

/** Content of a message by its type (Jelou's page "Send messages"). */
export type MessageValue = { id: string } & (
	| { type: 'text'; content: { body: string } }
	| { type: 'image' | 'video'; content: { url: string; mime_type: string; caption?: string } }
	| { type: 'audio'; content: { url: string; mime_type: string } }
	| { type: 'document'; content: { url: string; mime_type: string; filename?: string } }
);
