import { NodeOperationError, type IHookFunctions } from 'n8n-workflow';

import { loadCredential, type LoadedCredential } from '../shared/credential';
import {
	acceptedSecrets,
	forgetSecret,
	readRegistration,
	rememberSecret,
	writeRegistration,
	type Registration,
} from '../shared/secrets';
import type { Integration } from '../shared/types';
import { createIntegration, deleteIntegration, getIntegration, updateIntegration } from './integration';
import { hostOf, isPublicHttps, productionTwin } from './urls';

/** Everything the three webhook methods decide from. */
interface Situation {
	credential: LoadedCredential;
	/** This node's URL in the present context: production and test listening have different ones. */
	url: string;
	isTest: boolean;
	registration: Registration;
	integration: Integration | undefined;
}

async function situationOf(context: IHookFunctions, credential: LoadedCredential): Promise<Situation> {
	return {
		credential,
		url: urlOf(context),
		isTest: context.getActivationMode() === 'manual',
		registration: readRegistration(context.getWorkflowStaticData('global'), credential),
		integration: await getIntegration(context, credential),
	};
}

function urlOf(context: IHookFunctions): string {
	return context.getNodeWebhookUrl('default') ?? '';
}

/** Keeps what is known of the integration, in static data for this workflow and in memory for test listening. */
function keep(
	context: IHookFunctions,
	{ credential }: Situation,
	registration: Registration | undefined,
): void {
	writeRegistration(context.getWorkflowStaticData('global'), credential, registration);
	if (registration?.signingSecret) rememberSecret(credential, registration.signingSecret);
	if (registration === undefined) forgetSecret(credential);
}

function refusal(context: IHookFunctions, message: string, description: string): NodeOperationError {
	return new NodeOperationError(context.getNode(), message, { description });
}

/**
 * Says whether Jelou posts to this node already. An integration that is gone takes its secret along.
 * Test listening always answers no: its URL lives only as long as the test.
 */
export async function checkExists(context: IHookFunctions): Promise<boolean> {
	const situation = await situationOf(context, await loadCredential(context));
	const { credential, integration, isTest, registration, url } = situation;
	if (integration === undefined) {
		keep(context, situation, undefined);
		return false;
	}
	return !isTest && integration.webhookUrl === url && acceptedSecrets(credential, registration).length > 0;
}

function refuseUnreachable(context: IHookFunctions, credential: LoadedCredential): void {
	const url = urlOf(context);
	if (credential.environment === 'custom' || isPublicHttps(url)) return;
	throw refusal(
		context,
		`Jelou cannot reach this n8n at ${hostOf(url)}`,
		'Jelou needs a public HTTPS address. Set WEBHOOK_URL of n8n to the address under which it is reachable from the internet, restart n8n and activate the workflow again.',
	);
}

/** Whether the URL that stands at Jelou is this trigger's own, perhaps from before the instance moved or crashed. */
function isOurs({ registration, url }: Situation, current: string): boolean {
	return current === url || current === registration.webhookUrl || productionTwin(current) === url;
}

/**
 * Registers this node's URL with Jelou. A project has one webhook, so a URL of somebody else is only replaced when the
 * user said so, or for the time of a test, and is put back afterwards.
 *
 * @throws NodeOperationError when it would break something, saying what to do; NodeApiError when Jelou refuses
 */
export async function create(context: IHookFunctions): Promise<boolean> {
	const credential = await loadCredential(context);
	refuseUnreachable(context, credential);
	const situation = await situationOf(context, credential);
	const { integration, isTest, registration, url } = situation;
	if (integration === undefined) {
		const { signingSecret } = await createIntegration(context, credential, url);
		keep(context, situation, { signingSecret, webhookUrl: url, isOwner: true });
		return true;
	}

	const current = integration.webhookUrl;
	if (acceptedSecrets(credential, registration).length === 0) {
		throw refusal(
			context,
			'The project has an integration already, and its signing secret is not known here',
			'Enter Signing Secret in the Jelou credential. If a workflow of this n8n created the integration, deactivate that workflow instead: it then deletes the integration, and this one can create its own.',
		);
	}
	if (!isTest && !isOurs(situation, current) && context.getNodeParameter('replaceExisting', false) !== true) {
		throw refusal(
			context,
			`The project's integration points to ${hostOf(current)} already`,
			'A Jelou project has one webhook. Use the workflow that it points to, or turn on Replace Existing Webhook in the Jelou Trigger to take it over until this workflow is deactivated.',
		);
	}
	if (current !== url) await updateIntegration(context, credential, url);
	keep(context, situation, {
		...registration,
		webhookUrl: url,
		previousUrl: previousUrlOf(situation, current),
	});
	return true;
}

/** What to put back later: never a test URL, and never a URL of this node itself. */
function previousUrlOf({ isTest, registration, url }: Situation, current: string): string | undefined {
	const previous = productionTwin(current);
	if (isTest) return previous === url ? undefined : previous;
	if (previous === url || current === registration.webhookUrl) return registration.previousUrl;
	return previous;
}

/**
 * Takes this node's URL back from Jelou: puts back what was there before, or deletes the integration that this trigger
 * created. Touches nothing that points elsewhere: n8n also calls this after a registration that failed.
 */
export async function remove(context: IHookFunctions): Promise<boolean> {
	const situation = await situationOf(context, await loadCredential(context));
	const { credential, integration, registration, url } = situation;
	if (integration === undefined) {
		keep(context, situation, undefined);
		return true;
	}
	if (integration.webhookUrl !== url && integration.webhookUrl !== registration.webhookUrl) return true;
	if (registration.previousUrl !== undefined) {
		await updateIntegration(context, credential, registration.previousUrl);
		keep(context, situation, { ...registration, webhookUrl: undefined, previousUrl: undefined });
		return true;
	}
	if (registration.isOwner === true) {
		await deleteIntegration(context, credential);
		keep(context, situation, undefined);
		return true;
	}
	context.logger.warn(
		`Jelou Trigger "${context.getNode().name}" did not create the project's integration, so it stays and still points here. Delete it or give it another URL in Jelou.`,
		{ workflowId: context.getWorkflow().id },
	);
	return true;
}
