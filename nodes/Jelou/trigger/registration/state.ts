import type { IHookFunctions } from 'n8n-workflow';

import {
	CREDENTIAL_NAME,
	loadCredential,
	readCredential,
	withSaved,
	type LoadedCredential,
} from '../../shared/credential';
import { optionalText } from '../../shared/json';
import {
	isNothing,
	isSaved,
	removeSaved,
	triggerNameOf,
	type Registration,
	type TriggerName,
} from '../../shared/registration';
import { isTestUrlOf, learnedEndpoints, webhookUrlOf } from '../../shared/webhookUrls';
import type { WebhookState } from './decide';
import { IntegrationApi } from './integrationApi';
import { memoryOf, type Memory } from './memory';

/** A call of one of n8n's webhook methods, with what is needed to do what it asks. */
export interface Hook {
	context: IHookFunctions;
	/** Includes what a version before 1.1 saved in the workflow, even if a secret is typed. */
	credential: LoadedCredential;
	integrations: IntegrationApi;
	memory: Memory;
	trigger: TriggerName;
	url: string;
	/** When n8n ends a test it does not say so; the URL does. */
	isTest: boolean;
}

/** Reads what a hook needs. */
export async function openHook(context: IHookFunctions): Promise<Hook> {
	const credential = withSaved(context, await loadCredential(context));
	const memory = memoryOf(credential);
	const url = webhookUrlOf(context);
	const isTestUrl = isTestUrlOf(url, url) || memory.session?.listening.has(url) === true;
	return {
		context,
		credential,
		integrations: new IntegrationApi(context, credential),
		memory,
		trigger: triggerNameOf(context),
		url,
		isTest: isTestUrl || context.getActivationMode() === 'manual',
	};
}

/**
 * Reads the integration and then, once that is done, what is known about it here: all that a decision needs.
 *
 * @param toStore what n8n stores in the credential before that
 */
export async function readState(
	{ credential, integrations, isTest, memory, trigger, url }: Hook,
	toStore?: Registration,
): Promise<WebhookState> {
	const integration = await integrations.get(toStore);
	const typedSecret = optionalText(credential.typedSecret);
	// A user who typed a secret may have created the integration by hand since.
	const isUnanswered = typedSecret === undefined && memory.wasUnanswered(credential, url);
	return {
		integration,
		registration: toStore ?? credential.registration,
		session: memory.session,
		typedSecret,
		url,
		trigger,
		statuses: memory.statuses,
		endpoints: learnedEndpoints(),
		isTest,
		creation: isUnanswered ? 'unanswered' : undefined,
	};
}

/** What the credential itself holds now. */
export async function readStored(context: IHookFunctions): Promise<Registration> {
	return readCredential(await context.getCredentials(CREDENTIAL_NAME)).registration;
}

/** Removes what a version before 1.1 saved in the workflow, once the credential holds it. */
export async function removeMoved({ context, credential }: Hook): Promise<void> {
	if (isSaved(context, credential) && !isNothing(await readStored(context))) removeSaved(context, credential);
}
