import { NodeOperationError, type IHookFunctions } from 'n8n-workflow';

import { readErrorResponse } from '../../shared/errorResponse';
import type { LoadedCredential } from '../../shared/credential';
import { toApiError } from '../../shared/apiError';
import { projectPath } from '../../shared/endpoints';
import { isRetryable, retryDelay } from '../../shared/retry';
import { call, tryCall } from '../../shared/transport';
import type { Failure, Integration, JelouAnswer, JelouRequest } from '../../shared/types';

function request(
	credential: LoadedCredential,
	method: JelouRequest['method'],
	webhookUrl?: string,
): JelouRequest {
	return {
		target: 'gateway',
		method,
		path: projectPath(credential.projectId),
		...(webhookUrl === undefined ? {} : { body: { webhookUrl } }),
	};
}

function toIntegration({ data }: JelouAnswer): Integration {
	const { createdAt, signingSecret, webhookUrl } = data;
	return {
		webhookUrl: typeof webhookUrl === 'string' ? webhookUrl : '',
		...(typeof createdAt === 'string' && createdAt !== '' ? { createdAt } : {}),
		...(typeof signingSecret === 'string' && signingSecret !== '' ? { signingSecret } : {}),
	};
}

/** Whether Jelou itself says that the project has no integration. Any other 404 says nothing. */
function isNotFound(failure: Failure): boolean {
	return failure.kind === 'answer' && failure.status === 404 && readErrorResponse(failure.body).isEnvelope;
}

/**
 * Reads the project's integration (Jelou's page "Get integration"); `undefined` when it has none.
 *
 * @throws NodeApiError for every other failure, also for a 404 that is not Jelou's own
 */
export async function getIntegration(
	context: IHookFunctions,
	credential: LoadedCredential,
): Promise<Integration | undefined> {
	const get = request(credential, 'GET');
	const result = await tryCall(context, credential, get);
	if (result.ok) return toIntegration(result.answer);
	if (isNotFound(result.failure)) return undefined;
	throw toApiError(context.getNode(), result.failure, get, credential);
}

type Creation =
	| { ok: true; signingSecret: string; createdAt: string | undefined }
	| {
			ok: false;
			/** `rejected`: Jelou did not create it. `unanswered`: it may have, and its secret is lost then. */
			reason: 'rejected' | 'unanswered';
			error: Error;
			/** How long to wait before another attempt, where one may help. */
			retryAfterMs?: number;
	  };

/**
 * Creates the integration (Jelou's page "Create integration"); its secret is shown this once. One attempt: what another
 * one may do depends on what is there by then.
 */
export async function createIntegration(
	context: IHookFunctions,
	credential: LoadedCredential,
	webhookUrl: string,
): Promise<Creation> {
	const post = request(credential, 'POST', webhookUrl);
	const result = await tryCall(context, credential, post, { maxRetries: 0 });
	if (!result.ok) {
		const { failure } = result;
		const canRetry = isRetryable(failure, false);
		// A 503 does not say that nothing was processed: a proxy may have lost the answer.
		const isRejected = failure.kind === 'network' ? canRetry : failure.status >= 300 && failure.status < 500;
		return {
			ok: false,
			reason: isRejected ? 'rejected' : 'unanswered',
			error: toApiError(context.getNode(), failure, post, credential),
			...(canRetry ? { retryAfterMs: retryDelay(failure, 0) } : {}),
		};
	}
	const { createdAt, signingSecret } = toIntegration(result.answer);
	if (signingSecret !== undefined) return { ok: true, signingSecret, createdAt };
	const error = new NodeOperationError(context.getNode(), 'Jelou answered without a signing secret');
	return { ok: false, reason: 'unanswered', error };
}

/** Gives the integration another webhook URL; its secret stays (Jelou's page "Update integration"). */
export async function updateIntegration(
	context: IHookFunctions,
	credential: LoadedCredential,
	webhookUrl: string,
): Promise<void> {
	await call(context, credential, request(credential, 'PATCH', webhookUrl));
}

/**
 * Deletes the integration, and its secret with it, for good.
 *
 * @returns whether Jelou deleted it; false when it says that there is none
 */
export async function deleteIntegration(
	context: IHookFunctions,
	credential: LoadedCredential,
): Promise<boolean> {
	const remove = request(credential, 'DELETE');
	const result = await tryCall(context, credential, remove);
	if (result.ok) return true;
	if (isNotFound(result.failure)) return false;
	throw toApiError(context.getNode(), result.failure, remove, credential);
}
