import type { IHookFunctions } from 'n8n-workflow';

import { integrationKey, type LoadedCredential } from '../../shared/credential';
import { isSaved } from '../../shared/registration';
import { decideUnregister } from './decide';
import { IntegrationApi } from './integrationApi';
import { log, withRemedyInMessage } from './refusals';
import {
	clearFailed,
	clearUnanswered,
	isTestHook,
	loadForHook,
	loadState,
	removeMoved,
	webhookUrlOf,
} from './state';
import { endSession, endTest, setRestoreUrl } from './testSessions';

/**
 * Takes this node's URL back from Jelou: puts back what was there before, or deletes the integration that was created
 * for it. What fails changes nothing here, so that n8n can do it again.
 */
export async function unregister(context: IHookFunctions): Promise<boolean> {
	return await withRemedyInMessage(async () => {
		const credential = await loadForHook(context);
		const url = webhookUrlOf(context);
		const hasFailed = clearFailed(credential, url) && !isTestHook(context, credential, url);
		if (isSaved(context.getWorkflowStaticData('global'), integrationKey(credential))) {
			await new IntegrationApi(context, credential).store(credential.registration);
			await removeMoved(context, credential);
		}
		await giveBack(context, credential, url, hasFailed);
		return true;
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
	log(context, decision.note);
	endTest(credential, url);
}
