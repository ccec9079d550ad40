interface MessageTypeInfo {
	value: string;
	/** As a user chooses it. */
	name: string;
	/** Whether its content is a file at a URL. */
	isMedia: boolean;
	/** What the file may come with, as Jelou calls the field. */
	extra?: 'caption' | 'filename';
}

/** Every type of message, in both directions (Jelou's pages "Send messages" and "Webhook events"). */
const TABLE = [
	{ value: 'text', name: 'Text', isMedia: false },
	{ value: 'image', name: 'Image', isMedia: true, extra: 'caption' },
	{ value: 'video', name: 'Video', isMedia: true, extra: 'caption' },
	{ value: 'audio', name: 'Audio', isMedia: true },
	{ value: 'document', name: 'Document', isMedia: true, extra: 'filename' },
] as const satisfies MessageTypeInfo[];

type Row = (typeof TABLE)[number];
export type MessageType = Row['value'];
export type MediaType = Extract<Row, { isMedia: true }>['value'];

const rows: ReadonlyArray<MessageTypeInfo & { value: MessageType }> = TABLE;

export const MESSAGE_TYPES = rows.map(({ value }) => value);
/** As a user chooses from them, in the order of the alphabet. */
export const MESSAGE_TYPE_OPTIONS = rows
	.map(({ name, value }) => ({ name, value }))
	.sort((a, b) => a.name.localeCompare(b.name));

export const MEDIA_TYPES = TABLE.filter((row) => row.isMedia).map(({ value }): MediaType => value);

/** The types whose file may come with a caption, or with a file name. */
export function typesWith(extra: 'caption' | 'filename'): MessageType[] {
	return rows.filter((row) => row.extra === extra).map(({ value }) => value);
}

export function isMessageType(value: unknown): value is MessageType {
	return MESSAGE_TYPES.some((type) => type === value);
}

export function isMediaType(value: unknown): value is MediaType {
	return MEDIA_TYPES.some((type) => type === value);
}

/** What makes a message to Jelou one, besides its room and its content; `event_type` is no event's of Jelou's. */
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
