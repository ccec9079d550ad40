/** Names that are only known inside a network (RFC 6761, 6762, 8375, and what routers use). */
const LOCAL_NAME = /(^|\.)(localhost|local|localdomain|internal|intranet|lan|home|home\.arpa)$/;
const IP_V4 = /^(\d+)\.(\d+)\.\d+\.\d+$/;
/** Everything that is routed on the internet is in 2000::/3 (RFC 4291). */
const PUBLIC_IP_V6 = /^\[[23][0-9a-f]{3}:/;

/** Ranges that are not routed on the internet (RFC 6890), and those that are no hosts. */
function isPublicIpV4(first: number, second: number): boolean {
	if (first === 0 || first === 10 || first === 127 || first >= 224) return false;
	if (first === 100) return second < 64 || second > 127;
	if (first === 169) return second !== 254;
	if (first === 172) return second < 16 || second > 31;
	if (first === 192) return second !== 168 && second !== 0;
	if (first === 198) return second !== 18 && second !== 19;
	return true;
}

/**
 * Whether a URL's host is this machine or in its network. Goes by what the URL says: a name that resolves to a private
 * address cannot be recognized here.
 */
export function isPrivateHost({ hostname }: URL): boolean {
	if (hostname.startsWith('[')) return !PUBLIC_IP_V6.test(hostname);
	const ip = IP_V4.exec(hostname);
	if (ip) return !isPublicIpV4(Number(ip[1]), Number(ip[2]));
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
