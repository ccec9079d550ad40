import type { MessageBody, Template } from './types';

export interface SandboxProject {
	id: string;
	apiKey: string;
	/** Of its account at the platform API: `<id>-client` and `<id>-client-secret` when absent. */
	clientId?: string;
	clientSecret?: string;
	/** Shown on the page; the id when absent. */
	name?: string;
	/** The demo project's bots and users when absent. */
	bots?: Array<{ id: string; name: string; type?: string }>;
	users?: Array<{ id: string; name: string }>;
	/** Its WhatsApp templates; the demo templates when absent. */
	templates?: Template[];
	/**
	 * Its signing secret, whichever integration it has: 64 hex characters. Messages that are signed with it are accepted
	 * before there is an integration, too, other than Jelou does: a first test run can then send. When absent, each
	 * integration gets a new secret, as in Jelou.
	 */
	signingSecret?: string;
	/** Whether its workflow hands conversations to the desk: the page then shows that from the start. */
	hasDesk?: boolean;
	/** Rooms that are there from the start, so that a workflow can name them. */
	rooms?: SandboxRoom[];
}

export interface SandboxRoom {
	id: string;
	userId: string;
	/** The project's first bot when absent. */
	botId?: string;
	/** The conversation that is open in it. */
	conversation?: { id: string; openForHours: number };
}

export type ExistingIntegrationStatus = 400 | 403 | 409 | 422;

/** In which of the documented forms the platform API lists templates; the older one tells no status. */
export type PlatformShape = 'newer' | 'older';

export interface SandboxOptions {
	/** 0 or absent: any free port. */
	port?: number;
	/** Default: the demo project. */
	projects?: SandboxProject[];
	/**
	 * Jelou wants the webhook on a public HTTPS address, and so does the sandbox by default. When true, plain HTTP and
	 * the loopback address are accepted too, for an n8n on the same machine, and so they are for media: the only
	 * deliberate deviation from Jelou.
	 */
	allowInsecureWebhooks?: boolean;
	/** What creating an integration is refused with where there is one; Jelou documents none. Default 409. */
	existingIntegrationStatus?: ExistingIntegrationStatus;
	/** How long a webhook may take to answer; default 20000, as Jelou documents for its custom channel. */
	deliveryTimeoutMs?: number;
	/** The same for the desk's webhook; default 5000, as long as Chatwoot waits. */
	deskTimeoutMs?: number;
	/** Default `newer`. */
	platformShape?: PlatformShape;
	/**
	 * How many requests a second an account may make of the platform API, of which five at once (all of them, when it is
	 * more). Default 5, as Jelou documents; 0: any number.
	 */
	platformRate?: number;
}

/** What a user writes. Without ids it is the project's first user, writing to its first bot. */
export type UserMessage = ({ text: string } | MessageBody) & { userId?: string; botId?: string };

/** The project that the sandbox has when it is given none. */
export const DEMO_PROJECT = {
	id: 'demo-project',
	apiKey: 'demo-api-key',
	name: 'Demo project',
	bots: [{ id: 'demo-bot', name: 'Tienda Aurora', type: 'Whatsapp' }],
	users: [
		{ id: '593990000001', name: 'Ana Torres' },
		{ id: '593990000002', name: 'Luis Peña' },
	],
} satisfies SandboxProject;

/** What a project's account at the platform API is reached with. */
export function clientOf({
	id,
	clientId = `${id}-client`,
	clientSecret = `${id}-client-secret`,
}: Pick<SandboxProject, 'clientId' | 'clientSecret' | 'id'>) {
	return { clientId, clientSecret };
}
