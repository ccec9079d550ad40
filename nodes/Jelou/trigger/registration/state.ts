import type { IHookFunctions } from 'n8n-workflow';

import { BoundedMap } from '../../shared/boundedMap';
import { uptime } from '../../shared/clock';
import {
	CREDENTIAL_NAME,
	integrationKey,
	loadCredential,
	readCredential,
	triggerNameOf,
	withSaved,
	type LoadedCredential,
} from '../../shared/credential';
import { isNothing, isSaved, optionalText, removeSaved, type Registration } from '../../shared/registration';
import type { Integration } from '../../shared/types';
import { canonicalUrl, isTestUrlOf, learnedEndpoints } from '../../shared/webhookUrls';
import type { TriggerStatus, WebhookState } from './decide';
import { sessionOf } from './testSessions';

/** How long an integration that appears at this trigger's URL may be the one whose creation was not answered. */
const UNANSWERED_MS = 5 * 60_000;

/** When a creation was last tried that was not answered, as `uptime` tells it: n8n activates again by itself, and Jelou may be slow. */
const unanswered = new BoundedMap<string, number>(500);

const creationKey = (credential: LoadedCredential, url: string) =>
	`${credential.id} ${integrationKey(credential)} ${url}`;

export function markUnanswered(credential: LoadedCredential, url: string): void {
	unanswered.set(creationKey(credential, url), uptime());
}

export function clearUnanswered(credential: LoadedCredential, url: string): void {
	unanswered.delete(creationKey(credential, url));
}

function wasUnanswered(credential: LoadedCredential, url: string): boolean {
	const at = unanswered.get(creationKey(credential, url));
	return at !== undefined && uptime() - at < UNANSWERED_MS;
}

/** What n8n last did with the triggers of each project in this process, by their URLs. */
const statuses = new BoundedMap<string, Map<string, TriggerStatus>>(500);

export function statusesOf(credential: LoadedCredential): Map<string, TriggerStatus> {
	const key = integrationKey(credential);
	const known = statuses.get(key) ?? new BoundedMap<string, TriggerStatus>(500);
	statuses.set(key, known);
	return known;
}

/** The integrations that are being given back at this moment. */
const endings = new BoundedMap<string, Promise<void>>(500);

/** Does it so that a trigger that is published meanwhile waits, and finds what has become of the integration. */
export async function whileGivingBack(
	credential: LoadedCredential,
	work: () => Promise<void>,
): Promise<void> {
	const key = integrationKey(credential);
	const ending = work().finally(() => endings.delete(key));
	endings.set(key, ending);
	await ending;
}

export function webhookUrlOf(context: IHookFunctions): string {
	return canonicalUrl(context.getNodeWebhookUrl('default') ?? '');
}

/** Whether a hook is called for a test. When it ends a test n8n does not say so; the URL does. */
export function isTestHook(context: IHookFunctions, credential: LoadedCredential, url: string): boolean {
	const isTestUrl = isTestUrlOf(url, url) || sessionOf(credential)?.listening.has(url) === true;
	return isTestUrl || context.getActivationMode() === 'manual';
}

/** What is decided from: the integration, and what is known of it here once it was read. */
export function loadState(
	context: IHookFunctions,
	credential: LoadedCredential,
	url: string,
	integration: Integration | undefined,
	replaceExisting = false,
): WebhookState {
	const typedSecret = optionalText(credential.typedSecret);
	return {
		integration,
		registration: credential.registration,
		session: sessionOf(credential),
		typedSecret,
		url,
		trigger: triggerNameOf(context),
		statuses: statusesOf(credential),
		endpoints: learnedEndpoints(),
		isTest: isTestHook(context, credential, url),
		replaceExisting,
		// Who typed a secret may have created the integration by hand since.
		creation: typedSecret === undefined && wasUnanswered(credential, url) ? 'unanswered' : undefined,
	};
}

/** The node's credential, with what a version before 1.1 saved in the workflow, also where a secret is typed. */
export async function loadForHook(context: IHookFunctions): Promise<LoadedCredential> {
	return withSaved(context, await loadCredential(context));
}

/** The same once nothing of its integration is being given back any more. */
export async function loadToRegister(context: IHookFunctions): Promise<LoadedCredential> {
	const credential = await loadForHook(context);
	const ending = endings.get(integrationKey(credential));
	if (ending === undefined) return credential;
	await ending.catch(() => undefined);
	return await loadToRegister(context);
}

/** What the credential itself holds by now. */
export async function readStored(context: IHookFunctions): Promise<Registration> {
	return readCredential(await context.getCredentials(CREDENTIAL_NAME)).registration;
}

/** Removes what a version before 1.1 saved in the workflow, once the credential holds it. */
export async function removeMoved(context: IHookFunctions, credential: LoadedCredential): Promise<void> {
	const staticData = context.getWorkflowStaticData('global');
	const key = integrationKey(credential);
	if (isSaved(staticData, key) && !isNothing(await readStored(context))) removeSaved(staticData, key);
}
