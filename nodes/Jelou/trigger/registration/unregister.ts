import type { IHookFunctions } from 'n8n-workflow';

import { later } from '../../shared/clock';
import { integrationKey, triggerNameOf, type LoadedCredential } from '../../shared/credential';
import { isOf, isSaved } from '../../shared/registration';
import { decideUnregister, type TriggerStatus } from './decide';
import { IntegrationApi } from './integrationApi';
import { log, logNotGivenBack, withRemedyInMessage } from './refusals';
import {
	clearUnanswered,
	isTestHook,
	loadForHook,
	loadState,
	removeMoved,
	statusesOf,
	webhookUrlOf,
	whileGivingBack,
} from './state';
import { endSession, endTest, setRestoreUrl } from './testSessions';

/** n8n unpublishes a trigger that was edited, and publishes it again at once: nothing may come of that at Jelou. */
const RELEASE_MS = 5_000;

/**
 * Takes this node's URL back from Jelou: puts back what was there before, or deletes the integration that was created
 * for it. At once after a test; in production a moment later, unless the node is published again by then.
 */
export async function unregister(context: IHookFunctions): Promise<boolean> {
	return await withRemedyInMessage(async () => {
		const credential = await loadForHook(context);
		const url = webhookUrlOf(context);
		const hasFailed = statusesOf(credential).get(url) === 'failed';
		if (isTestHook(context, credential, url)) {
			statusesOf(credential).delete(url);
			await giveBack(context, credential, url, false);
			return true;
		}
		// Now, because n8n saves static data when this is done.
		if (isSaved(context.getWorkflowStaticData('global'), integrationKey(credential))) {
			await new IntegrationApi(context, credential).store(credential.registration);
			await removeMoved(context, credential);
		}
		// After a failure it is published still, and n8n tries again.
		const status = hasFailed ? 'failed' : 'released';
		statusesOf(credential).set(url, status);
		later(RELEASE_MS, async () => {
			try {
				await giveBackUnlessTaken(context, credential, url, status);
			} catch (error) {
				logNotGivenBack(context, error);
			}
		});
		return true;
	});
}

async function giveBackUnlessTaken(
	context: IHookFunctions,
	released: LoadedCredential,
	url: string,
	status: TriggerStatus,
): Promise<void> {
	// One that was deleted meanwhile still serves here.
	const credential = await loadForHook(context).catch(() => released);
	const trigger = triggerNameOf(context);
	const publishedAt = ({ registration: { addresses } }: LoadedCredential) =>
		addresses.find((address) => isOf(address, trigger))?.publishedAt;
	// Where another process has published it again, only the credential says so.
	const isUnchanged = publishedAt(credential) === publishedAt(released);
	if (!isUnchanged || statusesOf(credential).get(url) !== status) return;
	statusesOf(credential).delete(url);
	await whileGivingBack(credential, async () => {
		await withRemedyInMessage(async () => {
			await giveBack(context, credential, url, status === 'failed');
		});
	});
}

async function giveBack(
	context: IHookFunctions,
	credential: LoadedCredential,
	url: string,
	hasFailed: boolean,
): Promise<void> {
	const integrations = new IntegrationApi(context, credential);
	const state = loadState(context, credential, url, await integrations.get());
	const decision = decideUnregister(state);
	switch (decision.action) {
		case 'restore':
			await integrations.update(decision.url, decision.save);
			if (!state.isTest) setRestoreUrl(credential, decision.url);
			break;
		case 'handOver':
			await integrations.update(decision.url, decision.save);
			break;
		case 'delete':
			// n8n registers it again in a moment, and Jelou would make another secret.
			if (hasFailed && state.creation !== 'unanswered') break;
			await integrations.deleteAndForget();
			clearUnanswered(credential, url);
			endSession(credential);
			break;
		case 'leaveToTest':
			setRestoreUrl(credential, decision.restoreUrl);
			await integrations.storeChanged(decision.save);
			break;
		case 'leave':
			await integrations.storeChanged(decision.save);
	}
	log(context, decision.line);
	endTest(credential, url);
}
