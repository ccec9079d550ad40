import type { IHookFunctions } from 'n8n-workflow';

import { BoundedMap } from '../../shared/boundedMap';
import { uptime } from '../../shared/clock';
import type { LoadedCredential } from '../../shared/credential';
import {
	integrationKey,
	optionalText,
	readRegistration,
	writeRegistration,
	type Registration,
} from '../../shared/registrationStore';
import { cacheSecret, clearCachedSecret, secretInMemory } from '../../shared/secrets';
import type { Integration } from '../../shared/types';
import { isTestUrlOf, learnedEndpoints } from '../../shared/webhookUrls';
import type { WebhookState } from './decide';
import { beginTest, endSession, sessionOf } from './testSessions';

/** How long an integration that appears at this trigger's URL may be the one whose creation was not answered. */
const UNANSWERED_MS = 5 * 60_000;

/** When a creation was last tried that was not answered, as `uptime` tells it: n8n activates again by itself, and Jelou may be slow. */
const unanswered = new BoundedMap<string, number>(500);

const creationKey = (credential: LoadedCredential, url: string) =>
	`${credential.id} ${integrationKey(credential)} ${url}`;

export function markUnanswered(credential: LoadedCredential, url: string): void {
	unanswered.set(creationKey(credential, url), uptime());
}

function wasUnanswered(credential: LoadedCredential, url: string): boolean {
	const at = unanswered.get(creationKey(credential, url));
	return at !== undefined && uptime() - at < UNANSWERED_MS;
}

/** The registrations that failed: n8n then calls `delete` as if the workflow ended, and registers again. */
const failed = new BoundedMap<string, true>(500);

export function markFailed(credential: LoadedCredential, url: string): void {
	failed.set(creationKey(credential, url), true);
}

/** Clears the mark, and says whether there was one. */
export function clearFailed(credential: LoadedCredential, url: string): boolean {
	return failed.delete(creationKey(credential, url));
}

export function webhookUrlOf(context: IHookFunctions): string {
	return context.getNodeWebhookUrl('default') ?? '';
}

/** What is decided from: the integration, and what is known of it here once it was read. */
export function loadState(
	context: IHookFunctions,
	credential: LoadedCredential,
	integration: Integration | undefined,
): WebhookState {
	const url = webhookUrlOf(context);
	const session = sessionOf(credential);
	const typedSecret = optionalText(credential.signingSecret);
	// When it ends a test n8n does not say so; the URL does.
	const isTestUrl = isTestUrlOf(url, url) || session?.listening.has(url) === true;
	return {
		integration,
		registration: readRegistration(context.getWorkflowStaticData('global'), credential),
		session,
		typedSecret,
		memory: secretInMemory(credential),
		url,
		endpoints: learnedEndpoints(),
		isTest: isTestUrl || context.getActivationMode() === 'manual',
		replaceExisting: context.getNodeParameter('replaceExisting', false) === true,
		workflowId: context.getWorkflow().id ?? '',
		// Who typed a secret may have created the integration by hand since.
		creation: typedSecret === undefined && wasUnanswered(credential, url) ? 'unanswered' : undefined,
	};
}

/** Saves what is known of the integration in this workflow's static data, and its secret in memory for test listening. */
export function saveRegistration(
	context: IHookFunctions,
	credential: LoadedCredential,
	registration: Registration,
): void {
	const { createdAt, signingSecret } = registration;
	const isEmpty = Object.values(registration).every((value) => value === undefined || value === false);
	writeRegistration(context.getWorkflowStaticData('global'), credential, isEmpty ? undefined : registration);
	if (signingSecret !== undefined) cacheSecret(credential, signingSecret, createdAt);
}

/** Saves an integration that was created just now; what was known of the project's earlier one is cleared. */
export function saveCreated(
	context: IHookFunctions,
	credential: LoadedCredential,
	{ isTest, url, workflowId }: WebhookState,
	{ createdAt, signingSecret }: Pick<Integration, 'createdAt' | 'signingSecret'>,
): void {
	clearRegistration(context, credential, url);
	saveRegistration(context, credential, { signingSecret, createdAt, webhookUrl: url, isOwner: true });
	if (isTest) beginTest(credential, url, { restoreUrl: undefined, createdIn: workflowId });
}

/** Clears everything about an integration that is gone. */
export function clearRegistration(context: IHookFunctions, credential: LoadedCredential, url: string): void {
	writeRegistration(context.getWorkflowStaticData('global'), credential, undefined);
	clearCachedSecret(credential);
	unanswered.delete(creationKey(credential, url));
	endSession(credential);
}
