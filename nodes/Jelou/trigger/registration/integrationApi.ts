import { NodeOperationError, type IHookFunctions } from 'n8n-workflow';

import { readErrorResponse } from '../../shared/errorResponse';
import type { LoadedCredential } from '../../shared/credential';
import { toApiError } from '../../shared/apiError';
import { DEFAULT_TIMEOUT_MS, call, tryCall } from '../../shared/transport';
import type { Integration, JelouAnswer, JelouRequest } from '../../shared/types';

const OPTIONS = { timeout: DEFAULT_TIMEOUT_MS, maxRetries: 2 };

function request(
	credential: LoadedCredential,
	method: JelouRequest['method'],
	webhookUrl?: string,
): JelouRequest {
	return {
		target: 'gateway',
		method,
		path: ['v1', 'external-support', credential.projectId],
		...(webhookUrl === undefined ? {} : { body: { webhookUrl } }),
	};
}

function toIntegration({ data }: JelouAnswer): Integration {
	const { webhookUrl, signingSecret } = data;
	return {
		webhookUrl: typeof webhookUrl === 'string' ? webhookUrl : '',
		...(typeof signingSecret === 'string' && signingSecret !== '' ? { signingSecret } : {}),
	};
}

/**
 * Reads the project's integration (Jelou's page "Get integration"); `undefined` when it has none.
 *
 * @throws NodeApiError for every other failure, also for a 404 that is not Jelou's own: that one says nothing
 */
export async function getIntegration(
	context: IHookFunctions,
	credential: LoadedCredential,
): Promise<Integration | undefined> {
	const get = request(credential, 'GET');
	const result = await tryCall(context, credential, get, OPTIONS);
	if (!('kind' in result)) return toIntegration(result);
	if (result.kind === 'answer' && result.status === 404 && readErrorResponse(result.body).isEnvelope)
		return undefined;
	throw toApiError(context.getNode(), result, get, credential);
}

/**
 * Creates the integration (Jelou's page "Create integration") and returns its secret, which is shown this once;
 * `undefined` when another process of this n8n has just created it with the same URL, and so was shown the secret.
 *
 * @throws NodeApiError when Jelou refuses, or answers without a secret
 */
export async function createIntegration(
	context: IHookFunctions,
	credential: LoadedCredential,
	webhookUrl: string,
): Promise<{ signingSecret: string } | undefined> {
	const post = request(credential, 'POST', webhookUrl);
	const result = await tryCall(context, credential, post, OPTIONS);
	if ('kind' in result) {
		const exists = result.kind === 'answer' && result.status === 409;
		const standing = exists ? await getIntegration(context, credential) : undefined;
		if (standing?.webhookUrl === webhookUrl) return undefined;
		throw toApiError(context.getNode(), result, post, credential);
	}
	const { signingSecret } = toIntegration(result);
	if (signingSecret !== undefined) return { signingSecret };
	throw new NodeOperationError(
		context.getNode(),
		'Jelou created the integration without showing its signing secret',
		{
			description:
				'Nothing could be verified without it. Delete the integration in Jelou and activate the workflow again.',
		},
	);
}

/** Gives the integration another webhook URL; its secret stays (Jelou's page "Update integration"). */
export async function updateIntegration(
	context: IHookFunctions,
	credential: LoadedCredential,
	webhookUrl: string,
): Promise<void> {
	await call(context, credential, request(credential, 'PATCH', webhookUrl), OPTIONS);
}

/** Deletes the integration, and its secret with it, for good. One that is gone already is fine. */
export async function deleteIntegration(
	context: IHookFunctions,
	credential: LoadedCredential,
): Promise<void> {
	const result = await tryCall(context, credential, request(credential, 'DELETE'), OPTIONS);
	if (!('kind' in result)) return;
	if (result.kind === 'answer' && result.status === 404 && readErrorResponse(result.body).isEnvelope) return;
	throw toApiError(context.getNode(), result, request(credential, 'DELETE'), credential);
}
