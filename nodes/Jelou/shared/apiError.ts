import { NodeApiError, NodeOperationError, type INode } from 'n8n-workflow';

import { readErrorResponse } from './errorResponse';
import type { JelouCredential } from './credential';
import type { JelouRequest } from './types';

/** A call that failed: Jelou answered with an error, or there was no answer at all. */
export type Failure =
	{ kind: 'answer'; status: number; body: unknown; retryAfter?: unknown } | { kind: 'network'; code: string };

interface Explanation {
	message: string;
	/** What to do next. */
	advice: string;
}

/** Takes the credential's secrets out of a text that came from outside. */
export function redact(text: string, secrets: readonly string[]): string {
	return secrets
		.filter((secret) => secret.length >= 4)
		.reduce((clean, secret) => clean.replaceAll(secret, '[hidden]'), text);
}

function explainStatus(status: number, target: JelouRequest['target'], fromJelou: boolean): Explanation {
	if (status === 401 || status === 403) {
		return target === 'gateway'
			? {
					message: `Jelou refused the API key (${status})`,
					advice:
						'Check API Key and Project ID in the Jelou credential: the key must belong to that project.',
				}
			: {
					message: `Jelou refused the signature (${status})`,
					advice:
						'Check Signing Secret in the Jelou credential: it must be the one of the integration that exists now.',
				};
	}
	if (status === 404 && !fromJelou) {
		return {
			message: 'This address of Jelou does not know the request (404)',
			advice:
				'Choose the other gateway path under Environment in the Jelou credential, or correct the custom URL.',
		};
	}
	if (status === 404) {
		return {
			message: 'Jelou did not find it (404)',
			advice: 'Check the IDs in the node and Project ID in the Jelou credential.',
		};
	}
	if (status === 400 || status === 422) {
		return {
			message: `Jelou refused the fields (${status})`,
			advice: 'Correct the fields named here and run again.',
		};
	}
	if (status === 409) {
		return {
			message: 'It exists already in Jelou (409)',
			advice: 'Get or update it instead of creating it.',
		};
	}
	if (status === 429) {
		return { message: 'Jelou is receiving too many requests (429)', advice: 'Wait a little and run again.' };
	}
	if (status >= 300 && status < 400) {
		return {
			message: `Jelou answered with a redirect (${status})`,
			advice:
				'Redirects are not followed, to keep the API key safe. Correct the URLs in the Jelou credential.',
		};
	}
	if (status >= 500) {
		return {
			message: `Jelou could not process the request (${status})`,
			advice: 'Wait a little and run again.',
		};
	}
	if (status >= 200 && status < 300) {
		return {
			message: 'Jelou answered with something that is not JSON',
			advice: 'Check the URLs in the Jelou credential: another service may be answering.',
		};
	}
	return { message: `Jelou answered with status ${status}`, advice: 'Check the fields of the node.' };
}

function explainNetwork(code: string, host: string): Explanation {
	const where = 'Check the URLs in the Jelou credential and that n8n can reach this host.';
	if (code === 'ECONNREFUSED') return { message: `${host} refused the connection`, advice: where };
	if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
		return { message: `The host ${host} was not found`, advice: where };
	}
	if (code === 'ECONNABORTED' || code === 'ETIMEDOUT') {
		return {
			message: `${host} did not answer in time`,
			advice: 'It is unknown whether Jelou processed the request. Look in Jelou before you run it again.',
		};
	}
	if (/CERT|SSL|TLS|SELF_SIGNED/.test(code)) {
		return {
			message: `The certificate of ${host} is not valid`,
			advice: 'Check the URLs in the Jelou credential, and any proxy between n8n and Jelou.',
		};
	}
	return {
		message: `The connection to ${host} broke`,
		advice: 'It is unknown whether Jelou processed the request. Look in Jelou before you run it again.',
	};
}

/**
 * Turns a failed call into the error that the user reads: what happened, Jelou's own words, the fields, the next step.
 * The HTTP client's error is not attached, because it carries the request's headers, and the key with them.
 */
export function toApiError(
	node: INode,
	failure: Failure,
	request: JelouRequest,
	credential: JelouCredential,
	itemIndex?: number,
): NodeApiError {
	const host = new URL(credential.baseUrls[request.target]).host;
	const refusal = failure.kind === 'answer' ? readErrorResponse(failure.body) : undefined;
	const explanation =
		failure.kind === 'answer'
			? explainStatus(failure.status, request.target, refusal?.isEnvelope ?? false)
			: explainNetwork(failure.code, host);
	const authorization = request.body?.authorization;
	const hidden = [credential.apiKey, credential.signingSecret];
	if (typeof authorization === 'string') hidden.push(authorization);
	const said = redact(
		[refusal?.message, refusal?.code && `(${refusal.code})`].filter(Boolean).join(' '),
		hidden,
	);
	const fields = redact((refusal?.fields ?? []).join('; '), hidden);
	const description = [
		said && `Jelou says: ${said}.`,
		fields && `Fields: ${fields}.`,
		explanation.advice,
		failure.kind === 'network' && failure.code && `(${failure.code})`,
	];
	// A network code must stay out of the first argument: n8n would replace the message by its own for that code.
	return new NodeApiError(
		node,
		{ message: explanation.message },
		{
			message: explanation.message,
			description: description.filter(Boolean).join(' ').replaceAll('..', '.'),
			...(failure.kind === 'answer' ? { httpCode: String(failure.status) } : {}),
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
