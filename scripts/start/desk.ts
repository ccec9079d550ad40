import { randomUUID } from 'node:crypto';

import { z } from 'zod';

import { DESK_TOKEN, type Sandbox } from '../../sandbox';
import type { Json } from '../json';
import type { N8nClient } from '../n8n/client';
import { NODES, type Credential, type Workflow } from '../n8n/examples';
import type { Made } from './kept';

/** The example that has a desk. */
export const DESK = 'support-desk-chatwoot.json';
const NAME = 'Sandbox: Chatwoot';
/** Its key among the IDs of projects. */
const KEY = 'chatwoot';

const FIELD = z.object({ name: z.string(), value: z.unknown() });
const FIELDS = z.object({ assignments: z.object({ assignments: z.array(FIELD) }) });
const NODE = z.object({ type: z.string(), name: z.string(), parameters: z.record(z.unknown()) });

/** The credential for the sandbox's desk, created once. */
export async function deskCredential(client: N8nClient, made: Made): Promise<Credential> {
	const data = { name: 'api_access_token', value: DESK_TOKEN };
	made.credentials[KEY] ??= await client.saveCredential(NAME, 'httpHeaderAuth', data);
	made.save();
	return { id: made.credentials[KEY], name: NAME };
}

/** The example with a token of its own in place of the placeholder, which it refuses. */
export function withOwnToken(workflow: Workflow): Workflow {
	const token = randomUUID();
	const parsed: unknown = JSON.parse(JSON.stringify(workflow.nodes), (_key, value: unknown) =>
		value === 'change-me' ? token : value,
	);
	return { ...workflow, nodes: NODES.parse(parsed) };
}

/** Has the desk send its events to the published workflow. */
export function connectDesk(
	client: N8nClient,
	{ desk }: Sandbox,
	{ active, activeVersionId, nodes }: Json,
): void {
	if (active !== true && typeof activeVersionId !== 'string') return;
	const all = z.array(NODE).parse(nodes);
	const webhook = all.find(({ type }) => type === 'n8n-nodes-base.webhook');
	const settings = FIELDS.safeParse(all.find(({ name }) => name === 'Settings')?.parameters).data;
	const token = settings?.assignments.assignments.find(({ name }) => name === 'webhookToken')?.value;
	if (!webhook) return;
	const path = String(webhook.parameters.path);
	desk.store.webhookUrl = `${client.url}/webhook/${path}?token=${encodeURIComponent(String(token))}`;
}
