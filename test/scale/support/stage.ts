import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';

import { DEMO_PROJECT, startSandbox, type Sandbox } from '../../../sandbox';
import { N8nClient } from '../../../scripts/n8n/client';
import { packedTarball } from '../../../scripts/pack';
import { WORK_FOLDER } from '../../../scripts/paths';
import { startCluster, type Cluster } from '../../../scripts/scale/cluster';
import { neededHaproxy } from '../../../scripts/scale/haproxy';
import { CREDENTIAL_NAME, PROJECT, credentialData, webhookAnswers } from '../../server/support/stage';

/**
 * n8n notices a dead worker after up to 90 s and looks for stuck runs every three hours. A test cannot wait that long,
 * so here it is about 15 s and 6 s; what happens then is the same.
 */
const IMPATIENT = {
	QUEUE_WORKER_LOCK_DURATION: '10000',
	QUEUE_WORKER_LOCK_RENEW_TIME: '2000',
	QUEUE_WORKER_STALLED_INTERVAL: '3000',
	N8N_EXECUTIONS_QUEUE_RECOVERY_INTERVAL: '0.1',
};

const USERS = Array.from({ length: 20 }, (_, n) => ({ id: `user-${String(n)}`, name: `User ${String(n)}` }));

/** n8n in queue mode with the packed tarball installed, and a sandbox beside it. */
export interface ScaleStage {
	cluster: Cluster;
	client: N8nClient;
	sandbox: Sandbox;
	/** Saves the credential with this signing secret typed in. Returns its ID. */
	saveCredential(signingSecret: string): Promise<string>;
	/** Activates a workflow and waits until the webhook process takes its deliveries. */
	activate(workflowId: string): Promise<void>;
	stop(): Promise<void>;
}

export function integrationOf(sandbox: Sandbox, projectId = PROJECT) {
	return sandbox.store.projects.get(projectId)?.integration ?? undefined;
}

interface ScaleStageOptions {
	/** How many webhook processes; one when absent. */
	webhooks?: number;
	/** Further settings for every n8n process. */
	env?: Record<string, string>;
	/** How long Jelou waits for the response to a delivery. */
	deliveryTimeoutMs?: number;
	/** Whether n8n's own settings for dead workers and stuck runs hold: on a busy machine, the tests' take slow ones for dead. */
	isPatient?: boolean;
	/** Aborts the start; what has been started is stopped. */
	signal?: AbortSignal;
}

export async function startScaleStage({
	deliveryTimeoutMs,
	env = {},
	isPatient = false,
	signal,
	webhooks = 1,
}: ScaleStageOptions = {}): Promise<ScaleStage> {
	const folder = join(WORK_FOLDER, 'test-scale', randomUUID());
	const sandbox = await startSandbox({
		allowInsecureWebhooks: true,
		...(deliveryTimeoutMs !== undefined && { deliveryTimeoutMs }),
		projects: [{ ...DEMO_PROJECT, users: USERS }],
	});
	try {
		const cluster = await startCluster({
			folder,
			tarball: packedTarball(),
			haproxy: neededHaproxy(),
			webhooks,
			env: { ...(isPatient ? {} : IMPATIENT), N8N_DISABLE_UI: 'true', ...env },
			...(signal && { signal }),
		});
		const stop = async () => {
			await cluster.stop();
			await sandbox.close();
			rmSync(folder, { recursive: true, force: true });
		};
		const client = new N8nClient(cluster.main.url);
		try {
			await client.login({ email: 'owner@example.com', password: 'Test-password-1' });
		} catch (error) {
			await stop();
			throw error;
		}
		return {
			cluster,
			client,
			sandbox,
			saveCredential: (signingSecret) =>
				client.saveCredential(CREDENTIAL_NAME, 'jelouApi', credentialData(sandbox, { signingSecret })),
			activate: async (workflowId) => {
				await client.activate(workflowId);
				await webhookAnswers({ sandbox });
			},
			stop,
		};
	} catch (error) {
		await sandbox.close();
		rmSync(folder, { recursive: true, force: true });
		throw error;
	}
}
