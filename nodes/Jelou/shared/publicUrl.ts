/** Names that are only known inside a network (RFC 6761, 6762, 8375, and what routers use). */
const LOCAL_NAME = /(^|\.)(localhost|local|localdomain|internal|intranet|lan|home|home\.arpa)$/;
const IP_V4 = /^(\d+\.){3}\d+$/;
/** Ranges that are not routed on the internet (RFC 6890), and those that are not for hosts. */
const PRIVATE_IP_V4 =
	/^(0|10|127|22[4-9]|2[3-5]\d|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])|169\.254|172\.(1[6-9]|2\d|3[01])|192\.(0|168)|198\.1[89])\./;
/** Everything that is routed on the internet is in 2000::/3 (RFC 4291). */
const PUBLIC_IP_V6 = /^\[[23][0-9a-f]{3}:/;

/**
 * Whether a URL's host is this machine or in its network, as far as the URL itself shows: a name that resolves to a
 * private address is not recognized.
 */
export function isPrivateHost({ hostname }: URL): boolean {
	if (hostname.startsWith('[')) return !PUBLIC_IP_V6.test(hostname);
	if (IP_V4.test(hostname)) return PRIVATE_IP_V4.test(hostname);
	const name = hostname.replace(/\.$/, '');
	// A name without a dot is only known inside a network.
	return !name.includes('.') || LOCAL_NAME.test(name);
}

/** Whether Jelou, out on the internet, could reach this URL: HTTPS, and no private host. */
export function isPublicHttps(address: string): boolean {
	if (!URL.canParse(address)) return false;
	const url = new URL(address);
	return url.protocol === 'https:' && !isPrivateHost(url);
}

/** The host to name in a message, without the path: the path of a webhook URL is a secret of its workflow. */
export function hostOf(address: string): string {
	return URL.canParse(address) ? new URL(address).host : 'an address that is not a URL';
}
