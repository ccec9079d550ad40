import { sleep, type IHookFunctions } from 'n8n-workflow';

import { loadCredential } from '../../shared/credential';
import { postNote } from '../../shared/postNote';
import { hasQuestions } from './roomStore';

/** n8n serves webhooks some time after it has registered them. */
const WAIT_MS = 3_000;
const MAX_TRIES = 5;

/**
 * Has the trigger ask the questions that wait their turn, and time its dialogues, after n8n has started. Otherwise it
 * would not do so before its next delivery, which might be a long time coming.
 *
 * @param project identifies the project, with its gateway
 */
export function wakeQueues(context: IHookFunctions, project: string): void {
	if (!hasQuestions(context.getWorkflowStaticData('global'), project)) return;
	const address = context.getNodeWebhookUrl('default') ?? '';
	const wake = async () => {
		for (let tries = 0; tries < MAX_TRIES; tries++) {
			await sleep(WAIT_MS);
			try {
				// The integration may have been created just now, with another secret.
				const { signingSecret } = await loadCredential(context);
				if ((await postNote(context, address, signingSecret, { note: 'keep' })).code === 200) return;
			} catch {
				// n8n may not be ready for it.
			}
		}
	};
	void wake();
}
