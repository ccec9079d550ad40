import { z } from 'zod';

import type { Integration, Sandbox } from '../../sandbox';
import { AUTH_TYPES } from '../../sandbox/types';
import { moved, readKept, writeKept } from './kept';

const INTEGRATION: z.ZodType<Integration> = z.object({
	webhookUrl: z.string(),
	signingSecret: z.string(),
	authType: z.enum(AUTH_TYPES),
	authorization: z.string(),
	createdAt: z.string(),
	updatedAt: z.string(),
});
/** By project. */
const KEPT = z.object({ n8nUrl: z.string(), integrations: z.record(INTEGRATION) });

/**
 * Restores the integrations that the projects had when the sandbox ended, and saves every change: Jelou forgets none, and
 * n8n does not register a workflow again that it thinks is registered. Where n8n has moved to another port, addresses
 * that pointed to it follow.
 */
export function keepIntegrations({ store }: Sandbox, file: string, n8nUrl: string): void {
	const { integrations, n8nUrl: before } = readKept(file, KEPT) ?? { integrations: {}, n8nUrl };
	for (const [id, integration] of Object.entries(integrations)) {
		const project = store.projects.get(id);
		const webhookUrl = moved(integration.webhookUrl, before, n8nUrl);
		if (project) project.integration = { ...integration, webhookUrl };
	}
	let saved = '';
	const save = () => {
		const all = [...store.projects.values()].map(({ id, integration }) => [id, integration] as const);
		const next = { n8nUrl, integrations: Object.fromEntries(all.filter(([, each]) => each !== null)) };
		if (JSON.stringify(next) === saved) return;
		saved = JSON.stringify(next);
		writeKept(file, next);
	};
	save();
	store.feed.watch(save);
}

/**
 * Takes back the webhooks that tests in the editor had when n8n ended, as n8n does when it ends a test: the published
 * workflow at that address gets it, or, where there is none, the integration that the test created is deleted.
 */
export async function endTests({ store }: Sandbox, n8nUrl: string): Promise<void> {
	for (const project of store.projects.values()) {
		const { integration } = project;
		if (!integration?.webhookUrl.startsWith(`${n8nUrl}/webhook-test/`)) continue;
		const webhookUrl = integration.webhookUrl.replace('/webhook-test/', '/webhook/');
		const { status } = await fetch(webhookUrl, { method: 'POST' });
		project.integration = status === 404 ? null : { ...integration, webhookUrl };
		store.feed.publish({ type: 'overview' });
	}
}
