import { randomUUID } from 'node:crypto';

import { isRecord, type Json } from '../../../scripts/json';
import { waitUntil } from '../../../scripts/n8n/waitUntil';
import { openDialogue, type Dialogue, type DialogueOptions } from './dialogue';
import type { Front } from './front';
import type { Stage } from './stage';
import { BASE, chain, wiredWorkflow, type Node, type Wire } from './wires';
import { filter } from './workflows';

export const TRIGGER = 'Jelou Trigger';

export const jelou = (name: string, parameters: Json): Node => [name, 'n8n-nodes-jelou.jelou', 1, parameters];
export const ask = (message: string, parameters: Json = {}): Node =>
	jelou('Ask', { operation: 'sendAndWait', message, ...parameters });
export const reply = (text: string, parameters: Json = {}): Node => jelou('Reply', { text, ...parameters });

/** A Code node that counts something in static data, which n8n then saves as a whole. */
export const COUNTS: Node = [
	'Count',
	`${BASE}code`,
	2,
	{
		jsCode:
			"const data = $getWorkflowStaticData('global');\ndata.count = (data.count ?? 0) + 1;\nreturn $input.all();",
	},
];

/** Lets through customers who write "pause", or everybody else. */
function only(label: string, operation: 'startsWith' | 'notEquals'): Node {
	const { parameters, type, typeVersion } = filter(label, '={{ $json.chatInput }}', operation, 'pause');
	return [label, type, typeVersion, parameters];
}

/** Whom a message goes to, for fields that are filled in. */
export interface Ids extends Json {
	roomId: string;
	botId: string;
	userId: string;
}

/** For faults that affect only what one project sends, not other runs. */
export const sendingOf = ({ projectId }: Pick<Dialogue, 'projectId'>) => ({
	path: 'chatbot' as const,
	naming: `"${projectId}"`,
});

export const messagesOf = (errors: unknown[]) =>
	errors.map((error) => (isRecord(error) ? String(error.message) : ''));
/** The messages and descriptions of errors, in one text. */
export const explanationOf = (errors: unknown[]) =>
	errors
		.map((error) => (isRecord(error) ? `${String(error.message)} ${String(error.description)}` : ''))
		.join();

/** Projects of one n8n that is reached through a front, each with a credential without a typed secret. */
export class Projects {
	private static last: Promise<unknown> = Promise.resolve();
	private readonly opened: Dialogue[] = [];

	constructor(
		private readonly stage: Stage,
		/** Where n8n says that it is. */
		public front: Front,
	) {}

	/** Publishes a workflow of a Jelou Trigger for messages and these nodes, in sequence unless wired. */
	async open(
		nodes: Node[] | ((projectId: string) => Node[]),
		{ wires, ...options }: DialogueOptions & { wires?: Wire[] } = {},
	): Promise<Dialogue> {
		const { client, sandbox } = this.stage;
		const opening = () =>
			openDialogue({ client, n8n: { url: this.front.url }, sandbox }, [], {
				users: 4,
				change: ({ name, nodes: [trigger = {}] }) => {
					const behind = typeof nodes === 'function' ? nodes(name) : nodes;
					const inOrder = chain(TRIGGER, ...behind.map(([each]) => each));
					const credentials = isRecord(trigger.credentials) ? trigger.credentials : {};
					const workflow = wiredWorkflow(name, behind, wires ?? inOrder, credentials);
					return { ...workflow, nodes: [trigger, ...workflow.nodes] };
				},
				...options,
			});
		// n8n 1.x cannot save two workflows at a time.
		const opened = Projects.last.then(opening, opening);
		Projects.last = opened;
		this.opened.push(await opened);
		return await opened;
	}

	/** Keeps what is open now, so that the end of a test does not unpublish it. */
	keep(): void {
		this.opened.length = 0;
	}

	/** Unpublishes what was opened since. */
	async close(): Promise<void> {
		const { client } = this.stage;
		const open = this.opened.splice(0);
		for (const { workflowId } of open) await client.deactivate(workflowId).catch(() => undefined);
	}

	/** The credential of a project, as a node names it. */
	async credential(name: string): Promise<{ id: string; name: string }> {
		const found = (await this.stage.client.credentials()).find((credential) => credential.name === name);
		return { id: String(found?.id), name };
	}

	project({ projectId }: Pick<Dialogue, 'projectId'>) {
		const project = this.stage.sandbox.store.projects.get(projectId);
		if (project === undefined) throw new Error(`There is no project ${projectId}.`);
		return project;
	}

	/** What Jelou knows: the address, the secret, and how often an integration was created and deleted. */
	standing({ projectId }: Pick<Dialogue, 'projectId'>) {
		const { integration } = this.project({ projectId });
		const count = (wanted: string) =>
			this.stage.sandbox.store.requests.filter(
				({ method, rawUrl }) => method === wanted && rawUrl.endsWith(`/external-support/${projectId}`),
			).length;
		return { secret: integration?.signingSecret, created: count('POST'), deleted: count('DELETE') };
	}

	ids({ projectId }: Pick<Dialogue, 'projectId'>, userId = 'user-0'): Ids {
		const project = this.project({ projectId });
		const [bot] = project.bots;
		const user = project.users.find(({ id }) => id === userId);
		if (bot === undefined || user === undefined) throw new Error(`There is no ${userId}.`);
		return { roomId: this.stage.sandbox.store.roomOf(project, bot, user).id, botId: bot.id, userId };
	}

