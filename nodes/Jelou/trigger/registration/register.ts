import type { IHookFunctions } from 'n8n-workflow';

import { loadCredential, type LoadedCredential } from '../../shared/credential';
import { isPublicHttps } from '../../shared/publicUrl';
import { pause } from '../../shared/retry';
import { decideRegister, type RegisterDecision, type WebhookState } from './decide';
import {
	createIntegration,
	deleteIntegration,
	getIntegration,
	updateIntegration,
	type FailedCreation,
} from './integrationApi';
import { log, refusal, unreachable, withRemedyInMessage } from './refusals';
import { clearRegistration, loadState, rememberUnanswered, saveRegistration, urlOf } from './state';
import { beginTest, endSession, setRestoreUrl } from './testSessions';

/** How often a creation is tried that Jelou asks to repeat. */
const CREATE_ATTEMPTS = 3;

/**
 * Says whether Jelou posts to this node already. Test listening always answers no: its URL lives only as long as the
 * test.
 */
export async function checkExists(context: IHookFunctions): Promise<boolean> {
	return await withRemedyInMessage(async () => {
		const credential = await loadCredential(context);
		const decision = decideRegister(await loadState(context, credential));
		if (decision.action !== 'leave') return false;
		if (decision.save) saveRegistration(context, credential, decision.save);
		log(context, decision.note);
		return true;
	});
}

/**
 * Registers this node's URL with Jelou. A project has one webhook, so a URL of somebody else is only replaced when the
 * user said so, or for the time of a test, and is put back afterwards.
 *
 * @throws NodeOperationError when it would break something, saying what to do; NodeApiError when Jelou refuses
 */
export async function create(context: IHookFunctions): Promise<boolean> {
	return await withRemedyInMessage(async () => {
		const credential = await loadCredential(context);
		const url = urlOf(context);
		if (credential.environment !== 'custom' && !isPublicHttps(url)) throw unreachable(context, url);
		const registering = { context, credential, state: await loadState(context, credential) };
		await act(registering, decideRegister(registering.state));
		return true;
	});
}

interface Registering {
	context: IHookFunctions;
	credential: LoadedCredential;
	state: WebhookState;
}

async function act(registering: Registering, decision: RegisterDecision): Promise<void> {
	const { context, credential, state } = registering;
	switch (decision.action) {
		case 'refuse':
			if (decision.reason === 'wrongSecret') log(context, 'wrongSecret');
			throw refusal(context, decision);
		case 'create':
			return await createFirst(registering);
		case 'recreate': {
			// What is kept is replaced once the next one is there.
			await deleteIntegration(context, credential);
			const failed = await createOwn(registering);
			if (failed) throw failed.error;
			return;
		}
		case 'leave':
			if (decision.save) saveRegistration(context, credential, decision.save);
			return log(context, decision.note);
		case 'pointTo':
			// Saved before it is done: when the update fails half-way, it is still known what has to be put back.
			saveRegistration(context, credential, decision.save);
			if (state.isTest)
				beginTest(credential, state.url, { restoreUrl: decision.restoreUrl, createdIn: undefined });
			if (state.integration?.webhookUrl !== state.url)
				await updateIntegration(context, credential, state.url);
			if (!state.isTest) setRestoreUrl(credential, state.url);
			log(context, decision.note);
	}
}

/** Creates the integration where there was none. After a failure, what is there by then decides. */
async function createFirst(registering: Registering): Promise<void> {
	const { context, credential, state } = registering;
	for (let attempt = 1; ; attempt++) {
		const failed = await createOwn(registering);
		if (failed === undefined) return;
		const integration = await getIntegration(context, credential).catch(() => undefined);
		if (integration !== undefined) {
			const after = { ...state, integration, creation: failed.reason };
			return await act({ ...registering, state: after }, decideRegister(after));
		}
		if (attempt === CREATE_ATTEMPTS || failed.retryAfterMs === undefined) throw failed.error;
		await pause(failed.retryAfterMs);
	}
}

/** Creates the integration and saves its secret, or gives why not. @throws when the secret typed is another */
async function createOwn({ context, credential, state }: Registering): Promise<FailedCreation | undefined> {
	const { isTest, typedSecret, url, workflowId } = state;
	const creation = await createIntegration(context, credential, url);
	if (!creation.ok) {
		if (creation.reason === 'unanswered') rememberUnanswered(credential, url);
		return creation;
	}
	clearRegistration(context, credential, url);
	endSession(credential);
	const { createdAt, signingSecret } = creation;
	if (typedSecret !== undefined && typedSecret !== signingSecret) {
		// Only the typed one is accepted, so nothing that Jelou signs would be.
		await deleteIntegration(context, credential);
		log(context, 'wrongSecret');
		throw refusal(context, { reason: 'wrongSecret', currentUrl: url });
	}
	saveRegistration(context, credential, { signingSecret, createdAt, webhookUrl: url, isOwner: true });
	if (isTest) beginTest(credential, url, { restoreUrl: undefined, createdIn: workflowId });
	return undefined;
}
