import type { N8nProcess } from '../../../scripts/scale/n8nProcess';
import { openDialogue, type Dialogue, type DialogueOptions, type Step } from '../../server/support/dialogue';
import { integrationOf, type ScaleStage } from './stage';

const FORGERIES = 6;

/** Opens a dialogue at the address that the webhook processes are behind. */
export async function openScaled(
	{ client, cluster, sandbox }: ScaleStage,
	steps: Step[],
	options: DialogueOptions,
): Promise<Dialogue> {
	return await openDialogue({ client, n8n: { url: cluster.webhookUrl }, sandbox }, steps, options);
}

/**
 * The webhook processes that have taken deliveries to a project's address since they were started: several forged ones,
 * which they log.
 */
export async function servedBy(
	{ cluster, sandbox }: ScaleStage,
	projectId: string,
	workflow = projectId,
): Promise<N8nProcess[]> {
	const { webhookUrl = '' } = integrationOf(sandbox, projectId) ?? {};
	const line = `in workflow "${workflow}" refused a delivery`;
	for (let n = 0; n < FORGERIES; n++) await fetch(webhookUrl, { method: 'POST' });
	return cluster.webhooks.filter((one) => one.log().includes(line));
}

/** The webhook process that serves an address, where no other has done so. */
export async function servingOf(...address: Parameters<typeof servedBy>): Promise<N8nProcess> {
	const [found] = await servedBy(...address);
	if (found === undefined) throw new Error('No webhook process has served the address.');
	return found;
}
