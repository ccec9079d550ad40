import type { IDataObject } from 'n8n-workflow';

/** What one HTTP call to Jelou is made of. Paths are segments, so that every one is encoded exactly once. */
export interface JelouRequest {
	/** `gateway`: integration and conversations, authenticated by API key. `chatbot`: sending, signed. */
	target: 'gateway' | 'chatbot';
	method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
	/** Path below the base URL, one entry a segment, not yet encoded. */
	path: readonly string[];
	body?: IDataObject;
}

/** The answer to a call that Jelou accepted. */
export interface JelouAnswer {
	/** Jelou's whole JSON answer: usually `{ message, statusMessage, status, data }`. */
	envelope: IDataObject;
	/** The useful part: `data` of the envelope, nothing where it has none, or the whole where there is no envelope. */
	data: IDataObject;
}

/** A project's integration: the one webhook that Jelou posts its events to. */
export interface Integration {
	webhookUrl: string;
	/** Only in the answer that creates the integration. */
	signingSecret?: string;
}

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

/** True for a plain JSON object: neither null nor an array. */
export function isObject(value: unknown): value is IDataObject {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}
