import { createHmac } from 'node:crypto';

/** One request that must not start a workflow. */
export interface Forgery {
	name: string;
	body?: string | Uint8Array;
	/** The signature header; null for none. */
	signature: string | null;
	headers?: Record<string, string>;
}

const sign = (body: string | Uint8Array, secret: string) =>
	`sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;

/** Every way that is known to forge a delivery, made from a genuine body and the real secret. */
export function forgeries(body: string, secret: string): Forgery[] {
	const right = sign(body, secret);
	const form = `--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n${body}\r\n--x--\r\n`;
	return [
		{ name: 'no header', body, signature: null },
		{ name: 'wrong secret', body, signature: sign(body, `${secret}0`) },
		{ name: 'empty', body, signature: '' },
		{ name: 'no prefix', body, signature: right.slice('sha256='.length) },
		{ name: 'other prefix', body, signature: right.replace('sha256', 'sha1') },
		{ name: 'truncated', body, signature: right.slice(0, -1) },
		{ name: 'longer', body, signature: `${right}0` },
		{ name: 'another body', body: body.replace('Hola', 'Hole'), signature: right },
		{ name: 'signed with an empty secret', body, signature: sign(body, '') },
		{ name: 'signed with "undefined"', body, signature: sign(body, 'undefined') },
		// Headers travel as Latin-1, so this is what arrives of "é".
		{ name: 'not ASCII', body, signature: `sha256=${'\u00e9'.repeat(64)}` },
		{
			name: 'text body with the signature of another',
			body: 'just text',
			signature: right,
			headers: { 'Content-Type': 'text/plain' },
		},
		{ name: 'no body', signature: right },
		{ name: 'no body, signed as such', signature: sign('', `${secret}0`) },
		{
			name: 'multipart, signed over its bytes',
			body: form,
			signature: sign(form, secret),
			headers: { 'Content-Type': 'multipart/form-data; boundary=x' },
		},
	];
}
