import type {
	IDataObject,
	IExecuteFunctions,
	IHookFunctions,
	IHttpRequestMethods,
	IHttpRequestOptions,
} from 'n8n-workflow';

import { parseBody } from './answers';
import { CREDENTIAL_NAME, type LoadedCredential } from './credential';
import { urlOf } from './endpoints';
import { toApiError, type Failure } from './errors';
import { isObject, type JelouAnswer, type JelouRequest } from './types';

export type RequestContext = IExecuteFunctions | IHookFunctions;

export interface CallOptions {
	/** How long to wait for an answer, in milliseconds. */
	timeout: number;
	/** The item that the call belongs to; absent in a trigger. */
	itemIndex?: number;
}

export const DEFAULT_TIMEOUT_MS = 30_000;

function toHttpOptions(
	credential: LoadedCredential,
	request: JelouRequest,
	timeout: number,
): IHttpRequestOptions {
	const method: IHttpRequestMethods = request.method;
	return {
		method,
		url: urlOf(credential.hosts, request),
		headers: { Accept: 'application/json', ...(request.body ? { 'Content-Type': 'application/json' } : {}) },
		// Serialised here, once: these are the bytes that are signed and sent.
		...(request.body ? { body: JSON.stringify(request.body) } : {}),
		// Every answer is read here, also an error's: n8n would repeat a call answered with 401, and its own error
		// would carry the API key.
		encoding: 'text',
		returnFullResponse: true,
		ignoreHttpStatusErrors: true,
		timeout,
	};
}

/** Finds the network code (`ECONNREFUSED`, …) in the error that n8n's request helper wraps around the client's own. */
function networkCode(error: unknown): string {
	for (let current: unknown = error, depth = 0; current instanceof Error && depth < 5; depth++) {
		if ('code' in current && typeof current.code === 'string') return current.code;
		current = current.cause;
	}
	return '';
}

/** Jelou documents no data for some calls (delete, close): a success without any body is taken for a success. */
function isBlank(body: unknown): boolean {
	return body === undefined || body === null || (typeof body === 'string' && body.trim() === '');
}

function toAnswer(envelope: IDataObject): JelouAnswer {
	return { envelope, data: isObject(envelope.data) ? envelope.data : envelope };
}

/** Makes one call and says how it went, without throwing for what Jelou or the network did. */
export async function tryCall(
	context: RequestContext,
	credential: LoadedCredential,
	request: JelouRequest,
	{ timeout }: CallOptions,
): Promise<JelouAnswer | Failure> {
	const options = toHttpOptions(credential, request, timeout);
	let response: unknown;
	try {
		response = await context.helpers.httpRequestWithAuthentication.call(context, CREDENTIAL_NAME, options, {
			credentialsDecrypted: credential.decrypted,
		});
	} catch (error) {
		return { kind: 'network', code: networkCode(error) };
	}
	if (!isObject(response) || typeof response.statusCode !== 'number') return { kind: 'network', code: '' };
	const { statusCode: status, body } = response;
	const envelope = parseBody(body);
	const isAccepted = status >= 200 && status < 300;
	if (!isAccepted || (envelope === undefined && !isBlank(body))) return { kind: 'answer', status, body };
	return toAnswer(envelope ?? {});
}

/**
 * Makes one call to Jelou.
 *
 * @throws NodeApiError when Jelou refused it or did not answer; says what to do, and holds no key, secret or signature
 * @throws InvalidUrlError when an ID cannot be part of a path
 */
export async function call(
	context: RequestContext,
	credential: LoadedCredential,
	request: JelouRequest,
	options: CallOptions,
): Promise<JelouAnswer> {
	const result = await tryCall(context, credential, request, options);
	if ('kind' in result) throw toApiError(context.getNode(), result, request, credential, options.itemIndex);
	return result;
}
