import { randomUUID } from 'node:crypto';

import type { Delivery, Project, SandboxProject, UserMessage } from '../../../sandbox';
import { isRecord, type Json } from '../../../scripts/json';
import { readExample, type Credential, type Workflow } from '../../../scripts/n8n/examples';
import { waitUntil } from '../../../scripts/n8n/waitUntil';
import { sandboxPlatformCredential } from '../../../scripts/sandboxCredential';
import { credentialData, type Stage } from './stage';

/** What a person does to an example before using it. */
export interface Preparation {
	/** New values for the fields of its "Settings" node. */
	settings?: Record<string, string | number | boolean>;
	/** New parameters, by the name of a node. Only the given options change. */
	parameters?: Record<string, Json>;
	/** Credentials of other services, by type. */
	credentials?: Record<string, Credential>;
	signingSecret?: string;
	users?: Project['users'];
	rooms?: SandboxProject['rooms'];
	/** The names of nodes that are deactivated. */
	deactivated?: string[];
}

/** An example in n8n, with a Jelou project of its own. */
export interface Example {
	workflowId: string;
	project: Project;
	/** Replaces parameters of nodes, by name. */
	change(parameters: Record<string, Json>): Promise<void>;
	/** Changes fields of its "Settings" node. */
	set(settings: NonNullable<Preparation['settings']>): Promise<void>;
	/** Activates it, and waits until its trigger's webhook, if it has one, responds. */
	activate(): Promise<void>;
	deactivate(): Promise<void>;
	/** A user writes. Returns the outcome of the delivery. */
	hears(message: UserMessage): Promise<Delivery>;
	/** An agent closes the conversation of a user. */
	closes(userId: string): Promise<void>;
	/** The texts that users of the project were sent, in order; of one of them when an ID is given. */
	said(userId?: string): string[];
	/** The bodies of the requests to start conversations, in order. */
	started(): Json[];
	/** Runs it as *Execute workflow* does, from the given trigger. Returns the execution when it is over. */
	run(trigger: string): Promise<Json>;
	/** Waits until this many runs in total have succeeded. */
	ran(count: number): Promise<void>;
}

function withSettings(parameters: Json, settings: Record<string, string | number | boolean>): Json {
	const { assignments } = isRecord(parameters.assignments) ? parameters.assignments : {};
	const fields = (Array.isArray(assignments) ? assignments : []).filter(isRecord);
	for (const name of Object.keys(settings)) {
		if (!fields.some((field) => field.name === name)) throw new Error(`Settings has no field "${name}".`);
	}
	const changed = fields.map((field) => ({ ...field, value: settings[String(field.name)] ?? field.value }));
	return { ...parameters, assignments: { assignments: changed } };
}

function nodesOf({ nodes }: Json): Json[] {
	return (Array.isArray(nodes) ? nodes : []).filter(isRecord);
}

function prepare(workflow: Workflow, { deactivated = [], parameters = {}, settings }: Preparation): Workflow {
	const names = [...Object.keys(parameters), ...deactivated];
	for (const name of names) {
		if (!workflow.nodes.some((node) => node.name === name)) throw new Error(`There is no node "${name}".`);
	}
	const nodes = workflow.nodes.map((node) => {
		const given = isRecord(node.parameters) ? node.parameters : {};
		const set = node.name === 'Settings' && settings ? withSettings(given, settings) : given;
		const { options, ...changed } = parameters[String(node.name)] ?? {};
		const before = isRecord(set.options) ? set.options : {};
		const disabled = deactivated.includes(String(node.name));
		return {
			...node,
			...(disabled && { disabled }),
			parameters: { ...set, ...changed, ...(isRecord(options) && { options: { ...before, ...options } }) },
		};
	});
	return { ...workflow, nodes };
}

const TRIGGER = 'n8n-nodes-jelou.jelouTrigger';
let projects = 0;

