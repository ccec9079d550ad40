import type { IHookFunctions } from 'n8n-workflow';

import { loadCredential } from '../../shared/credential';
import { decideUnregister } from './decide';
import { IntegrationApi } from './integrationApi';
import { log, withRemedyInMessage } from './refusals';
import { clearFailed, clearRegistration, loadState, saveRegistration, webhookUrlOf } from './state';
import { endTest, setRestoreUrl } from './testSessions';

/**
 * Takes this node's URL back from Jelou: puts back what was there before, or deletes the integration that was created
 * for it. What fails changes nothing here, so that n8n can do it again.
 */
export async function unregister(context: IHookFunctions): Promise<boolean> {
	return await withRemedyInMessage(async () => {
		const credential = await loadCredential(context);
		const hasFailed = clearFailed(credential, webhookUrlOf(context));
		const integrations = new IntegrationApi(context, credential);
		const state = loadState(context, credential, await integrations.get());
		const decision = decideUnregister(state);
		switch (decision.action) {
			case 'restore':
				await integrations.update(decision.url);
				if (!state.isTest) setRestoreUrl(credential, decision.url);
				break;
			case 'handOver':
				await integrations.update(decision.url);
				break;
			case 'delete':
				// n8n registers it again in a moment, and Jelou would make another secret.
				if (hasFailed && !state.isTest && state.creation !== 'unanswered') break;
				if (await integrations.delete()) clearRegistration(context, credential, state.url);
				break;
			case 'leaveToTest':
				setRestoreUrl(credential, decision.restoreUrl, state.workflowId);
		}
		if (decision.save) saveRegistration(context, credential, decision.save);
		log(context, decision.note);
		endTest(credential, state.url);
		return true;
	});
}
