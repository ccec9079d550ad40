import { NodeOperationError, type IHookFunctions } from 'n8n-workflow';

import type { LoadedCredential } from '../../shared/credential';
import { acceptedSecrets, clearCachedSecret, cacheSecret, cachedSecret } from '../../shared/secrets';
import type { Integration } from '../../shared/types';
import { getIntegration } from './integrationApi';
import { hostOf, isPublicHttps } from '../../shared/publicUrl';
import { type Registration, readRegistration, writeRegistration } from '../../shared/registrationStore';

/** Everything that the three webhook methods decide from. */
export interface Situation {
	credential: LoadedCredential;
	/** This node's URL in the present context: production and test listening have different ones. */
	url: string;
	/** What this trigger kept. While test listening it is empty: n8n gives a test a static data of its own. */
	registration: Registration;
	integration: Integration | undefined;
}

export function urlOf(context: IHookFunctions): string {
	return context.getNodeWebhookUrl('default') ?? '';
}

/** Reads the integration and what was kept of it. @throws NodeApiError when Jelou cannot be read */
export async function situationOf(context: IHookFunctions, credential: LoadedCredential): Promise<Situation> {
	return {
		credential,
		url: urlOf(context),
		registration: readRegistration(context.getWorkflowStaticData('global'), credential),
		integration: await getIntegration(context, credential),
	};
}

export function knowsSecret({ credential, registration }: Situation): boolean {
	return acceptedSecrets(credential, registration).length > 0;
}

/**
 * Keeps what is known of the integration: in static data for this workflow, with any secret learned in this process, so
 * that it is still known after a restart; and in memory for test listening.
 */
export function keep(context: IHookFunctions, { credential }: Situation, registration: Registration): void {
	const signingSecret = registration.signingSecret ?? cachedSecret(credential)?.secret;
	writeRegistration(context.getWorkflowStaticData('global'), credential, { ...registration, signingSecret });
	if (signingSecret !== undefined) cacheSecret(credential, signingSecret);
}

/** Forgets an integration that is gone, and its secret with it. */
export function forget(context: IHookFunctions, { credential }: Situation): void {
	writeRegistration(context.getWorkflowStaticData('global'), credential, undefined);
	clearCachedSecret(credential);
}

function refusal(context: IHookFunctions, message: string, description: string): NodeOperationError {
	return new NodeOperationError(context.getNode(), message, { description });
}

export function refuseUnreachable(context: IHookFunctions, credential: LoadedCredential): void {
	const url = urlOf(context);
	if (credential.environment === 'custom' || isPublicHttps(url)) return;
	throw refusal(
		context,
		`Jelou cannot reach this n8n at ${hostOf(url)}`,
		'Jelou needs a public HTTPS address. Set WEBHOOK_URL of n8n to the address under which it is reachable from the internet, restart n8n and activate the workflow again.',
	);
}

export function secretUnknown(context: IHookFunctions): NodeOperationError {
	return refusal(
		context,
		'The project has an integration already, and its signing secret is not known here',
		'Enter Signing Secret in the Jelou credential. If a workflow of this n8n created the integration, deactivate that workflow instead: it then deletes the integration, and this one can create its own.',
	);
}

export function takenByOther(context: IHookFunctions, standing: string): NodeOperationError {
	return refusal(
		context,
		`The project's integration points to ${hostOf(standing)} already`,
		'A Jelou project has one webhook. Use the workflow that it points to, or turn on Replace Existing Webhook in the Jelou Trigger to take it over until this workflow is deactivated.',
	);
}
