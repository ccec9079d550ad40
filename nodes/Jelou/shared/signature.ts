import { createHmac, timingSafeEqual } from 'node:crypto';

/** The header that carries a signature, in both directions (Node.js gives header names in lower case). */
export const SIGNATURE_HEADER = 'x-jelou-signature';

const SIGNATURE = /^sha256=([0-9a-fA-F]{64})$/;

function hmac(body: Buffer, secret: string): Buffer {
	// The secret looks like hex but is not decoded: Jelou uses its text, as UTF-8.
	return createHmac('sha256', secret).update(body).digest();
}

/**
 * Signs the exact bytes that are about to be sent.
 *
 * @param body the bytes of the body, as they go on the wire
 * @param secret the integration's signing secret, not empty
 * @returns the header's value, `sha256=` and 64 hex digits
 * @see Jelou's page "Webhook signature"
 */
export function sign(body: Buffer, secret: string): string {
	return `sha256=${hmac(body, secret).toString('hex')}`;
}

/** Whether a header has the form of a signature at all; anything else can be refused without looking further. */
export function isSignature(header: unknown): header is string {
	return typeof header === 'string' && SIGNATURE.test(header);
}

/**
 * Whether a body was signed with one of the secrets. Takes the same time wherever a signature differs.
 *
 * @param body the very bytes that are used afterwards
 * @param header the value of the signature header; it comes from outside, and may be anything
 * @param secrets the secrets to accept; empty ones are never accepted
 */
export function verify(body: Buffer, header: unknown, secrets: readonly string[]): boolean {
	const digits = typeof header === 'string' ? SIGNATURE.exec(header)?.[1] : undefined;
	if (digits === undefined) return false;
	const given = Buffer.from(digits, 'hex');
	return secrets.some((secret) => secret !== '' && timingSafeEqual(hmac(body, secret), given));
}

/**
 * The largest body that is serialized again, in bytes: a larger one is no event of Jelou's, and anybody can send one.
 */
const MAX_REWRITTEN = 262_144;

/**
 * What a body's signature may cover, if not the bytes as they arrived: its JSON parsed and serialized again, as in the
 * example on Jelou's page "Webhook signature", or its JSON without a byte order mark. `[]` if it is not JSON.
 */
export function otherForms(body: Buffer): Buffer[] {
	if (body.length > MAX_REWRITTEN) return [];
	const text = body.toString('utf8');
	const json = text.replace(/^\ufeff/, '');
	try {
		const again = JSON.stringify(JSON.parse(json));
		return (json === text ? [again] : [again, json]).map((form) => Buffer.from(form));
	} catch {
		// Also JSON that is nested too deeply to be serialized.
		return [];
	}
}
