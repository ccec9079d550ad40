/** The desk as the page and tests see it. The rest of this folder speaks Chatwoot's own language. */

export const DESK_STATUSES = ['open', 'resolved'] as const;
export type DeskStatus = (typeof DESK_STATUSES)[number];

export const FILE_TYPES = ['image', 'audio', 'video', 'file'] as const;
type FileType = (typeof FILE_TYPES)[number];

interface DeskAttachment {
	fileType: FileType;
	url: string;
	name: string;
}

export interface DeskMessage {
	id: number;
	/** Unix milliseconds. */
	at: number;
	/** The customer; what a workflow wrote for the agents; or the person on the page. */
	from: 'customer' | 'bot' | 'agent';
	/** For the agents only. */
	private: boolean;
	content: string;
	attachments: DeskAttachment[];
	/** What became of the webhook of an agent's message. */
	delivery?: { state: 'sending' | 'delivered' | 'failed'; note?: string };
}

export interface DeskConversation {
	id: number;
	status: DeskStatus;
	contact: { id: number; name: string; identifier: string };
	customAttributes: Record<string, unknown>;
	/** Unix milliseconds. */
	createdAt: number;
	/** The newest. */
	messages: DeskMessage[];
}

/** The desk in `GET /sandbox/state`. */
export interface DeskState {
	/** Where the inbox posts its events; empty when it does not. */
	webhookUrl: string;
	conversations: DeskConversation[];
}

/** A file before it is stored. */
export interface DeskFile {
	name: string;
	mimeType: string;
	bytes: Buffer;
}

export interface NewMessage {
	from: DeskMessage['from'];
	content?: string;
	private?: boolean;
	files?: DeskFile[];
}
