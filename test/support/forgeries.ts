import { createHash, createHmac } from 'node:crypto';

/**
 * Every known way to forge a delivery: for the signature itself, for the trigger in n8n's engine, for a real n8n, and as
 * material for random tests.
 */

const hmac = (body: Uint8Array, key: string | Buffer, hash = 'sha256') =>
	createHmac(hash, key).update(body).digest('hex');

export function sign(body: Uint8Array | string, secret: string): string {
	return `sha256=${hmac(Buffer.from(body), secret)}`;
}

/** Signatures of the right form that are made in a wrong way. */
export const SIGNINGS = {
	'over nothing': (_body, secret) => sign('', secret),
	'with another secret': (body, secret) => sign(body, `${secret}0`),
	'with an empty secret': (body) => sign(body, ''),
	'with "undefined" as secret': (body) => sign(body, 'undefined'),
	'with the bytes that the digits of the secret stand for': (body, secret) =>
		`sha256=${hmac(body, Buffer.from(secret, 'hex'))}`,
	'with SHA-1': (body, secret) => `sha256=${hmac(body, secret, 'sha1')}`,
	'with SHA-512': (body, secret) => `sha256=${hmac(body, secret, 'sha512')}`,
	'as a hash without a secret': (body) => `sha256=${createHash('sha256').update(body).digest('hex')}`,
	reversed: (body, secret) => `sha256=${[...hmac(body, secret)].reverse().join('')}`,
} satisfies Record<string, (body: Buffer, secret: string) => string>;

const replaced = (text: string, index: number, letter: string) =>
	`${text.slice(0, index)}${letter}${text.slice(index + 1)}`;

/** Wrong headers made from the right one; `at` says where, for those that change one place. */
export const HEADERS = {
	'one digit other': (right, at) => {
		const place = 7 + (at % 64);
		return replaced(right, place, right[place] === '0' ? '1' : '0');
	},
	'one digit less': (right) => right.slice(0, -1),
	'one digit more': (right) => `${right}0`,
	'no prefix': (right) => right.slice(7),
	'nothing after the prefix': () => 'sha256=',
	'prefix twice': (right) => `sha256=${right}`,
	'prefix in upper case': (right) => `SHA256=${right.slice(7)}`,
	'prefix with a colon': (right) => `sha256:${right.slice(7)}`,
	'other prefix': (right, at) => `${['sha1', 'sha512', 'none', 'v1', ''][at % 5] ?? ''}=${right.slice(7)}`,
	'space before it': (right) => ` ${right}`,
	'space after it': (right) => `${right} `,
	'line feed after it': (right) => `${right}\n`,
	'NUL after it': (right) => `${right}\u0000`,
	'fullwidth digits': (right) =>
		right.replace(/\d(?=[^=]*$)/g, (digit) => String.fromCharCode(0xff10 + Number(digit))),
	'no-break space': (right, at) => replaced(right, 7 + (at % 64), '\u00a0'),
	// Headers travel as Latin-1, so this is how "é" arrives.
	'not ASCII': () => `sha256=${'\u00e9'.repeat(64)}`,
	'not hex': () => `sha256=${'z'.repeat(64)}`,
	base64: (right) => `sha256=${Buffer.from(right.slice(7), 'hex').toString('base64')}`,
	quoted: (right) => `"${right}"`,
	twice: (right) => `${right}, ${right}`,
	'after a wrong one': (right) => `sha256=${'0'.repeat(64)}, ${right}`,
	'in a list': (right) => [right],
	'in an object': (right) => ({ toString: () => right, length: right.length }),
	empty: () => '',
	zeros: () => `sha256=${'0'.repeat(64)}`,
	absent: () => undefined,
	null: () => null,
	'a number': (_right, at) => at,
	'a boolean': () => true,
	'very long': (right) => right + 'a'.repeat(100_000),
} satisfies Record<string, (right: string, at: number) => unknown>;

/** One request that must not start a workflow, as it can be put on the wire. */
interface Forgery {
	name: string;
	body?: string;
	/** The signature header; null for none. */
	signature: string | null;
	headers?: Record<string, string>;
}

/** Whether a header arrives as it was sent: HTTP trims white space, and has limits. */
function canTravel(header: unknown): header is string {
	return (
		typeof header === 'string' &&
		/^(?:[!-~\x80-\xff](?:[ -~\x80-\xff]{0,7000}[!-~\x80-\xff])?)?$/.test(header)
	);
}

/** The forgeries that can be put on the wire, made from a genuine body, which is a JSON object, and the real secret. */
export function forgeries(body: string, secret: string): Forgery[] {
	const right = sign(body, secret);
	const written = JSON.stringify(JSON.parse(body));
	const form = `--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n${body}\r\n--x--\r\n`;
	/** Each signature is made from the right one over these bytes. */
	const over = (signed: string, where: string): Forgery[] => [
		...Object.entries(HEADERS).flatMap(([name, forge]) => {
			const signature: unknown = forge(sign(signed, secret), 0);
			return canTravel(signature) ? [{ name: `${name}${where}`, body, signature }] : [];
		}),
		...Object.entries(SIGNINGS).map(([name, forge]) => ({
			name: `signed ${name}${where}`,
			body,
			signature: forge(Buffer.from(signed), secret),
		})),
	];
	/** The body with something added before its end, which the signature does not cover. */
	const added = (name: string, more: string): Forgery => ({
		name: `${name}, signed over the JSON without it`,
		body: body.replace(/\}\s*$/, `,${more}}`),
		signature: sign(written, secret),
	});
	return [
		{ name: 'no signature', body, signature: null },
		...over(body, ''),
		...over(written, ', over the JSON written again'),
		{ name: 'another body', body: body.replace('Hola', 'Hole'), signature: right },
		{
			name: 'another body, signed over the JSON written again',
			body: body.replace('Hola', 'Hole'),
			signature: sign(written, secret),
		},
		added('a key twice', '"room_id":"another"'),
		added('__proto__', '"__proto__":{"event":"conversation.close"}'),
		{ name: 'the body serialized again', body: JSON.stringify(JSON.parse(body), null, 1), signature: right },
		{
			name: 'a text body with the signature of another',
			body: 'just text',
			signature: right,
			headers: { 'Content-Type': 'text/plain' },
		},
		{
			name: 'a text body, signed as JSON would be',
			body: 'just text',
			signature: sign('"just text"', secret),
			headers: { 'Content-Type': 'text/plain' },
		},
		{ name: 'no body', signature: right },
		{ name: 'no body, signed with another secret', signature: sign('', `${secret}0`) },
		{
			name: 'multipart, signed over its bytes',
			body: form,
			signature: sign(form, secret),
			headers: { 'Content-Type': 'multipart/form-data; boundary=x' },
		},
	];
}

/** A message event without its ID, by which a repetition is recognised: each delivery of it is a new message. */
export const withoutMessageId = (event: string): string => event.replace(/"id":\s*"MESSAGE_ID",\s*/, '');
