const PRIVATE_HOST =
	/^(localhost|.*\.localhost|.*\.local|.*\.internal|0\.|10\.|127\.|169\.254\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.|\[::|\[f[cd]|\[fe80)/i;
const IP_V4 = /^\d+\.\d+\.\d+\.\d+$/;

/** Whether Jelou, out on the internet, could post to this URL: HTTPS, and not an address of this machine or network. */
export function isPublicHttps(address: string): boolean {
	if (!URL.canParse(address)) return false;
	const { protocol, hostname } = new URL(address);
	if (protocol !== 'https:' || PRIVATE_HOST.test(hostname)) return false;
	// A name without a dot is only known inside a network.
	return hostname.includes('.') || hostname.startsWith('[') || IP_V4.test(hostname);
}

/** The host to name in a message, without the path: the path of a webhook URL is a secret of its workflow. */
export function hostOf(address: string): string {
	return URL.canParse(address) ? new URL(address).host : 'an address that is not a URL';
}

/**
 * The production URL that belongs to a test URL of n8n (`/webhook-test/…` becomes `/webhook/…`); any other URL as it
 * is. A test URL dies with its test, so it must never be put back.
 */
export function productionTwin(address: string): string {
	return address.replace(/\/webhook-test\//, '/webhook/');
}
