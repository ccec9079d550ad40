import { BlockList, isIP } from 'node:net';

/** Addresses that cannot be reached from the internet: loopback, private, link-local, carrier-grade NAT, unspecified. */
const notPublic = new BlockList();
for (const [network, prefix] of [
	['0.0.0.0', 8],
	['10.0.0.0', 8],
	['100.64.0.0', 10],
	['127.0.0.0', 8],
	['169.254.0.0', 16],
	['172.16.0.0', 12],
	['192.168.0.0', 16],
] as const) {
	notPublic.addSubnet(network, prefix, 'ipv4');
}
for (const [network, prefix] of [
	['::', 96],
	['::ffff:0:0', 96],
	['fc00::', 7],
	['fe80::', 10],
] as const) {
	notPublic.addSubnet(network, prefix, 'ipv6');
}

function isPublicHost(hostname: string): boolean {
	const host = hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
	const version = isIP(host);
	if (version !== 0) return !notPublic.check(host, version === 6 ? 'ipv6' : 'ipv4');
	return host.includes('.') && !/\.(localhost|local|internal|lan|home\.arpa)$/.test(host);
}

function parse(url: string, scheme: RegExp): URL | null {
	return scheme.test(url) && URL.canParse(url) ? new URL(url) : null;
}

/** What Jelou requires for media: an absolute HTTPS URL. */
export function isHttpsUrl(url: string): boolean {
	return parse(url, /^https:\/\/\S+$/i) !== null;
}

/** What the sandbox also accepts for media when `allowInsecureWebhooks` is set: a file that only this machine can reach. */
export function isHttpsOrLocalUrl(url: string): boolean {
	const parsed = parse(url, /^http:\/\/\S+$/i);
	return isHttpsUrl(url) || (parsed !== null && !isPublicHost(parsed.hostname));
}

/** What Jelou requires for a webhook: HTTPS, on an address that its servers can reach. */
export function isPublicHttpsUrl(url: string): boolean {
	const parsed = parse(url, /^https:\/\/\S+$/i);
	return parsed !== null && isPublicHost(parsed.hostname);
}

/** What the sandbox also accepts for a webhook when `allowInsecureWebhooks` is set. */
export function isHttpUrl(url: string): boolean {
	return parse(url, /^https?:\/\/\S+$/i) !== null;
}
