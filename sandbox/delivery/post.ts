import { request, type Dispatcher } from 'undici';

/** How much of a response is read, in bytes; hardly anyone needs more. */
const READ = 8192;

export interface WebhookResponse {
	status: number;
	headers: Record<string, string | string[] | undefined>;
	/** Its beginning. */
	body: string;
}

interface Post {
	url: string;
	body: Uint8Array | string | undefined;
	headers: Record<string, string>;
	timeoutMs: number;
	/** How much of the response is read, in bytes; 8 kB when absent. */
	maxBytes?: number;
	/** Ends it early when the sandbox is closed. */
	closing: AbortSignal;
}

/**
 * Posts once, on a connection of its own, without following redirects. The time limit covers everything, from connecting
 * to the end of the response. Throws when there is no response.
 */
export async function post(
	dispatcher: Dispatcher,
	{ url, body, headers, timeoutMs, maxBytes = READ, closing }: Post,
): Promise<WebhookResponse> {
	const signal = AbortSignal.any([AbortSignal.timeout(timeoutMs), closing]);
	const answer = await request(url, { method: 'POST', dispatcher, headers, body, signal, reset: true });
	const chunks: Buffer[] = [];
	let length = 0;
	const content: AsyncIterable<Buffer> = answer.body;
	for await (const chunk of content) {
		chunks.push(chunk);
		length += chunk.length;
		if (length >= maxBytes) break;
	}
	return {
		status: answer.statusCode,
		headers: answer.headers,
		body: Buffer.concat(chunks).subarray(0, maxBytes).toString('utf8'),
	};
}
