import { NodeApiError, NodeOperationError, type INode } from 'n8n-workflow';

import type { JelouCredential } from './credential';
import { requestUrl } from './endpoints';
import { readErrorResponse, sentence } from './errorResponse';
import { explainNetwork, explainStatus } from './explanations';
import { basicOf, type PlatformCredential } from './platformCredential';
import { sign } from './signature';
import type { Failure, JelouRequest } from './types';

/** A credential of either of Jelou's APIs. */
type AnyCredential = JelouCredential | PlatformCredential;

/** A signature, in a header or percent-encoded in a URL. */
const ANY_SIGNATURE = /sha256(=|%3D)[0-9a-f]{64}/gi;

/** Removes secrets, and everything that looks like a signature, from a text that came from outside. */
export function redact(text: string, secrets: readonly string[]): string {
	return secrets
		.filter((secret) => secret.length >= 4)
		.reduce((clean, secret) => clean.replaceAll(secret, '[hidden]'), text)
		.replaceAll(ANY_SIGNATURE, '[hidden]');
}

/** What an error must not repeat: the credential's secrets, and those in the request, such as its signature. */
function secretsOf({ target, body }: JelouRequest, credential: AnyCredential): string[] {
	if ('clientSecret' in credential)
		return [credential.clientSecret, basicOf(credential).slice('Basic '.length)];
	const { apiKey, signingSecret } = credential;
	const secrets = [apiKey, signingSecret];
	if (typeof body?.authorization === 'string') secrets.push(body.authorization);
	if (target === 'chatbot' && body && signingSecret !== '') {
		const digest = sign(Buffer.from(JSON.stringify(body)), signingSecret).replace('sha256=', '');
		secrets.push(digest, digest.toUpperCase());
	}
	return secrets;
}

/**
 * Turns a failed call into the error that the user reads: what happened, what Jelou says, the fields, the next step.
 * The HTTP client's error is not attached, because it carries the request's headers, and the key with them.
 */
export function toApiError(
	node: INode,
	failure: Failure,
	request: JelouRequest,
	credential: AnyCredential,
	itemIndex?: number,
): NodeApiError {
	const host = new URL(requestUrl(credential.baseUrls, request)).host;
	const response = readErrorResponse(failure.kind === 'response' ? failure.body : undefined);
	const { message, advice: next } =
		failure.kind === 'response'
			? explainStatus(failure, response, request)
			: explainNetwork(failure.code, host, request);
	const isPlatform = request.target === 'platform';
	const advice = isPlatform
		? next.replace('the Jelou credential', 'the Jelou Platform API credential')
		: next;
	const secrets = secretsOf(request, credential);
	const said = redact(
		[response.message, response.code && `(${response.code})`].filter(Boolean).join(' '),
		secrets,
	);
	const fields = redact(response.fields.join('; '), secrets);
	const description = [
		said && `Jelou says: ${sentence(said)}`,
		fields && `Fields: ${sentence(fields)}`,
		advice,
		failure.kind === 'network' && failure.code && `(${failure.code})`,
	];
	// A network code must stay out of the first argument: n8n would replace the message with its own for that code.
	return new NodeApiError(
		node,
		{ message },
		{
			message,
			description: description.filter(Boolean).join(' '),
			...(failure.kind === 'response' ? { httpCode: String(failure.status) } : {}),
			...(itemIndex === undefined ? {} : { itemIndex }),
		},
	);
}

/** An error in what the user entered, found before anything was sent. */
export function toFieldError(node: INode, problem: { message: string; advice: string }, itemIndex?: number) {
	return new NodeOperationError(node, problem.message, {
		description: problem.advice,
		...(itemIndex === undefined ? {} : { itemIndex }),
	});
}
