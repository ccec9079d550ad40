import { sleep, type IHookFunctions } from 'n8n-workflow';

import { postNote } from '../../shared/postNote';
import { hasStoredQueue } from './roomStore';

/** n8n serves webhooks some time after it has registered them. */
const WAIT_MS = 3_000;
const MAX_TRIES = 5;

/**
 * Has the trigger ask the questions that wait their turn, after n8n has started: it does so with its next delivery, which
 * might be a long time coming.
 *
 * @param project names the project with its gateway
 */
export function wakeQueues(context: IHookFunctions, project: string, secret: string): void {
	if (!hasStoredQueue(context.getWorkflowStaticData('global'), project)) return;
	const address = context.getNodeWebhookUrl('default') ?? '';
	const wake = async () => {
		for (let tries = 0; tries < MAX_TRIES; tries++) {
			await sleep(WAIT_MS);
			const response = await postNote(context, address, secret, { note: 'keep' }).catch(() => undefined);
			if (response?.code === 200) return;
		}
	};
	void wake();
}
