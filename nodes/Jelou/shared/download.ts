import type { IDataObject, IWebhookFunctions } from 'n8n-workflow';

import { hostOf, isPrivateHost } from './publicUrl';
import { isObject } from './json';
import { MediaError } from './errors';
import { isByteStream, readBytes, type ByteStream } from './responseBody';

export interface MediaOptions {
	/** The most bytes to fetch. */
	maxSize: number;
	/** For the whole download, in milliseconds: an integer. */
	timeout: number;
	/**
	 * Whether plain HTTP and private addresses are allowed: only if the credential's own gateway has a private address.
	 */
	allowPrivate: boolean;
}

interface Download {
	bytes: Buffer;
	/** The header as the server sent it; may be anything. */
	contentType: unknown;
}

interface MediaResponse {
	status: number;
	headers: IDataObject;
	body: ByteStream;
}

const MAX_REDIRECTS = 5;
const REDIRECTS = [301, 302, 303, 307, 308];
const MEGABYTE = 1024 * 1024;

/** Checks an address, and removes any user name and password from it. */
function allowedAddress(address: string, allowPrivate: boolean): string {
	if (!URL.canParse(address)) throw new MediaError('its URL is not valid');
	const url = new URL(address);
	if (url.protocol !== 'https:' && !(allowPrivate && url.protocol === 'http:')) {
		throw new MediaError(`its URL${url.host && ` at ${url.host}`} is not HTTPS`);
	}
	if (!allowPrivate && isPrivateHost(url)) {
		throw new MediaError(`${url.host} is a private network address`);
	}
	url.username = '';
	url.password = '';
	return url.href;
}

async function fetchOnce(
	context: IWebhookFunctions,
	address: string,
	signal: AbortSignal,
): Promise<MediaResponse> {
	// Without the credential: the address is whatever the message says. Redirects are followed by hand, because n8n would
	// follow one to anywhere. Errors are dropped, because their messages may contain the whole URL.
	const response: unknown = await context.helpers
		.httpRequest({
			method: 'GET',
			url: address,
			headers: { Accept: '*/*' },
			encoding: 'stream',
			returnFullResponse: true,
			ignoreHttpStatusErrors: true,
			disableFollowRedirect: true,
			maxRedirects: 0,
			abortSignal: signal,
		})
		.catch(() => undefined);
	const { body, headers, statusCode } = isObject(response) ? response : {};
	const stream: unknown = body;
	if (!isByteStream(stream)) throw new MediaError(`${hostOf(address)} could not be reached`);
	return { status: Number(statusCode), headers: isObject(headers) ? headers : {}, body: stream };
}

async function readFile({ body, headers }: MediaResponse, host: string, maxSize: number): Promise<Buffer> {
	const isStatedTooLarge = Number(headers['content-length']) > maxSize;
	const bytes = isStatedTooLarge
		? undefined
		: await readBytes(body, maxSize).catch(() => {
				throw new MediaError(`the connection to ${host} was lost`);
			});
	if (bytes?.length === 0) throw new MediaError(`the file at ${host} is empty`);
	if (bytes) return bytes;
	const limit = maxSize >= MEGABYTE ? `${+(maxSize / MEGABYTE).toFixed(1)} MB` : `${maxSize} bytes`;
	throw new MediaError(`the file at ${host} is larger than ${limit}`);
}

/**
 * Fetches a file from an address that came from outside.
 *
 * @throws MediaError when the address is not allowed, or the file is empty, too large, or not received whole and in
 * time
 */
export async function download(
	context: IWebhookFunctions,
	address: string,
	{ allowPrivate, maxSize, timeout }: MediaOptions,
): Promise<Download> {
	const deadline = AbortSignal.timeout(timeout);
	const closing = new AbortController();
	let current = address;
	const follow = async (): Promise<Download> => {
		for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
			current = allowedAddress(current, allowPrivate);
			const response = await fetchOnce(context, current, closing.signal);
			const { headers, status } = response;
			if (status >= 200 && status < 300) {
				const bytes = await readFile(response, hostOf(current), maxSize);
				return { bytes, contentType: headers['content-type'] };
			}
			const { location } = headers;
			if (!REDIRECTS.includes(status) || typeof location !== 'string') {
				throw new MediaError(`${hostOf(current)} answered ${status}`);
			}
			if (!URL.canParse(location, current)) {
				throw new MediaError(`${hostOf(current)} redirected to a URL that is not valid`);
			}
			current = new URL(location, current).href;
		}
		throw new MediaError(`${hostOf(address)} redirected more than ${MAX_REDIRECTS} times`);
	};
	// Raced, not given to the request, so that the deadline holds whatever n8n is busy with.
	const tooLate = new Promise<never>((_resolve, reject) => {
		deadline.addEventListener('abort', () => {
			reject(
				new MediaError(`${hostOf(current)} did not send the whole file within ${timeout / 1_000} seconds`),
			);
		});
	});
	try {
		return await Promise.race([follow(), tooLate]);
	} finally {
		// Closes what is still open. Destroying the stream would not: n8n's HTTP client wraps it, and if nothing was read
		// from the wrapper, the connection stays open.
		closing.abort();
	}
}
