import type { IHookFunctions } from 'n8n-workflow';

import { loadCredential } from '../../shared/credential';
import { deleteIntegration, updateIntegration } from './integrationApi';
import { endTest, loanOf, setBack } from './testSessions';
import { forget, keep, situationOf, type Situation } from './state';
import { toProductionUrl } from './testUrls';

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
	const isTest = loan !== undefined || toProductionUrl(url) !== url;
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
