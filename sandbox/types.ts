/**
 * The things Jelou knows about, as the sandbox keeps them. Field names in `snake_case` are Jelou's own; times called
 * `at` are Unix milliseconds, those ending in `At` are ISO 8601, as in Jelou's responses.
 */

export interface Bot {
	id: string;
	name: string;
	/** The channel, as Jelou spells it, for example `Whatsapp`. */
	type: string;
}

export interface User {
	id: string;
	name: string;
	createdAt: string;
}

export const AUTH_TYPES = ['no_auth', 'bearer', 'api_key', 'basic'] as const;
export type AuthType = (typeof AUTH_TYPES)[number];

export interface Integration {
	webhookUrl: string;
	/** 64 hex characters. As the key of an HMAC it is used as text, never decoded. */
	signingSecret: string;
	authType: AuthType;
	/** The credential Jelou sends to the webhook; empty with `no_auth`. */
	authorization: string;
	createdAt: string;
	updatedAt: string;
}

export const TEMPLATE_STATUSES = ['PENDING', 'REJECTED', 'APPROVED', 'DISABLED', 'DELETED'] as const;
export const TEMPLATE_CATEGORIES = ['UTILITY', 'MARKETING', 'AUTHENTICATION'] as const;

/** A WhatsApp template of a project, which all its bots have. */
export interface Template {
	/** Its name for programs; together with the language it names one template. */
	elementName: string;
	displayName: string;
	/** As Jelou lists it, for example `ES`. */
	language: string;
	category: (typeof TEMPLATE_CATEGORIES)[number];
	status: (typeof TEMPLATE_STATUSES)[number];
	/** With `{{1}}` where its first parameter goes. */
	template: string;
	params: Array<{ label: string; param: string }>;
	/** What is above the text, sent as a URL each time. Jelou's list does not have it. */
	header?: MediaHeader['type'];
	/** The titles of its quick replies. */
	buttons?: string[];
}

export interface Project {
	id: string;
	apiKey: string;
	/** For the platform API, as are the templates. */
	clientId: string;
	clientSecret: string;
	templates: Template[];
	name: string;
	bots: Bot[];
	users: User[];
	/** The secret of every integration of this project; when absent, each gets its own. */
	signingSecret?: string;
	/** Whether the page shows the desk before it has a conversation. */
	hasDesk?: boolean;
	/** A project has at most one. */
	integration: Integration | null;
}

/** The one room that a user and a bot of a project share, whatever conversations they have in it. */
export interface Room {
	id: string;
	projectId: string;
	botId: string;
	userId: string;
}

/** What the Jelou Trigger knows about a room. Times are ISO 8601. */
export interface RoomStanding {
	roomId: string;
	/** A person has it until then; absent when no one has. */
	pausedUntil?: string;
	/** The beginning of the question that a run waits on. */
	question?: string;
	answersUntil?: string;
	/** How often it was asked again. */
	attempts?: number;
}

export interface Conversation {
	id: string;
	roomId: string;
	state: 'active' | 'closed';
	startAt: string;
	endAt?: string;
	endedReason?: string;
}

export type MessageBody =
	| { type: 'text'; content: { body: string } }
	| { type: 'image' | 'video'; content: { url: string; mime_type: string; caption?: string } }
	| { type: 'audio'; content: { url: string; mime_type: string } }
	| { type: 'document'; content: { url: string; mime_type: string; filename?: string } };

/** A button below a message, or an entry of its list. */
export interface Choice {
	title: string;
	description?: string;
	/** What the customer sends by choosing it; the title when absent. */
	payload?: string;
}

/** Media above a template's text. */
export interface MediaHeader {
	type: 'image' | 'video' | 'document';
	url: string;
	filename?: string;
}

/** What only the platform API gives a message; empty for plain text. */
export interface PlatformParts {
	/** Above the text. */
	title?: string;
	header?: MediaHeader;
	buttons?: Choice[];
	/** Opens with a button of this name. */
	list?: { name: string; entries: Choice[] };
	asksForLocation?: boolean;
	template?: { name: string; language: string };
}

interface MessageDelivery {
	state: 'sending' | 'delivered' | 'failed';
	/** Why it failed, in plain words. */
	note?: string;
	/** What the webhook says it did, for example `accepted`. */
	answer?: string;
	/** Whether it went to a workflow that is being tested in n8n's editor. */
	isTest?: boolean;
	/** The beginning of the question that it was passed to, if known. */
	question?: string;
}

export type Message = MessageBody & {
	id: string;
	roomId: string;
	from: 'user' | 'agent';
	at: number;
	/** Whether its `value.id` was received in this project before. */
	duplicate: boolean;
	/** Absent unless an agent's message was sent over the platform API. */
	platform?: PlatformParts;
	/** What became of its event; only messages from the user have one. */
	delivery?: MessageDelivery;
};

/** Who a conversation is assigned to. */
export interface Assignment {
	type: 'queue' | 'operator' | 'team';
	target: string;
}

/** What happened to the conversation in a room, for the chat to show between the messages. */
export interface RoomEvent {
	roomId: string;
	at: number;
	kind: 'started' | 'assigned' | 'closed';
	/** The customer by writing, a workflow through the API, or an agent in Jelou. */
	by: 'customer' | 'workflow' | 'agent';
	assignment?: Assignment;
}

/** What the page shows of the past, to be restored after a restart. */
export interface Past {
	rooms: Room[];
	conversations: Conversation[];
	messages: Message[];
	roomEvents: RoomEvent[];
	log: LogEntry[];
}

/** One request to Jelou's API, kept for tests and the log. */
export interface RequestRecord {
	at: number;
	method: string;
	/** Path and query exactly as they arrived, still encoded. */
	rawUrl: string;
	headers: Record<string, string | string[] | undefined>;
	rawBody: Buffer;
	/** Null until the response, and for good when the connection was dropped. */
	status: number | null;
	/** Places in the common order of all arrivals and responses: they tell which requests were under way together. */
	arrived: number;
	answered: number | null;
}

export type EventName = 'conversation.start' | 'conversation.close' | 'message';

/** The only attempt to post an event to a webhook. */
export interface Delivery {
	id: string;
	at: number;
	event: EventName;
	projectId: string;
	/** Empty when there was no integration to deliver to. */
	url: string;
	rawBody: Buffer;
	/** The value of the `X-Jelou-Signature` header. */
	signature: string;
	/** Null when there was no response; `error` then says why. */
	status: number | null;
	error?: string;
	/** What to do about it, in plain words. */
	advice?: string;
	/** The beginning of the receiver's response. */
	answer?: string;
	ms: number;
}

/** `info` is a refusal that needs no action. */
export type Tone = 'good' | 'info' | 'warning' | 'bad';

/** One line of the log on the page. */
export interface LogEntry {
	id: number;
	at: number;
	/** A request that Jelou's API received, or an event that it had to deliver. */
	kind: 'request' | 'delivery';
	projectId: string | null;
	title: string;
	/** The outcome, in plain words. */
	outcome: string;
	tone: Tone;
	/** How it was signed or authenticated, in plain words. */
	auth: string | null;
	status: number | null;
	ms: number | null;
	/** What the webhook says it did with an event, and whether it did so in a test. */
	answer?: string;
	isTest?: boolean;
	/** Whether it only sets up or looks up the integration, and is not something a workflow does. */
	isSetUp?: boolean;
	details: Record<string, unknown>;
}
