import type { IHookFunctions, IWebhookFunctions } from 'n8n-workflow';

/**
 * Where n8n serves webhooks, each the part of a URL before `/<webhookId>/webhook`. Both can be renamed
 * (`N8N_ENDPOINT_WEBHOOK`, `N8N_ENDPOINT_WEBHOOK_TEST`), and n8n tells a node only its own URL in the present context.
 */
export interface WebhookEndpoints {
	production?: string;
	test?: string;
}

/** What this process has learned. n8n reads its settings once, when it starts. */
const learned: WebhookEndpoints = {};

/** The endpoints of this n8n, as far as this process has learned them. A worker of queue mode learns none. */
export function learnedEndpoints(): Readonly<WebhookEndpoints> {
	return learned;
}

type UrlContext = Pick<IHookFunctions | IWebhookFunctions, 'getNode' | 'getNodeWebhookUrl'>;

/** A trigger's URL in the present context: production and test listening have different ones. */
export function webhookUrlOf(context: UrlContext): string {
	return canonicalUrl(context.getNodeWebhookUrl('default') ?? '');
}

/** Learns an endpoint from the URL that n8n gives a trigger. */
export function learnEndpoint(kind: keyof WebhookEndpoints, context: UrlContext): void {
	if (learned[kind] !== undefined) return;
	const { webhookId } = context.getNode();
	// A node without an ID has a different path; the endpoint is learned from the next node that has one.
	if (webhookId === undefined) return;
	const url = webhookUrlOf(context);
	const path = `/${webhookId}/webhook`;
	if (url.endsWith(path)) learned[kind] = url.slice(0, -path.length);
}

/** An address in the canonical form of a URL: without a default port, for example, and with its host in lower case. */
export function canonicalUrl(address: string): string {
	return URL.canParse(address) ? new URL(address).href : address;
}

/** Whether two addresses have the same origin, and so belong to the same n8n. */
export function hasSameOrigin(one: string, other: string): boolean {
	return URL.canParse(one) && URL.canParse(other) && new URL(one).origin === new URL(other).origin;
}

/** Whether two addresses are the same URL, however they are written. */
export function isSameAddress(one: string, other: string): boolean {
	return URL.canParse(one) && URL.canParse(other) && new URL(one).href === new URL(other).href;
}

const isBelow = (endpoint: string | undefined, address: string): endpoint is string =>
	endpoint !== undefined && address.startsWith(`${endpoint}/`);

/** The end of n8n's default name for its test endpoint, in an address of any n8n. */
const DEFAULT_TEST = /(?<=\/webhook)-test(?=\/)/;
/** The `-test` at the end of a renamed endpoint, before `/<webhookId>/webhook`. */
const RENAMED_TEST = /(?<=[^/]\/[^/]+)-test(?=\/[^/]+\/webhook$)/;

/**
 * The production URL that belongs to a test URL of n8n; any other URL as it is. A test URL dies with its test, so it
 * must never be restored. Exact for the endpoints that were learned; others are recognized by their name, which ends in
 * `-test`.
 *
 * @param own any address of this n8n: in somebody else's address, only n8n's default name is recognized
 */
export function toProductionUrl(
	address: string,
	own: string,
	{ production, test }: WebhookEndpoints = learned,
): string {
	if (isBelow(test, address) && production !== undefined) return production + address.slice(test.length);
	if (isBelow(production, address)) return address;
	const renamed = address.replace(DEFAULT_TEST, '');
	return renamed === address && hasSameOrigin(address, own) ? address.replace(RENAMED_TEST, '') : renamed;
}

/** Whether `address` is a test URL of the n8n that has the address `own`. */
export function isTestUrlOf(own: string, address: string, endpoints: WebhookEndpoints = learned): boolean {
	if (!hasSameOrigin(own, address)) return false;
	return isBelow(endpoints.test, address) || toProductionUrl(address, own, endpoints) !== address;
}
