import type {
	IDataObject,
	IExecuteFunctions,
	IHookFunctions,
	IHttpRequestMethods,
	IHttpRequestOptions,
	ILoadOptionsFunctions,
	IWebhookFunctions,
} from 'n8n-workflow';

import { toApiError } from './apiError';
import type { LoadedCredential } from './credential';
import { requestUrl } from './endpoints';
import { parseBody, parseList, saysFailed } from './errorResponse';
import { isObject } from './json';
import { takeTurn } from './pace';
import type { LoadedPlatformCredential } from './platformCredential';
import { RateLimit } from './rateLimit';
import { readBody } from './responseBody';
import { DEFAULT_RETRIES, asksToWait, isRetryable, retryDelay, wait } from './retry';
import type { CallResult, JelouResponse, JelouRequest } from './types';

export type RequestContext = IExecuteFunctions | IHookFunctions | ILoadOptionsFunctions | IWebhookFunctions;

/** A credential of either of Jelou's APIs, ready to be handed to n8n's request helper. */
type Sender = LoadedCredential | LoadedPlatformCredential;

export interface CallOptions {
	/** How long to wait for the whole response to one attempt, in milliseconds. */
	timeout?: number;
	/** How many times to retry a call, if it may be repeated. */
	maxRetries?: number;
	/** The item that the call belongs to; absent in a trigger. */
	itemIndex?: number;
	/** Ends the wait between attempts. */
	signal?: AbortSignal;
	/** Shared by the calls of one run, so that a wait that Jelou asks for applies to all of them. */
	rateLimit?: RateLimit;
}

export const DEFAULT_TIMEOUT_MS = 30_000;

function toHttpOptions(credential: Sender, request: JelouRequest, timeout: number): IHttpRequestOptions {
	const method: IHttpRequestMethods = request.method;
	return {
		method,
		url: requestUrl(credential.baseUrls, request),
		headers: { Accept: 'application/json', ...(request.body ? { 'Content-Type': 'application/json' } : {}) },
		// Serialised here, once: these are the bytes that are signed and sent.
		...(request.body ? { body: JSON.stringify(request.body) } : {}),
		// Every response is read here, even an error: n8n would repeat a call after a 401, and its own error would carry
		// the API key. As a stream, because n8n's client reads a body to its end, however long it is.
		encoding: 'stream',
		returnFullResponse: true,
		ignoreHttpStatusErrors: true,
		timeout,
	};
}

/**
 * Finds the network code (`ECONNREFUSED`, …) in the error that n8n's request helper wraps around the client's own. In
 * n8n 1.x that error has no cause, but has the code in place of an HTTP status.
 */
export function networkCode(error: unknown): string {
	let current = error;
	for (let depth = 0; depth < 5 && typeof current === 'object' && current !== null; depth++) {
		if ('code' in current && typeof current.code === 'string') return current.code;
		if ('httpCode' in current && typeof current.httpCode === 'string' && /^[A-Z]/.test(current.httpCode))
			return current.httpCode;
		current = 'cause' in current ? current.cause : undefined;
	}
	return '';
}

/**
 * Whether a response has no body. Jelou documents no data for some calls (delete, close), so a 2xx without one is a
 * success.
 */
function isBlank(body: unknown): boolean {
	return body === undefined || body === null || (typeof body === 'string' && body.trim() === '');
}

/** Jelou's JSON: an object or, from the platform API, also a list, which becomes `data`. */
function readEnvelope(body: unknown, { target }: JelouRequest): IDataObject | undefined {
	const list = target === 'platform' ? parseList(body) : undefined;
	return list === undefined ? parseBody(body) : { data: list };
}

function toResponse(envelope: IDataObject): JelouResponse {
	if (isObject(envelope.data)) return { envelope, data: envelope.data };
	return { envelope, data: 'statusMessage' in envelope ? {} : envelope };
}

/** The result of a call without a response. */
function lost(code: string): CallResult {
	return { ok: false, failure: { kind: 'network', code } };
}

async function attempt(
	context: RequestContext,
	credential: Sender,
	request: JelouRequest,
	options: IHttpRequestOptions,
	signal?: AbortSignal,
): Promise<CallResult> {
	if ('clientId' in credential) {
		await takeTurn(credential.clientId);
		if (signal?.aborted) return lost('ERR_CANCELED');
	}
	let response: unknown;
	let body: unknown;
	try {
		// A copy, because n8n changes the object that it is given.
		response = await context.helpers.httpRequestWithAuthentication.call(
			context,
			credential.decrypted.type,
			{ ...options },
			{ credentialsDecrypted: credential.decrypted },
		);
		body = isObject(response) ? await readBody(response.body) : undefined;
	} catch (error) {
		const code = networkCode(error);
		// For the deadline that `authenticate` sets, the client gives the same code as for a cancelled execution.
		return lost(code === 'ERR_CANCELED' && !signal?.aborted ? 'ETIMEDOUT' : code);
	}
	if (!isObject(response) || typeof response.statusCode !== 'number') return lost('');
	const { statusCode: status, headers } = response;
	const envelope = readEnvelope(body, request);
	const isAccepted = status >= 200 && status < 300;
	const isSuccess = envelope === undefined ? isBlank(body) : !saysFailed(envelope);
	if (isAccepted && isSuccess) return { ok: true, response: toResponse(envelope ?? {}) };
	const retryAfter = isObject(headers) ? headers['retry-after'] : undefined;
	return { ok: false, failure: { kind: 'response', status, body, retryAfter } };
}

/**
 * Makes a call, retrying where that is safe, and returns how it went instead of throwing for what Jelou or the network
 * did. Every attempt sends the same bytes, so a repeated message keeps its ID and signature.
 *
 * @throws FieldError when an ID cannot be part of a path
 */
export async function tryCall(
	context: RequestContext,
	credential: Sender,
	request: JelouRequest,
	{
		timeout = DEFAULT_TIMEOUT_MS,
		maxRetries = DEFAULT_RETRIES,
		signal,
		rateLimit = new RateLimit(),
	}: CallOptions = {},
): Promise<CallResult> {
	const options = toHttpOptions(credential, request, timeout);
	let last = lost('ERR_CANCELED');
	for (let failed = 0; ; failed++) {
		const result = await rateLimit.send(() => attempt(context, credential, request, options, signal), signal);
		if (result === undefined) return last;
		if (result.ok || failed >= maxRetries) return result;
		const { failure } = result;
		if (!isRetryable(failure, request.method)) return result;
		if (!asksToWait(failure)) await wait(retryDelay(failure, failed), signal);
		else if (rateLimit.isExhausted(maxRetries)) return result;
		if (signal?.aborted) return result;
		last = result;
	}
}

/**
 * Makes one call to Jelou, retrying where that is safe.
 *
 * @throws NodeApiError when Jelou rejected it or did not respond; says what to do, and contains no key, secret or signature
 * @throws FieldError when an ID cannot be part of a path
 */
export async function call(
	context: RequestContext,
	credential: Sender,
	request: JelouRequest,
	options: CallOptions = {},
): Promise<JelouResponse> {
	const result = await tryCall(context, credential, request, options);
	if (result.ok) return result.response;
	throw toApiError(context.getNode(), result.failure, request, credential, options.itemIndex);
}
