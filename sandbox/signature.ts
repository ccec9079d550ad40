import { createHmac, timingSafeEqual } from 'node:crypto';

/** The header that carries the signature, in both directions. */
export const SIGNATURE_HEADER = 'X-Jelou-Signature';

/**
 * The value of the signature header: `sha256=` and the hex HMAC-SHA256 of exactly these bytes. The secret looks like hex
 * but is used as UTF-8 text (Jelou's documentation, "External support panel").
 */
export function sign(body: string | Uint8Array, secret: string): string {
	return `sha256=${createHmac('sha256', Buffer.from(secret, 'utf8')).update(body).digest('hex')}`;
}

/** Whether `header` signs these raw bytes. Compares in constant time. */
export function verify(body: Uint8Array, secret: string, header: string): boolean {
	const expected = Buffer.from(sign(body, secret));
	const given = Buffer.from(header);
	return given.length === expected.length && timingSafeEqual(given, expected);
}
