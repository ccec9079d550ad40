import type { N8nProcess } from '../../../scripts/scale/n8nProcess';
import { openDialogue, type Dialogue, type DialogueOptions, type Step } from '../../server/support/dialogue';
import { credentialData } from '../../server/support/stage';
import { integrationOf, type ScaleStage } from './stage';

const FORGERIES = 6;

/** Opens a dialogue with the signing secret typed into its credential, as queue mode needs it. */
export async function openTyped(
	{ client, cluster, sandbox }: ScaleStage,
	steps: Step[],
	options: DialogueOptions,
): Promise<Dialogue> {
	const n8n = { url: cluster.webhookUrl };
	const dialogue = await openDialogue({ client, n8n, sandbox }, steps, options);
	const { projectId } = dialogue;
	const project = sandbox.store.projects.get(projectId);
	const { signingSecret = '' } = project?.integration ?? {};
	const data = credentialData(sandbox, { projectId, apiKey: project?.apiKey ?? '', signingSecret });
	await client.saveCredential(projectId, 'jelouApi', data);
	return dialogue;
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
