import type { IHookFunctions } from 'n8n-workflow';

import { loadCredential } from '../../shared/credential';
import { createIntegration, updateIntegration } from './integrationApi';
import { borrow, endLoan, loanOf, setBack } from './testSessions';
import {
	forget,
	keep,
	knowsSecret,
	refuseUnreachable,
	secretUnknown,
	situationOf,
	takenByOther,
	type Situation,
} from './state';
import type { Registration } from '../../shared/registrationStore';
import { isTestUrlOf, toProductionUrl } from './testUrls';

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
	const previousUrl = loan ? loan.back : toProductionUrl(current);
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
		[url, registration.webhookUrl].includes(standing) || toProductionUrl(standing) === url || isLeftOver;
	if (isOurs) return { ...registration, webhookUrl: url };
	if (context.getNodeParameter('replaceExisting', false) !== true) throw takenByOther(context, standing);
	return { ...registration, webhookUrl: url, previousUrl: toProductionUrl(standing) };
}
