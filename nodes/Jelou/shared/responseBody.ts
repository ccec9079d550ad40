export const MAX_RESPONSE_MB = 10;
const MAX_RESPONSE_BYTES = MAX_RESPONSE_MB * 1024 * 1024;
/** Used in a failure in place of a network code. */
export const TOO_LARGE = 'RESPONSE_TOO_LARGE';

/** The part used here of the Node.js stream that n8n gives for a response when asked for one. */
export type ByteStream = AsyncIterable<Uint8Array>;

export function isByteStream(value: unknown): value is ByteStream {
	return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}

/**
 * Reads a body chunk by chunk, and no further than allowed: a server's stated length need not be true. Leaving the loop
 * ends the connection.
 *
 * @returns `undefined` when it is larger than `maxSize` bytes
 * @throws the network's own error when the connection is lost
 */
export async function readBytes(body: ByteStream, maxSize: number): Promise<Buffer | undefined> {
	const chunks: Uint8Array[] = [];
	let size = 0;
	for await (const chunk of body) {
		size += chunk.length;
		if (size > maxSize) return undefined;
		chunks.push(chunk);
	}
	return Buffer.concat(chunks);
}

/**
 * Reads a response's body as text. A body that is not a stream is returned as it is.
 *
 * @throws Error with the code `TOO_LARGE`, or the network's own when the connection is lost
 */
export async function readBody(body: unknown): Promise<unknown> {
	if (!isByteStream(body)) return body;
	const bytes = await readBytes(body, MAX_RESPONSE_BYTES);
	if (bytes === undefined) throw Object.assign(new Error('Response too large'), { code: TOO_LARGE });
	return new TextDecoder().decode(bytes);
}

function isDestroyable(value: unknown): value is { destroy(): void } {
	return (
		typeof value === 'object' && value !== null && 'destroy' in value && typeof value.destroy === 'function'
	);
}

/** Ends a response whose body is no longer wanted. */
export function closeBody(body: unknown): void {
	if (isDestroyable(body)) body.destroy();
}
