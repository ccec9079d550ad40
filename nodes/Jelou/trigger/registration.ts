import type { IHookFunctions } from 'n8n-workflow';

import { loadCredential } from '../shared/credential';
import type { Registration } from '../shared/secrets';
import { createIntegration, deleteIntegration, updateIntegration } from './integration';
import { borrow, endLoan, endTest, loanOf, setBack } from './loans';
import {
	forget,
	keep,
	knowsSecret,
	refuseUnreachable,
	secretUnknown,
	situationOf,
	takenByOther,
	type Situation,
} from './situation';
import { isTestUrlOf, productionTwin } from './urls';

const isTestListening = (context: IHookFunctions) => context.getActivationMode() === 'manual';

/**
 * Says whether Jelou posts to this node already. An integration that is gone takes its secret along.
 * Test listening always answers no: its URL lives only as long as the test.
 */
export async function checkExists(context: IHookFunctions): Promise<boolean> {
	const situation = await situationOf(context, await loadCredential(context));
	const { integration, registration, url } = situation;
	if (integration === undefined) {
		endLoan(situation.credential);
		forget(context, situation);
		return false;
	}
	if (isTestListening(context) || integration.webhookUrl !== url || !knowsSecret(situation)) return false;
	keep(context, situation, { ...registration, webhookUrl: url });
	return true;
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
	const { integration, url } = situation;
	const isTest = isTestListening(context);
	if (integration === undefined) {
		const created = await createIntegration(context, credential, url);
		// Nothing is written then: it would erase the secret that the quicker process keeps.
		if (created === undefined) return true;
		const { signingSecret } = created;
		keep(context, situation, { signingSecret, webhookUrl: url, isOwner: true });
		if (isTest) borrow(credential, url, undefined);
		return true;
	}

	if (!knowsSecret(situation)) throw secretUnknown(context);
	const registration = isTest
		? testRegistration(situation, integration.webhookUrl)
		: productionRegistration(context, situation, integration.webhookUrl);
	// Kept before it is done: when the update fails half-way, it is still known what has to be put back.
	keep(context, situation, registration);
	if (isTest) borrow(credential, url, registration.previousUrl);
	if (integration.webhookUrl !== url) await updateIntegration(context, credential, url);
	if (!isTest) setBack(credential, url);
	return true;
}

/** What a test has to put back: never a test URL, which a crash may have left there, but its production twin. */
function testRegistration({ credential, url }: Situation, current: string): Registration {
	const loan = loanOf(credential, current);
	const previousUrl = loan ? loan.back : productionTwin(current);
	return { webhookUrl: url, previousUrl, isOwner: previousUrl === undefined };
}

/** @throws NodeOperationError when the integration points to somebody else, and the user did not say to replace it */
function productionRegistration(
	context: IHookFunctions,
	situation: Situation,
	current: string,
): Registration {
	const { credential, registration, url } = situation;
	const loan = loanOf(credential, current);
	// A test made the integration, so nobody's is replaced, and it goes with this workflow from now on.
	if (loan && loan.back === undefined) return { ...registration, webhookUrl: url, isOwner: true };
	const standing = loan?.back ?? current;
	// A crash in the middle of a test, also of another workflow, leaves its URL at the integration that this one created.
	const isLeftOver = registration.isOwner === true && loan === undefined && isTestUrlOf(url, standing);
	const isOurs =
		[url, registration.webhookUrl].includes(standing) || productionTwin(standing) === url || isLeftOver;
	if (isOurs) return { ...registration, webhookUrl: url };
	if (context.getNodeParameter('replaceExisting', false) !== true) throw takenByOther(context, standing);
	return { ...registration, webhookUrl: url, previousUrl: productionTwin(standing) };
}

/**
 * Takes this node's URL back from Jelou: puts back what was there before, or deletes the integration that was created
 * for it. Touches nothing that points elsewhere: n8n also calls this after a registration that failed.
 */
export async function remove(context: IHookFunctions): Promise<boolean> {
	const situation = await situationOf(context, await loadCredential(context));
	const { credential, integration, registration, url } = situation;
	if (integration === undefined) {
		endTest(credential, url);
		forget(context, situation);
		return true;
	}
	const current = integration.webhookUrl;
	const ours = [url, registration.webhookUrl];
	// In a deletion n8n does not say whether it ends a test; the URL does.
	const loan = loanOf(credential, url);
	const isTest = loan !== undefined || productionTwin(url) !== url;
	if (!isTest && ours.includes(loanOf(credential, current)?.back)) return leaveToTest(context, situation);
	if (!ours.includes(current)) {
		// n8n 1.x forgets all tests when one ends, so nobody would put back what the others borrowed.
		if (loan?.back !== undefined && loan.listening.has(current)) {
			await updateIntegration(context, credential, loan.back);
		}
		endTest(credential, url);
		keep(context, situation, { ...registration, webhookUrl: undefined, previousUrl: undefined });
		return true;
	}

	const back = loan ? loan.back : registration.previousUrl;
	const isOwner = loan ? loan.back === undefined : registration.isOwner === true;
	const stillListening = loan && [...loan.listening].find((other) => other !== url);
	if (back !== undefined) {
		await updateIntegration(context, credential, back);
		keep(context, situation, { ...registration, webhookUrl: undefined, previousUrl: undefined });
	} else if (isOwner && stillListening !== undefined) {
		await updateIntegration(context, credential, stillListening);
	} else if (isOwner) {
		await deleteIntegration(context, credential);
		forget(context, situation);
	} else {
		warnThatItStays(context);
	}
	endTest(credential, url);
	return true;
}

/** Production ends while a test has its URL: what production would have done now, the test's end does. */
function leaveToTest(context: IHookFunctions, situation: Situation): true {
	const { credential, registration } = situation;
	if (registration.previousUrl === undefined && registration.isOwner !== true) {
		warnThatItStays(context);
		return true;
	}
	setBack(credential, registration.previousUrl);
	keep(context, situation, {
		...registration,
		webhookUrl: undefined,
		previousUrl: undefined,
		isOwner: false,
	});
	return true;
}

function warnThatItStays(context: IHookFunctions): void {
	context.logger.warn(
		`Jelou Trigger "${context.getNode().name}" did not create the project's integration, so it stays and still points here. Delete it or give it another URL in Jelou.`,
		{ workflowId: context.getWorkflow().id },
	);
}
