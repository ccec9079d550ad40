import type { IHookFunctions } from 'n8n-workflow';

import { isPublicHttps } from '../../shared/publicUrl';
import { integrationKey, isOf, removeSaved, type Registration } from '../../shared/registration';
import { DEFAULT_RETRIES, wait } from '../../shared/retry';
import { learnEndpoint } from '../../shared/webhookUrls';
import { wakeQueues } from '../rooms/wakeQueues';
import { decideRegister, type RegisterDecision, type WebhookState } from './decide';
import { log, refuse, withRemedyInMessage } from './refusals';
import { openHook, readState, readStored, removeMoved, type Hook } from './state';

/** Runs a part of the registration, once nothing of the integration is being given back, and keeps how it ended. */
async function attempt(context: IHookFunctions, run: (hook: Hook) => Promise<boolean>): Promise<boolean> {
	return await withRemedyInMessage(async () => {
		learnEndpoint(context.getActivationMode() === 'manual' ? 'test' : 'production', context);
		let hook = await openHook(context);
		while (hook.memory.ending) {
			await hook.memory.ending.catch(() => undefined);
			hook = await openHook(context);
		}
		const { memory, url } = hook;
		// A webhook that was about to be given back is not.
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

/** What is decided from, with what the user said of a webhook that is somebody else's. */
async function readRegisterState(hook: Hook, toStore?: Registration): Promise<WebhookState> {
	const state = await readState(hook, toStore);
	const replaceExisting = hook.context.getNodeParameter('replaceExisting', false) === true;
	return { ...state, replaceExisting };
}

/**
 * Notes when the trigger was published. Another process may be about to take its webhook back, and leaves it then.
 *
 * @returns `undefined` when nothing is stored of the trigger
 */
function stamp({ credential: { registration }, trigger }: Hook): Registration | undefined {
	const { addresses } = registration;
	if (!addresses.some((address) => isOf(address, trigger))) return undefined;
	const publishedAt = Date.now();
	const stamped = addresses.map((each) => (isOf(each, trigger) ? { ...each, publishedAt } : each));
	return { ...registration, addresses: stamped };
}

/**
 * Says whether Jelou posts to this node already. Test listening always answers no: its URL lives only as long as the
 * test.
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
 * Registers this node's URL with Jelou. A project has one webhook, so a URL of somebody else is only replaced when the
 * user said so, or for the time of a test, and is put back afterwards.
 *
 * @throws an error that says what to do when it would break something; NodeApiError when Jelou refuses
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
	// Stored before it is done: when the update fails half-way, it is still known what has to be put back.
	else await integrations.update(url, save);
	if (!isTest) memory.setRestoreUrl(url);
	log(context, line);
}

/** Creates the integration, and stores its secret. After a failure, what is there by then decides. */
async function createOwn(hook: Hook, state: WebhookState, action: 'create' | 'recreate'): Promise<void> {
	const { context, credential, integrations, memory, url } = hook;
	const { typedSecret } = state;
	// What is stored of the deleted one is replaced once the next one is there.
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
		// What an attempt without a response created is what the next one may be refused for.
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

/** Stores an integration that was created just now, in place of what was known of the project's earlier one. */
async function storeCreated(
	{ context, credential, integrations, isTest, memory, trigger, url }: Hook,
	{ createdAt, signingSecret }: { createdAt: string | undefined; signingSecret: string },
): Promise<void> {
	memory.forgetIntegration(credential, url);
	const addresses = [{ url, trigger, publishedAt: Date.now() }];
	await integrations.store({ signingSecret, createdAt, isOwner: true, addresses });
	const stored = await readStored(context).catch(() => undefined);
	if (stored?.signingSecret !== signingSecret) {
		// Nobody would know its secret, for ever.
		await integrations.deleteAndForget();
		refuse(context, { reason: 'notStored', currentUrl: url });
	}
	removeSaved(context, credential);
	if (isTest) memory.beginTest(url, undefined);
}