/** Imports an example into n8n, with a new project in the sandbox and credentials for it. */
export async function openExample(
	{ client, n8n, sandbox }: Pick<Stage, 'client' | 'sandbox'> & { n8n: Pick<Stage['n8n'], 'url'> },
	file: string,
	preparation: Preparation = {},
): Promise<Example> {
	const { credentials, rooms, signingSecret = '', users } = preparation;
	const projectId = `project-${String(++projects)}`;
	const project = sandbox.store.addProject({ id: projectId, apiKey: `key-${projectId}`, rooms, users });
	const data = credentialData(sandbox, { projectId, apiKey: project.apiKey, signingSecret });
	const credential = { id: await client.saveCredential(projectId, 'jelouApi', data), name: projectId };
	const platformName = `${projectId} at the platform API`;
	const platformData = sandboxPlatformCredential(sandbox, project);
	const jelouPlatformApi = {
		id: await client.saveCredential(platformName, 'jelouPlatformApi', platformData),
		name: platformName,
	};
	const example = readExample(file, credential, { ...credentials, jelouPlatformApi });
	// As the editor does on import: two workflows with the same address cannot both be published.
	const nodes = example.nodes.map((node) =>
		node.type === TRIGGER ? { ...node, webhookId: randomUUID() } : node,
	);
	const workflow = prepare({ ...example, nodes }, preparation);
	const workflowId = await client.createWorkflow(workflow);
	const hasTrigger = workflow.nodes.some(({ type }) => type === TRIGGER);

	const isListening = async () => {
		const url = project.integration?.webhookUrl;
		return url?.startsWith(n8n.url) === true && (await fetch(url, { method: 'POST' })).status === 401;
	};
	const changeTo = async (changed: Pick<Preparation, 'parameters' | 'settings'>) => {
		const current = await client.workflow(workflowId);
		const { nodes } = prepare({ ...workflow, nodes: nodesOf(current) }, changed);
		await client.updateWorkflow(workflowId, { nodes, versionId: current.versionId });
	};
	return {
		workflowId,
		project,
		change: async (parameters) => changeTo({ parameters }),
		set: async (settings) => changeTo({ settings }),
		activate: async () => {
			await client.activate(workflowId);
			if (hasTrigger) await waitUntil(`${workflow.name} to listen`, isListening);
		},
		deactivate: async () => client.deactivate(workflowId),
		hears: async (message) => sandbox.userWrites(projectId, message),
		closes: async (userId) => {
			const url = `${sandbox.gatewayUrl}/v1/external-support/${projectId}/conversations/close`;
			const headers = { 'content-type': 'application/json', 'x-api-key': project.apiKey };
			const body = JSON.stringify({ botId: 'demo-bot', userId });
			const { status } = await fetch(url, { method: 'POST', headers, body });
			if (status !== 200) throw new Error(`The conversation could not be closed: ${String(status)}.`);
		},
		said: (userId) =>
			[...sandbox.store.rooms.values()]
				.filter((room) => room.projectId === projectId && (userId === undefined || room.userId === userId))
				.flatMap((room) => sandbox.store.messages.get(room.id) ?? [])
				.filter(({ from }) => from === 'agent')
				.map(({ content }) => ('body' in content ? content.body : '')),
		started: () =>
			sandbox.store.requests
				.filter(({ rawUrl }) => rawUrl.endsWith(`/${projectId}/conversations/start`))
				.map(({ rawBody }): unknown => JSON.parse(rawBody.toString('utf8')))
				.filter(isRecord),
		run: async (trigger) => {
			const workflowData = await client.workflow(workflowId);
			const begun = await client.call('POST', `/workflows/${workflowId}/run`, {
				workflowData,
				triggerToStartFrom: { name: trigger },
			});
			const id = isRecord(begun) ? String(begun.executionId) : '';
			let execution: Json = {};
			await waitUntil(`the run of ${workflow.name}`, async () => {
				execution = await client.execution(id).catch(() => ({}));
				return execution.finished === true || typeof execution.stoppedAt === 'string';
			});
			return execution;
		},
		ran: async (count) =>
			waitUntil(
				`run ${String(count)} of ${workflow.name}`,
				async () => (await client.executionCount(workflowId)) >= count,
			),
	};
}
