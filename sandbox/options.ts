import type { MessageBody, Template } from './types';

export interface SandboxProject {
	id: string;
	apiKey: string;
	/** For its account at the platform API: `<id>-client` and `<id>-client-secret` when absent. */
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
	 * The signing secret of all its integrations: 64 hex characters. Unlike Jelou, the sandbox then accepts messages signed
	 * with it even before there is an integration, so that a first test run can send. When absent, each integration gets a
	 * new secret, as in Jelou.
	 */
	signingSecret?: string;
	/** Whether its workflow hands conversations to the desk: the page then shows the desk from the start. */
	hasDesk?: boolean;
	/** Rooms that exist from the start, so that a workflow can name them. */
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

/** In which of the documented forms the platform API lists templates; the older one has no status. */
export type PlatformShape = 'newer' | 'older';

export interface SandboxOptions {
	/** 0 or absent: any free port. */
	port?: number;
	/** Default: the demo project. */
	projects?: SandboxProject[];
	/**
	 * Jelou requires a public HTTPS address for the webhook, and so does the sandbox by default. When true, plain HTTP and
	 * the loopback address are accepted too, both for an n8n on the same machine and for media: the only deliberate
	 * deviation from Jelou.
	 */
	allowInsecureWebhooks?: boolean;
	/** The status that refuses a second integration; Jelou does not document one. Default 409. */
	existingIntegrationStatus?: ExistingIntegrationStatus;
	/** How long a webhook may take to respond; default 20000, as Jelou documents for its custom channel. */
	deliveryTimeoutMs?: number;
	/** The same for the desk's webhook; default 5000, as long as Chatwoot waits. */
	deskTimeoutMs?: number;
	/** Default `newer`. */
	platformShape?: PlatformShape;
	/**
	 * How many requests a second an account may make to the platform API, in bursts of at least five. Default 5, as Jelou
	 * documents; 0: no limit.
	 */
	platformRate?: number;
}

/** What a user writes. Without IDs, the project's first user writes to its first bot. */
export type UserMessage = ({ text: string } | MessageBody) & { userId?: string; botId?: string };

/** The sandbox's project when none is given. */
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

/** The client ID and secret of a project's account at the platform API. */
export function clientOf({
	id,
	clientId = `${id}-client`,
	clientSecret = `${id}-client-secret`,
}: Pick<SandboxProject, 'clientId' | 'clientSecret' | 'id'>) {
	return { clientId, clientSecret };
}
