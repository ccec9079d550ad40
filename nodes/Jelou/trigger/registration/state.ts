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

/** What n8n asks a trigger to do, with what is needed to do it. */
export interface Hook {
	context: IHookFunctions;
	/** With what a version before 1.1 saved in the workflow, also where a secret is typed. */
	credential: LoadedCredential;
	integrations: IntegrationApi;
	memory: Memory;
	trigger: TriggerName;
	url: string;
	/** When it ends a test n8n does not say so; the URL does. */
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
 * Reads the integration, and what is decided from: what is known of it here once it was read.
 *
 * @param toStore what n8n stores before
 */
export async function readState(
	{ credential, integrations, isTest, memory, trigger, url }: Hook,
	toStore?: Registration,
): Promise<WebhookState> {
	const integration = await integrations.get(toStore);
	const typedSecret = optionalText(credential.typedSecret);
	// Who typed a secret may have created the integration by hand since.
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

/** What the credential itself holds by now. */
export async function readStored(context: IHookFunctions): Promise<Registration> {
	return readCredential(await context.getCredentials(CREDENTIAL_NAME)).registration;
}

/** Removes what a version before 1.1 saved in the workflow, once the credential holds it. */
export async function removeMoved({ context, credential }: Hook): Promise<void> {
	if (isSaved(context, credential) && !isNothing(await readStored(context))) removeSaved(context, credential);
}
