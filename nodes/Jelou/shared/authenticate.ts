import type { ICredentialDataDecryptedObject, IDataObject, IHttpRequestOptions } from 'n8n-workflow';

import { readCredential } from './credential';
import { authenticationFor } from './endpoints';
import { basicOf, readPlatformCredential } from './platformCredential';
import { SIGNATURE_HEADER, sign } from './signature';
import { hasSameOrigin } from './webhookUrls';

const API_KEY_HEADER = 'x-api-key';

/** n8n's older request helper, which the HTTP Request node uses, calls the URL `uri`. */
type RequestOptions = IHttpRequestOptions & { uri?: string };

function targetUrl({ url, uri, baseURL }: RequestOptions): string {
	const address = url || uri || '';
	if (!baseURL || URL.canParse(address)) return address;
	return `${baseURL.replace(/\/+$/, '')}/${address.replace(/^\/+/, '')}`;
}

function without(ours: readonly string[], headers: IDataObject = {}): IDataObject {
	return Object.fromEntries(Object.entries(headers).filter(([name]) => !ours.includes(name.toLowerCase())));
}

function bytesOf(body: unknown): Buffer {
	if (Buffer.isBuffer(body)) return body;
	return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body ?? {}), 'utf8');
}

/**
 * Makes the timeout apply to the whole response: n8n's own only applies to a pause in it. This is done here because n8n
 * replaces a node's `abortSignal` with the execution's own.
 */
function withDeadline({ abortSignal, timeout }: RequestOptions): Pick<RequestOptions, 'abortSignal'> {
	if (!timeout) return {};
	const deadline = AbortSignal.timeout(timeout);
	return {
		abortSignal: abortSignal instanceof AbortSignal ? AbortSignal.any([abortSignal, deadline]) : deadline,
	};
}

/** Adds a deadline, and follows no redirects, because they would carry the key along. */
function guarded(requestOptions: RequestOptions): RequestOptions {
	return {
		...requestOptions,
		...withDeadline(requestOptions),
		disableFollowRedirect: true,
		maxRedirects: 0,
	};
}

/**
 * Authenticates one request to Jelou's platform API, with HTTP Basic. A request to another host is left as it is.
 *
 * @throws FieldError when a custom base URL of the credential is not a URL
 * @see Jelou's page "API introduction"
 */
export function authenticatePlatform(
	credentials: ICredentialDataDecryptedObject,
	requestOptions: RequestOptions,
): IHttpRequestOptions {
	const credential = readPlatformCredential(credentials);
	if (!hasSameOrigin(targetUrl(requestOptions), credential.baseUrls.platform)) return requestOptions;
	const headers = without(['authorization'], requestOptions.headers);
	return { ...guarded(requestOptions), headers: { ...headers, Authorization: basicOf(credential) } };
}

/**
 * Authenticates one request to Jelou: sending a message is signed, anything else at the gateway gets the API key, and
 * another host gets neither.
 *
 * The signed body becomes a Buffer: n8n's HTTP client trims white space from a text, and the bytes sent would no longer
 * be the bytes signed.
 *
 * @throws Error when a message has to be signed and no signing secret is known
 * @throws FieldError when a custom base URL of the credential is not a URL
 * @see Jelou's pages "Authentication" and "Webhook signature"
 */
export function authenticate(
	credentials: ICredentialDataDecryptedObject,
	requestOptions: RequestOptions,
): IHttpRequestOptions {
	const credential = readCredential(credentials);
	const kind = authenticationFor(credential.baseUrls, targetUrl(requestOptions));
	if (kind === 'none') return requestOptions;

	const headers = without([API_KEY_HEADER, SIGNATURE_HEADER], requestOptions.headers);
	const request = guarded(requestOptions);
	if (kind === 'apiKey') return { ...request, headers: { ...headers, [API_KEY_HEADER]: credential.apiKey } };

	if (credential.signingSecret === '') {
		throw new Error(
			'No signing secret is known in the Jelou credential. Publish a workflow with a Jelou Trigger that has it, or enter Signing Secret in it.',
		);
	}
	const body = bytesOf(requestOptions.body);
	if (!Object.keys(headers).some((name) => name.toLowerCase() === 'content-type')) {
		headers['Content-Type'] = 'application/json';
	}
	return {
		...request,
		headers: { ...headers, [SIGNATURE_HEADER]: sign(body, credential.signingSecret) },
		body,
	};
}
