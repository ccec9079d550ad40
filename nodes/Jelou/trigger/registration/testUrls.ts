/**
 * The production URL that belongs to a test URL of n8n (`/webhook-test/…` becomes `/webhook/…`); any other URL as it
 * is. A test URL dies with its test, so it must never be put back.
 */
export function toProductionUrl(address: string): string {
	return address.replace(/\/webhook-test\//, '/webhook/');
}

/** Whether an address is a test URL of the same n8n as another. */
export function isTestUrlOf(url: string, address: string): boolean {
	if (!URL.canParse(url) || !URL.canParse(address) || toProductionUrl(address) === address) return false;
	return new URL(url).origin === new URL(address).origin;
}
