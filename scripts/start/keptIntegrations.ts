import type { Integration, Sandbox } from '../../sandbox';
import { AUTH_TYPES } from '../../sandbox/types';
import { isRecord } from '../json';
import { readJsonFile, writeJsonFile } from './jsonFile';

function isIntegration(value: unknown): value is Integration {
	if (!isRecord(value)) return false;
	const { authType, ...rest } = value;
	const names = ['webhookUrl', 'signingSecret', 'authorization', 'createdAt', 'updatedAt'];
	return (
		AUTH_TYPES.some((known) => known === authType) && names.every((name) => typeof rest[name] === 'string')
	);
}

/**
 * Gives the projects back the integrations that they had when the sandbox ended, and keeps those that they get: Jelou
 * forgets none, and n8n registers no workflow again that it takes for registered. Where n8n has moved to another port,
 * what pointed to it follows.
 */
export function keepIntegrations({ store }: Sandbox, file: string, n8nUrl: string): void {
	const kept = readJsonFile(file);
	const { integrations, n8nUrl: before } = isRecord(kept) ? kept : {};
	for (const [id, integration] of Object.entries(isRecord(integrations) ? integrations : {})) {
		const project = store.projects.get(id);
		if (!project || !isIntegration(integration)) continue;
		const { webhookUrl } = integration;
		const isOfN8n = typeof before === 'string' && webhookUrl.startsWith(`${before}/`);
		project.integration = {
			...integration,
			webhookUrl: isOfN8n ? n8nUrl + webhookUrl.slice(before.length) : webhookUrl,
		};
	}
	let saved = '';
	const save = () => {
		const all = [...store.projects.values()].map(({ id, integration }) => [id, integration] as const);
		const next = { n8nUrl, integrations: Object.fromEntries(all.filter(([, each]) => each !== null)) };
		const text = JSON.stringify(next);
		if (text === saved) return;
		saved = text;
		writeJsonFile(file, next);
	};
	save();
	store.feed.watch(save);
}

/**
 * Takes the webhooks back that tests in the editor had when n8n ended, as n8n does when it ends a test: the published
 * workflow of that address gets it, and where there is none the integration, which the test created, is deleted.
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