	/** Waits until a customer was sent this many messages, and returns them. */
	async heard(dialogue: Dialogue, userId: string, count: number): Promise<string[]> {
		const heard = () => dialogue.heard(userId);
		const isThere = () => heard().length >= count;
		await waitUntil(`message ${String(count)} to ${userId}`, isThere);
		return heard();
	}

	/** Waits until this many runs of a workflow have a status. */
	async runs({ workflowId }: Dialogue, status: string, count: number): Promise<void> {
		const isSo = async () => (await this.stage.client.executionCount(workflowId, [status])) === count;
		await waitUntil(`${String(count)} runs that are ${status}`, isSo);
	}

	/** Changes the nodes of a workflow, and publishes it again. */
	async edit({ workflowId }: Dialogue, change: (nodes: Json[]) => Json[]): Promise<void> {
		const { client } = this.stage;
		const { connections, nodes, settings, versionId } = await client.workflow(workflowId);
		const changed = change((Array.isArray(nodes) ? nodes : []).filter(isRecord));
		const names = new Set(changed.map(({ name }) => String(name)));
		const wires = Object.entries(isRecord(connections) ? connections : {}).filter(([from]) =>
			names.has(from),
		);
		const edited = { nodes: changed, connections: Object.fromEntries(wires), settings, versionId };
		await client.updateWorkflow(workflowId, edited);
		await this.publish({ workflowId });
	}

	/** Changes parameters of a workflow's trigger, and publishes it again. */
	async editTrigger(dialogue: Dialogue, parameters: Json): Promise<void> {
		await this.edit(dialogue, (nodes) =>
			nodes.map((node) => {
				const given = isRecord(node.parameters) ? node.parameters : {};
				return node.name === TRIGGER ? { ...node, parameters: { ...given, ...parameters } } : node;
			}),
		);
	}

	/** Publishes a workflow, and throws n8n's error if that fails. */
	async publish({ workflowId }: Pick<Dialogue, 'workflowId'>): Promise<void> {
		const errors = await this.stage.client.activate(workflowId);
		if (errors.length > 0) throw new Error(errors.join());
	}

	async unpublish({ workflowId }: Pick<Dialogue, 'workflowId'>): Promise<void> {
		await this.stage.client.deactivate(workflowId);
	}

	/** Waits until a project has no integration. */
	async isGone(dialogue: Dialogue): Promise<void> {
		await waitUntil(
			`the integration of ${dialogue.projectId} to be gone`,
			() => this.standing(dialogue).secret === undefined,
		);
	}

	/** Runs nodes in a workflow without a Jelou Trigger, which n8n's own Webhook node starts. Returns the execution. */
	async elsewhere(credential: Json, ...nodes: Node[]): Promise<Json> {
		const { client, n8n } = this.stage;
		const path = randomUUID();
		const start: Node = [
			'Start',
			`${BASE}webhook`,
			2,
			{ path, httpMethod: 'POST', responseMode: 'lastNode' },
			{ webhookId: path },
		];
		const names = ['Start', ...nodes.map(([name]) => name)];
		const workflow = wiredWorkflow(path, [start, ...nodes], chain(...names), { jelouApi: credential });
		const id = await client.createWorkflow(workflow);
		await client.activate(id);
		await waitUntil('the other workflow to listen', async () => {
			const { status } = await fetch(`${n8n.url}/webhook/${path}`, { method: 'POST' });
			return status !== 404;
		});
		await waitUntil('its run', async () => (await client.executionCount(id, ['success', 'error'])) > 0);
		await client.deactivate(id);
		const [run] = await client.executions(id);
		return await client.execution(String(run?.id));
	}

	/**
	 * A workflow that asks a supervisor, `user-0`, to approve what a customer wants. What the customer writes decides how: a
	 * busy room is waited for, except for "replace …" and "fail …"; "brief …" waits only briefly; Jelou refuses a
	 * question about "… for nobody"; and "pause" has the supervisor's room paused.
	 */
	async supervised(): Promise<Dialogue> {
		const wants = (word: string) => `$json.chatInput.startsWith('${word}')`;
		const values = {
			limitType: 'afterTimeInterval',
			resumeAmount: `={{ ${wants('brief')} ? 0.02 : 60 }}`,
			resumeUnit: 'minutes',
		};
		const options = {
			ifBusy: `={{ ${wants('replace')} ? 'replace' : ${wants('fail')} ? 'fail' : 'wait' }}`,
			limitWaitTime: { values },
		};
		const userId = "={{ $json.chatInput.endsWith('for nobody') ? 'user-3' : 'user-0' }}";
		const customer = (field: string) => `={{ $('${TRIGGER}').item.json.${field} }}`;
		const outcome = "$json.outcome === 'paused' ? 'paused' : $json.data?.approved ?? 'nobody answered'";
		const nodes = (projectId: string): Node[] => {
			const { botId, roomId } = this.ids({ projectId });
			return [
				only('Wants', 'notEquals'),
				ask('=¿Apruebas {{ $json.chatInput }}?', {
					responseType: 'approval',
					roomId,
					botId,
					userId,
					options,
				}),
				reply(`={{ $('${TRIGGER}').item.json.chatInput + ': ' + (${outcome}) }}`, {
					roomId: customer('room_id'),
					botId: customer('bot.id'),
					userId: customer('contact.id'),
				}),
				only('Pauses', 'startsWith'),
				jelou('Pause', { resource: 'conversation', operation: 'pause', roomId }),
			];
		};
		return await this.open(nodes, {
			wires: [...chain(TRIGGER, 'Wants', 'Ask', 'Reply'), ...chain(TRIGGER, 'Pauses', 'Pause')],
		});
	}
}
