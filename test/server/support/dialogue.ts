import { randomUUID } from 'node:crypto';

import type { Delivery } from '../../../sandbox';
import type { Json } from '../../../scripts/json';
import { waitUntil } from '../../../scripts/n8n/waitUntil';
import { credentialData, type Stage } from './stage';

/** A step of a dialogue: a question, by the parameters that differ from the defaults. */
export interface Step {
	name: string;
	parameters: Json;
}

export interface Dialogue {
	workflowId: string;
	projectId: string;
	/** Waits until n8n accepts deliveries. */
	listens(): Promise<void>;
	/** A customer writes. Returns the outcome of the delivery. */
	writes(userId: string, text: string): Promise<Delivery>;
	/** What a customer was sent, in order. */
	heard(userId: string): string[];
	/** Waits until a customer is sent a message, counted from 1. Returns its text, before the node that sent it knows. */
	hears(userId: string, count: number): Promise<string>;
	/** The executions, newest first. */
	runs(): Promise<Json[]>;
}

const CREDENTIAL = 'jelouApi';
const HEARS_TIMEOUT_MS = 300_000;
let projects = 0;

export type Workflow = Json & { name: string; nodes: Json[]; connections: Record<string, Json> };

/** A workflow that asks one question after the other and sums up the answers, as a person would build it. */
function dialogueWorkflow(name: string, credential: Json, steps: Step[], extra: Json = {}): Workflow {
	const jelou = (node: string, parameters: Json, type = 'jelou', typeVersion = 1) => ({
		id: randomUUID(),
		name: node,
		type: `n8n-nodes-jelou.${type}`,
		typeVersion,
		position: [0, 0],
		parameters,
		credentials: { [CREDENTIAL]: credential },
	});
	const trigger = {
		...jelou('Jelou Trigger', { events: ['message'], options: {}, ...extra }, 'jelouTrigger', 2),
		webhookId: randomUUID(),
	};
	const questions = steps.map((step) => jelou(step.name, { operation: 'sendAndWait', ...step.parameters }));
	const summary = steps.map((step) => `${step.name}={{ $('${step.name}').item.json.answer }}`).join(' ');
	const last = jelou('Thank you', { text: `=${summary}` });
	const nodes = [trigger, ...questions, last];
	const connections = Object.fromEntries(
		nodes
			.slice(0, -1)
			.map((node, n) => [node.name, { main: [[{ node: nodes[n + 1]?.name, type: 'main', index: 0 }]] }]),
	);
	return { name, nodes, connections, settings: { executionOrder: 'v1' } };
}

export interface DialogueOptions {
	/** How many customers there are. */
	users?: number;
	signingSecret?: string;
	trigger?: Json;
	credential?: Record<string, string>;
	change?: (workflow: Workflow) => Workflow;
}

export async function openDialogue(
	{ client, n8n, sandbox }: Pick<Stage, 'client' | 'sandbox'> & { n8n: Pick<Stage['n8n'], 'url'> },
	steps: Step[],
	{
		users = 3,
		signingSecret = '',
		trigger = {},
		credential: extra = {},
		change = (workflow) => workflow,
	}: DialogueOptions = {},
): Promise<Dialogue> {
	const projectId = `dialogue-${String(++projects)}`;
	const people = Array.from({ length: users }, (_, n) => ({
		id: `user-${String(n)}`,
		name: `User ${String(n)}`,
	}));
	const project = sandbox.store.addProject({ id: projectId, apiKey: `key-${projectId}`, users: people });
	const data = credentialData(sandbox, { projectId, apiKey: project.apiKey, signingSecret, ...extra });
	const credential = { id: await client.saveCredential(projectId, CREDENTIAL, data), name: projectId };
	const workflowId = await client.createWorkflow(
		change(dialogueWorkflow(projectId, credential, steps, trigger)),
	);
	await client.activate(workflowId);
	const listens = async () =>
		waitUntil(`${projectId} to listen`, async () => {
			const url = project.integration?.webhookUrl;
			return url?.startsWith(n8n.url) === true && (await fetch(url, { method: 'POST' })).status === 401;
		});
	await listens();
	const heard = new Map<string, string[]>();
	let told: Array<() => void> = [];
	sandbox.store.feed.watch((change) => {
		const room = change.type === 'message' ? sandbox.store.rooms.get(change.message.roomId) : undefined;
		if (change.type !== 'message' || change.message.from !== 'agent' || room?.projectId !== projectId) return;
		const { content } = change.message;
		heard.set(room.userId, [...(heard.get(room.userId) ?? []), 'body' in content ? content.body : '']);
		const waiting = told;
		told = [];
		for (const tell of waiting) tell();
	});
	return {
		workflowId,
		projectId,
		listens,
		writes: async (userId, text) => sandbox.userWrites(projectId, { text, userId }),
		heard: (userId) => heard.get(userId) ?? [],
		hears: async (userId, count) => {
			const isLate = AbortSignal.timeout(HEARS_TIMEOUT_MS);
			for (;;) {
				const text = heard.get(userId)?.[count - 1];
				if (text !== undefined) return text;
				await new Promise<void>((resolve, reject) => {
					told.push(resolve);
					isLate.onabort = () => reject(new Error(`${userId} was not sent message ${String(count)}.`));
				});
			}
		},
		runs: async () => client.executions(workflowId),
	};
}
