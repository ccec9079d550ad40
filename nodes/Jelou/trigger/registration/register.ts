import type { IHookFunctions } from 'n8n-workflow';

import { loadCredential, type LoadedCredential } from '../../shared/credential';
import { isPublicHttps } from '../../shared/publicUrl';
import { DEFAULT_RETRIES, wait } from '../../shared/retry';
import { learnEndpoint } from '../../shared/webhookUrls';
import { decideRegister, type RegisterDecision, type WebhookState } from './decide';
import { IntegrationApi } from './integrationApi';
import { log, refuse, withRemedyInMessage } from './refusals';
import {
	clearFailed,
	clearRegistration,
	loadState,
	markFailed,
	markUnanswered,
	saveCreated,
	saveRegistration,
	webhookUrlOf,
} from './state';
import { beginTest, setRestoreUrl } from './testSessions';

interface Registering {
	context: IHookFunctions;
	credential: LoadedCredential;
	integrations: IntegrationApi;
	state: WebhookState;
}

/** Runs a part of the registration, and notes how it ended. */
async function attempt(
	context: IHookFunctions,
	run: (credential: LoadedCredential, url: string) => Promise<boolean>,
): Promise<boolean> {
	return await withRemedyInMessage(async () => {
		const credential = await loadCredential(context);
		const url = webhookUrlOf(context);
		learnEndpoint(context.getActivationMode() === 'manual' ? 'test' : 'production', context);
		clearFailed(credential, url);
		return await run(credential, url).catch((error: unknown) => {
			markFailed(credential, url);
			throw error;
		});
	});
}

/**
 * Says whether Jelou posts to this node already. Test listening always answers no: its URL lives only as long as the
 * test.
 */
export async function checkExists(context: IHookFunctions): Promise<boolean> {
	return await attempt(context, async (credential) => {
		const integrations = new IntegrationApi(context, credential);
		const state = loadState(context, credential, await integrations.get());
		const decision = decideRegister(state);
		if (decision.action !== 'leave') return false;
		await act({ context, credential, integrations, state }, decision);
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
	return await attempt(context, async (credential, url) => {
		if (!credential.allowsPlainHttp && !isPublicHttps(url)) {
			refuse(context, { reason: 'unreachable', currentUrl: url });
		}
		const integrations = new IntegrationApi(context, credential);
		const state = loadState(context, credential, await integrations.get());
		await act({ context, credential, integrations, state }, decideRegister(state));
		return true;
	});
}

async function act(registering: Registering, decision: RegisterDecision): Promise<void> {
	const { context, credential, integrations, state } = registering;
	if (decision.action === 'refuse') refuse(context, decision);
	if (decision.action === 'create' || decision.action === 'recreate') {
		return await createOwn(registering, decision);
	}
	// Saved before it is done: when the update fails half-way, it is still known what has to be put back.
	if (decision.save) saveRegistration(context, credential, decision.save);
	if (decision.action === 'pointTo') {
		const { restoreUrl } = decision;
		if (state.isTest) beginTest(credential, state.url, { restoreUrl, createdIn: undefined });
		if (state.integration?.webhookUrl !== state.url) await integrations.update(state.url);
	}
	if (!state.isTest) setRestoreUrl(credential, state.url);
	log(context, decision.note);
}

/** Creates the integration, and saves its secret. After a failure, what is there by then decides. */
async function createOwn(
	{ context, credential, integrations, state }: Registering,
	{ action }: { action: 'create' | 'recreate' },
): Promise<void> {
	const { typedSecret, url } = state;
	// What is saved of the deleted one is replaced once the next one is there.
	if (action === 'recreate') await integrations.delete();
	let outcome: WebhookState['creation'];
	for (let retries = 0; ; retries++) {
		const creation = await integrations.create(url);
		if (creation.ok && typedSecret !== undefined && typedSecret !== creation.signingSecret) {
			// Only the typed one is accepted, so nothing that Jelou signs would be.
			clearRegistration(context, credential, url);
			await integrations.delete();
			refuse(context, { reason: 'wrongSecret', currentUrl: url });
		}
		if (creation.ok) return saveCreated(context, credential, state, creation);

		if (creation.reason === 'unanswered') markUnanswered(credential, url);
		// What an attempt without an answer created is what the next one may be refused for.
		if (outcome !== 'unanswered') outcome = creation.reason;
		if (action === 'recreate') throw creation.error;
		const integration = await integrations.get().catch(() => undefined);
		if (integration !== undefined) {
			const after = { ...state, integration, creation: outcome };
			return await act({ context, credential, integrations, state: after }, decideRegister(after));
		}
		if (retries === DEFAULT_RETRIES || creation.retryAfterMs === undefined) throw creation.error;
		await wait(creation.retryAfterMs);
	}
}
