import type { IHookFunctions } from 'n8n-workflow';

import { isPublicHttps } from '../../shared/publicUrl';
import { integrationKey, isOf, removeSaved, type Registration } from '../../shared/registration';
import { DEFAULT_RETRIES, wait } from '../../shared/retry';
import { learnEndpoint } from '../../shared/webhookUrls';
import { wakeQueues } from '../rooms/wakeQueues';
import { decideRegister, type RegisterDecision, type WebhookState } from './decide';
import { log, refuse, withRemedyInMessage } from './refusals';
import { openHook, readState, readStored, removeMoved, type Hook } from './state';

/**
 * Runs a part of the registration, once no webhook of the integration is being given back, and remembers how it ended.
 */
async function attempt(context: IHookFunctions, run: (hook: Hook) => Promise<boolean>): Promise<boolean> {
	return await withRemedyInMessage(async () => {
		learnEndpoint(context.getActivationMode() === 'manual' ? 'test' : 'production', context);
		let hook = await openHook(context);
		while (hook.memory.ending) {
			await hook.memory.ending.catch(() => undefined);
			hook = await openHook(context);
		}
		const { memory, url } = hook;
		// If this webhook was about to be given back, it no longer is.
		memory.statuses.delete(url);
		const isDone = await run(hook).catch((error: unknown) => {
			memory.statuses.set(url, 'failed');
			throw error;
		});
		if (!isDone) return false;
		memory.statuses.set(url, 'published');
		wakeQueues(context, integrationKey(hook.credential));
		return true;
	});
}

/** What is decided from, including whether the user lets somebody else's webhook be replaced. */
async function readRegisterState(hook: Hook, toStore?: Registration): Promise<WebhookState> {
	const state = await readState(hook, toStore);
	const replaceExisting = hook.context.getNodeParameter('replaceExisting', false) === true;
	return { ...state, replaceExisting };
}

/**
 * Records when the trigger was published: another process that is about to give its webhook back then leaves it.
 *
 * @returns what to store; `undefined` when nothing is stored about the trigger
 */
function stamp({ credential: { registration }, trigger }: Hook): Registration | undefined {
	const { addresses } = registration;
	if (!addresses.some((address) => isOf(address, trigger))) return undefined;
	const publishedAt = Date.now();
	const stamped = addresses.map((each) => (isOf(each, trigger) ? { ...each, publishedAt } : each));
	return { ...registration, addresses: stamped };
}

/**
 * Whether Jelou posts to this node already. Always false for a test, whose URL lives only as long as the test.
 *
 * @throws NodeApiError when Jelou cannot be asked, and NodeOperationError when the credential cannot be used
 */
export async function checkExists(context: IHookFunctions): Promise<boolean> {
	return await attempt(context, async (hook) => {
		const state = await readRegisterState(hook, hook.isTest ? undefined : stamp(hook));
		if (!hook.isTest) await removeMoved(hook);
		const decision = decideRegister(state);
		if (decision.action !== 'leave') return false;
		await act(hook, state, decision);
		return true;
	});
}

/**
 * Registers this node's URL with Jelou. A project has one webhook, so somebody else's URL is replaced only if the user
 * allows it, or for the duration of a test, and is restored afterwards.
 *
 * @throws an error that says what to do, when registering would break something; NodeApiError when Jelou refuses
 */
export async function create(context: IHookFunctions): Promise<boolean> {
	return await attempt(context, async (hook) => {
		if (!hook.credential.allowsPlainHttp && !isPublicHttps(hook.url)) {
			refuse(context, { reason: 'unreachable', currentUrl: hook.url });
		}
		const state = await readRegisterState(hook);
		await act(hook, state, decideRegister(state));
		return true;
	});
}

async function act(hook: Hook, state: WebhookState, decision: RegisterDecision): Promise<void> {
	const { context, integrations, isTest, memory, url } = hook;
	const { action } = decision;
	if (action === 'refuse') refuse(context, decision);
	if (action === 'create' || action === 'recreate') return await createOwn(hook, state, action);
	if (action === 'pointTo' && isTest) memory.beginTest(url, decision.restoreUrl);
	const { line, save } = decision;
	if (state.integration?.webhookUrl === url) await integrations.storeChanged(state.registration, save);
	// Stored first: if the update fails halfway, it is still known what has to be restored.
	else await integrations.update(url, save);
	if (!isTest) memory.setRestoreUrl(url);
	log(context, line);
}

/** Creates the integration, and stores its secret. After a failure, the next step depends on what exists by then. */
async function createOwn(hook: Hook, state: WebhookState, action: 'create' | 'recreate'): Promise<void> {
	const { context, credential, integrations, memory, url } = hook;
	const { typedSecret } = state;
	// What is stored about the deleted one is replaced once the next one exists.
	if (action === 'recreate') await integrations.delete();
	let outcome: WebhookState['creation'];
	for (let retries = 0; ; retries++) {
		const creation = await integrations.create(url);
		if (creation.ok && typedSecret !== undefined && typedSecret !== creation.signingSecret) {
			// Only the typed one is accepted, so nothing that Jelou signs would be.
			await integrations.deleteAndForget();
			refuse(context, { reason: 'wrongSecret', currentUrl: url });
		}
		if (creation.ok) return await storeCreated(hook, creation);

		if (creation.reason === 'unanswered') memory.markUnanswered(credential, url);
		// An attempt without a response may have created what the next one is refused for.
		if (outcome !== 'unanswered') outcome = creation.reason;
		if (action === 'recreate') throw creation.error;
		const integration = await integrations.get().catch(() => undefined);
		if (integration !== undefined) {
			const after = { ...state, integration, creation: outcome };
			return await act(hook, after, decideRegister(after));
		}
		if (retries === DEFAULT_RETRIES || creation.retryAfterMs === undefined) throw creation.error;
		await wait(creation.retryAfterMs);
	}
}

/** Stores an integration that was created just now, in place of what was known about the project's earlier one. */
async function storeCreated(
	{ context, credential, integrations, isTest, memory, trigger, url }: Hook,
	{ createdAt, signingSecret }: { createdAt: string | undefined; signingSecret: string },
): Promise<void> {
	memory.forgetIntegration(credential, url);
	const addresses = [{ url, trigger, publishedAt: Date.now() }];
	await integrations.store({ signingSecret, createdAt, isOwner: true, addresses });
	const stored = await readStored(context).catch(() => undefined);
	if (stored?.signingSecret !== signingSecret) {
		// Its secret would be lost for good.
		await integrations.deleteAndForget();
		refuse(context, { reason: 'notStored', currentUrl: url });
	}
	removeSaved(context, credential);
	if (isTest) memory.beginTest(url, undefined);
}
