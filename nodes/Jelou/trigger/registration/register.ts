import type { IHookFunctions } from 'n8n-workflow';

import {
	integrationKey,
	triggerNameOf,
	withRegistration,
	type LoadedCredential,
} from '../../shared/credential';
import { isPublicHttps } from '../../shared/publicUrl';
import { isOf, type Registration, type TriggerName } from '../../shared/registration';
import { DEFAULT_RETRIES, wait } from '../../shared/retry';
import { learnEndpoint } from '../../shared/webhookUrls';
import { wakeQueues } from '../rooms/wakeQueues';
import { decideRegister, type RegisterDecision, type WebhookState } from './decide';
import { IntegrationApi } from './integrationApi';
import { log, refuse, withRemedyInMessage } from './refusals';
import {
	clearUnanswered,
	isTestHook,
	loadState,
	loadToRegister,
	markUnanswered,
	readStored,
	removeMoved,
	statusesOf,
	webhookUrlOf,
} from './state';
import { beginTest, endSession, setRestoreUrl } from './testSessions';

interface Registering {
	context: IHookFunctions;
	credential: LoadedCredential;
	integrations: IntegrationApi;
	state: WebhookState;
}

/** Runs a part of the registration, and keeps how it ended. */
async function attempt(
	context: IHookFunctions,
	run: (credential: LoadedCredential, url: string) => Promise<boolean>,
): Promise<boolean> {
	return await withRemedyInMessage(async () => {
		const credential = await loadToRegister(context);
		const url = webhookUrlOf(context);
		learnEndpoint(context.getActivationMode() === 'manual' ? 'test' : 'production', context);
		// A webhook that was about to be given back is not.
		statusesOf(credential).delete(url);
		const isDone = await run(credential, url).catch((error: unknown) => {
			statusesOf(credential).set(url, 'failed');
			throw error;
		});
		if (!isDone) return false;
		statusesOf(credential).set(url, 'published');
		wakeQueues(context, integrationKey(credential), credential.signingSecret);
		return true;
	});
}

async function loadRegistering(
	context: IHookFunctions,
	credential: LoadedCredential,
	url: string,
	toStore?: Registration,
): Promise<Registering> {
	const integrations = new IntegrationApi(context, credential);
	const integration = await integrations.get(toStore);
	const replaceExisting = context.getNodeParameter('replaceExisting', false) === true;
	const state = loadState(context, credential, url, integration, replaceExisting);
	return { context, credential, integrations, state };
}

/**
 * Notes when the trigger was published. Another process may be about to take its webhook back, and leaves it then.
 *
 * @returns `undefined` when nothing is stored of the trigger
 */
function stamp(registration: Registration, trigger: TriggerName): Registration | undefined {
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
	return await attempt(context, async (loaded, url) => {
		const isTest = isTestHook(context, loaded, url);
		const stamped = isTest ? undefined : stamp(loaded.registration, triggerNameOf(context));
		const credential = stamped ? withRegistration(loaded, stamped) : loaded;
		const registering = await loadRegistering(context, credential, url, stamped);
		if (!isTest) await removeMoved(context, credential);
		const decision = decideRegister(registering.state);
		if (decision.action !== 'leave') return false;
		await act(registering, decision);
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
			refuse(context, { action: 'refuse', reason: 'unreachable', currentUrl: url });
		}
		const registering = await loadRegistering(context, credential, url);
		await act(registering, decideRegister(registering.state));
		return true;
	});
}

async function act(registering: Registering, decision: RegisterDecision): Promise<void> {
	const { context, credential, integrations, state } = registering;
	if (decision.action === 'refuse') refuse(context, decision);
	if (decision.action === 'create' || decision.action === 'recreate') {
		return await createOwn(registering, decision);
	}
	const { integration, isTest, url } = state;
	if (decision.action === 'pointTo' && isTest) beginTest(credential, url, decision.restoreUrl);
	if (integration?.webhookUrl === url) await integrations.storeChanged(decision.save);
	// Stored before it is done: when the update fails half-way, it is still known what has to be put back.
	else await integrations.update(url, decision.save);
	if (!isTest) setRestoreUrl(credential, url);
	log(context, decision.line);
}

/** Creates the integration, and stores its secret. After a failure, what is there by then decides. */
async function createOwn(
	registering: Registering,
	{ action }: { action: 'create' | 'recreate' },
): Promise<void> {
	const { context, credential, integrations, state } = registering;
	const { typedSecret, url } = state;
	// What is stored of the deleted one is replaced once the next one is there.
	if (action === 'recreate') await integrations.delete();
	let outcome: WebhookState['creation'];
	for (let retries = 0; ; retries++) {
		const creation = await integrations.create(url);
		if (creation.ok && typedSecret !== undefined && typedSecret !== creation.signingSecret) {
			// Only the typed one is accepted, so nothing that Jelou signs would be.
			await integrations.deleteAndForget();
			refuse(context, { action: 'refuse', reason: 'wrongSecret', currentUrl: url });
		}
		if (creation.ok) return await storeCreated(registering, creation);

		if (creation.reason === 'unanswered') markUnanswered(credential, url);
		// What an attempt without a response created is what the next one may be refused for.
		if (outcome !== 'unanswered') outcome = creation.reason;
		if (action === 'recreate') throw creation.error;
		const integration = await integrations.get().catch(() => undefined);
		if (integration !== undefined) {
			const after = { ...state, integration, creation: outcome };
			return await act({ ...registering, state: after }, decideRegister(after));
		}
		if (retries === DEFAULT_RETRIES || creation.retryAfterMs === undefined) throw creation.error;
		await wait(creation.retryAfterMs);
	}
}

/** Stores an integration that was created just now, in place of what was known of the project's earlier one. */
async function storeCreated(
	{ context, credential, integrations, state: { isTest, trigger, url } }: Registering,
	{ createdAt, signingSecret }: { createdAt: string | undefined; signingSecret: string },
): Promise<void> {
	endSession(credential);
	clearUnanswered(credential, url);
	await integrations.store({
		signingSecret,
		createdAt,
		isOwner: true,
		addresses: [{ url, trigger, publishedAt: Date.now() }],
	});
	const stored = await readStored(context).catch(() => undefined);
	if (stored?.signingSecret !== signingSecret) {
		// Nobody would know its secret, for ever.
		await integrations.deleteAndForget();
		refuse(context, { action: 'refuse', reason: 'notStored', currentUrl: url });
	}
	await removeMoved(context, credential);
	if (isTest) beginTest(credential, url, undefined);
}
