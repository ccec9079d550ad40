/**
 * The production URL that belongs to a test URL of n8n (`/webhook-test/…` becomes `/webhook/…`); any other URL as it
 * is. A test URL dies with its test, so it must never be put back.
 */
export function toProductionUrl(address: string): string {
	return address.replace(/\/webhook-test\//, '/webhook/');
}

/** Whether two addresses are of the same host, and so of the same n8n. */
export function hasSameOrigin(one: string, other: string): boolean {
	return URL.canParse(one) && URL.canParse(other) && new URL(one).origin === new URL(other).origin;
}

/** Whether an address is a test URL of the same n8n as another. */
export function isTestUrlOf(url: string, address: string): boolean {
	return toProductionUrl(address) !== address && hasSameOrigin(url, address);
}
