export const MESSAGE_TYPES = ['text', 'image', 'video', 'audio', 'document'] as const;
/** As a user chooses from them. */
export const MESSAGE_TYPE_OPTIONS = [
	{ name: 'Audio', value: 'audio' },
	{ name: 'Document', value: 'document' },
	{ name: 'Image', value: 'image' },
	{ name: 'Text', value: 'text' },
	{ name: 'Video', value: 'video' },
] satisfies Array<{ name: string; value: MessageType }>;
export type MessageType = (typeof MESSAGE_TYPES)[number];

/** Content of a message by its type (Jelou's page "Send messages"). */
export type MessageValue = { id: string } & (
	| { type: 'text'; content: { body: string } }
	| { type: 'image' | 'video'; content: { url: string; mime_type: string; caption?: string } }
	| { type: 'audio'; content: { url: string; mime_type: string } }
	| { type: 'document'; content: { url: string; mime_type: string; filename?: string } }
);
