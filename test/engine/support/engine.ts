import {
	ExecutionLifecycleHooks,
	ExternalSecretsProxy,
	HookContext,
	WebhookContext,
	WorkflowExecute,
} from 'n8n-core';
import {
	Workflow,
	type IDataObject,
	type IHttpRequestOptions,
	type INode,
	type INodeExecutionData,
	type INodeParameters,
	type INodeType,
	type INodeTypes,
	type IRun,
	type IWebhookData,
	type IWebhookResponseData,
	type IWorkflowExecuteAdditionalData,
	type IConnections,
	type IPinData,
	type ICredentialDataDecryptedObject,
	type WorkflowActivateMode,
	type WorkflowExecuteMode,
} from 'n8n-workflow';
import type { Request, Response } from 'express';

import { Jelou } from '../../../nodes/Jelou/Jelou.node';
import { JelouTrigger } from '../../../nodes/Jelou/JelouTrigger.node';
import { OneCredential } from './credentials';
import { holdLater, passLater } from './later';
import { Probe } from './probe';
import { Agent, Join, Step } from './step';

const trigger = new JelouTrigger();
export const probe = new Probe();
const action = new Jelou();
/** `jelouTool` and `jelouHitlTool` are how n8n names the action node as an agent's tool, and as its review. */
const TYPES: Record<string, INodeType> = {
	jelou: action,
	jelouTool: action,
	jelouHitlTool: action,
	agent: new Agent(),
	jelouTrigger: trigger,
	probe,
	step: new Step(),
	join: new Join(),
};

const nodeTypes: INodeTypes = {
	getByName: (name) => TYPES[name] ?? unknownType(name),
	getByNameAndVersion: (name) => TYPES[name] ?? unknownType(name),
	getKnownTypes: () => ({}),
};

function unknownType(name: string): never {
	throw new Error(`No node type ${name}`);
}

function webhookData(
	node: INode,
	workflowExecuteAdditionalData: IWorkflowExecuteAdditionalData,
	isTest: boolean,
): IWebhookData {
	const [webhookDescription] = trigger.description.webhooks ?? [];
	if (webhookDescription === undefined) throw new Error('The trigger has no webhook.');
	return {
		httpMethod: 'POST',
		node: node.name,
		path: `${String(node.webhookId)}/webhook`,
		webhookDescription,
		workflowId: 'workflow-1',
		workflowExecuteAdditionalData,
		webhookId: node.webhookId,
		isTest,
	};
}

interface EngineOptions {
	/** The credential's data, or a credential that several workflows share. */
	credential: ICredentialDataDecryptedObject | OneCredential;
	/** The data of the action node's platform credential; none when absent. */
	platform?: ICredentialDataDecryptedObject;
	staticData?: IDataObject;
	/** The base of the trigger's URLs, for example the address of a test's own server. */
	webhookBaseUrl?: string;
	/** n8n's ID of the credential. */
	credentialId?: string;
	/** Makes the URLs of triggers different. */
	webhookId?: string;
	workflowId?: string;
	workflowName?: string;
	nodeId?: string;
	nodeName?: string;
	/** The names of n8n's webhook endpoints, if they were renamed. */
	endpoints?: { production: string; test: string };
	/** How the action node is run; by hand in the editor when absent. */
	mode?: WorkflowExecuteMode;
	/** The workflow's time zone; n8n's own when absent. */
	timezone?: string;
}

/** A node of a workflow, with the nodes before it; for `join`, one for each input. */
export interface FlowNode {
	name: string;
	type: 'jelou' | 'jelouTool' | 'jelouHitlTool' | 'jelouTrigger' | 'step' | 'join' | 'agent';
	parameters?: INodeParameters;
	from?: string[];
	/** The agent that it is a tool of. */
	toolOf?: string;
	onError?: INode['onError'];
	/** What it puts out instead of running. */
	pinned?: INodeExecutionData[];
}

/** n8n's real execution engine and request helpers around one node of the package. */
export class Engine {
	/** What the trigger's deliveries wrote to n8n's log. */
	readonly warnings: string[] = [];
	readonly credentials: OneCredential;
	readonly staticData: IDataObject;
	private readonly baseUrl: string;
	private readonly credentialId: string;
	private readonly webhookId: string;
	private readonly workflowId: string;
	private readonly workflowName: string;
	private readonly trigger: { id: string; name: string };
	private readonly mode: WorkflowExecuteMode;
	private readonly timezone: string | undefined;
	private readonly endpoints: { production: string; test: string };

	constructor({
		credential,
		platform,
		staticData = {},
		webhookBaseUrl,
		credentialId,
		webhookId,
		workflowId,
		workflowName = 'Test',
		nodeId = 'node-1',
		nodeName = 'Jelou Trigger',
		mode,
		timezone,
		endpoints,
	}: EngineOptions) {
		this.timezone = timezone;
		this.mode = mode ?? 'manual';
		this.endpoints = endpoints ?? { production: 'webhook', test: 'webhook-test' };
		this.credentials =
			credential instanceof OneCredential ? credential : new OneCredential(credential, 'v2', platform);
		this.staticData = staticData;
		this.baseUrl = webhookBaseUrl ?? 'https://n8n.example.com';
		this.credentialId = credentialId ?? 'credential-1';
		this.webhookId = webhookId ?? 'webhook-1';
		this.workflowId = workflowId ?? 'workflow-1';
		this.workflowName = workflowName;
		this.trigger = { id: nodeId, name: nodeName };
	}

	private workflow(nodes: INode[], connections: IConnections = {}): Workflow {
		return new Workflow({
			id: this.workflowId,
			name: this.workflowName,
			nodes,
			connections,
			active: false,
			nodeTypes,
			staticData: this.staticData,
			settings: { executionOrder: 'v1', timezone: this.timezone },
		});
	}

	private node(type: string, parameters: INodeParameters, extra: Partial<INode> = {}): INode {
		return {
			id: 'node-1',
			name: type === 'jelouTrigger' ? 'Jelou Trigger' : 'Jelou',
			type,
			typeVersion: type === 'jelouTrigger' ? 2 : 1,
			position: [0, 0],
			webhookId: this.webhookId,
			parameters,
			credentials: {
				jelouApi: { id: this.credentialId, name: 'Jelou' },
				...(this.credentials.platform && { jelouPlatformApi: { id: 'platform-1', name: 'Platform' } }),
			},
			...extra,
		};
	}

	private additionalData(
		extra: Partial<IWorkflowExecuteAdditionalData> = {},
	): IWorkflowExecuteAdditionalData {
		const refuse = () => Promise.reject(new Error('not needed'));
		return {
			credentialsHelper: this.credentials,
			externalSecretsProxy: new ExternalSecretsProxy(),
			executeWorkflow: refuse,
			getRunExecutionData: refuse,
			getRuntimeCredential: refuse,
			startRunnerTask: refuse,
			logAiEvent: () => undefined,
			currentNodeExecutionIndex: 0,
			executionId: '1',
			variables: {},
			restApiUrl: `${this.baseUrl}/rest`,
			instanceBaseUrl: this.baseUrl,
			formBaseUrl: `${this.baseUrl}/form`,
			formWaitingBaseUrl: `${this.baseUrl}/form-waiting`,
			formTestBaseUrl: `${this.baseUrl}/form-test`,
			webhookBaseUrl: `${this.baseUrl}/${this.endpoints.production}`,
			webhookWaitingBaseUrl: `${this.baseUrl}/webhook-waiting`,
			webhookTestBaseUrl: `${this.baseUrl}/${this.endpoints.test}`,
			mcpBaseUrl: `${this.baseUrl}/mcp`,
			mcpTestBaseUrl: `${this.baseUrl}/mcp-test`,
			...extra,
		};
	}

	/** Runs the action node over these items, as one execution. */
	async run(parameters: INodeParameters, items: IDataObject[], extra: Partial<INode> = {}): Promise<IRun> {
		return await this.start(parameters, items, extra);
	}

	/** Begins an execution, which can be cancelled as n8n's Stop button does. */
	start(parameters: INodeParameters, items: IDataObject[], extra: Partial<INode> = {}) {
		const node = this.node('jelou', parameters, extra);
		return this.execute(this.workflow([node]), node, items);
	}

	/** Runs a whole workflow from its first node, which puts out the items. */
	async runFlow(nodes: FlowNode[], items: IDataObject[]): Promise<IRun> {
		const all = nodes.map(({ name, onError, parameters = {}, type }) =>
			this.node(type, parameters, { id: name, name, onError }),
		);
		const connections: IConnections = {};
		for (const { from = [], name, toolOf, type } of nodes) {
			if (toolOf !== undefined)
				connections[name] = { ai_tool: [[{ node: toolOf, type: 'ai_tool', index: 0 }]] };
			for (const [index, source] of from.entries()) {
				const [first = []] = (connections[source] ??= { main: [[]] }).main ?? [];
				first?.push({ node: name, type: 'main', index: type === 'join' ? index : 0 });
			}
		}
		const workflow = this.workflow(all, connections);
		const [start] = all;
		if (start === undefined) throw new Error('The workflow has no nodes.');
		const pinData = Object.fromEntries(
			nodes.flatMap(({ name, pinned }) => (pinned === undefined ? [] : [[name, pinned]])),
		);
		return await this.execute(workflow, start, items, pinData);
	}

	private execute(workflow: Workflow, node: INode, items: IDataObject[], pinData: IPinData = {}) {
		const now = new Date();
		const hooks = new ExecutionLifecycleHooks(this.mode, '1', {
			id: workflow.id,
			name: '',
			nodes: [node],
			connections: {},
			active: false,
			isArchived: false,
			createdAt: now,
			updatedAt: now,
			activeVersionId: null,
		});
		const execute = new WorkflowExecute(this.additionalData({ hooks, executionId: '1' }), this.mode);
		const main = [items.map((json) => ({ json }))];
		const trigger = { name: node.name, data: { data: { main } } as never };
		return execute.run({ workflow, startNode: node, triggerToStartFrom: trigger, pinData });
	}

	/** Sends one request with the credential through n8n's own helpers, as the HTTP Request node does. */
	async request(
		helper: 'httpRequestWithAuthentication' | 'requestWithAuthentication',
		request: Partial<IHttpRequestOptions> & { uri?: string },
	): Promise<IRun> {
		probe.action = async (context) => {
			await context.helpers[helper].call(context, 'jelouApi', { ...request } as IHttpRequestOptions);
			return [];
		};
		return await this.run({}, [{}], { type: 'probe' });
	}

	/** Calls one of the trigger's webhook methods the way n8n's core does. */
	async hook(
		method: 'checkExists' | 'create' | 'delete',
		parameters: INodeParameters = {},
		{
			isTest = false,
			isHeld = false,
			activation = isTest ? 'manual' : 'activate',
		}: { isTest?: boolean; isHeld?: boolean; activation?: WorkflowActivateMode } = {},
	): Promise<boolean> {
		holdLater();
		const { [method]: call } = trigger.webhookMethods.default;
		const result = await call.call(this.hookContext(parameters, isTest, activation));
		// While held, its delayed work runs when the test says so.
		if (method === 'delete' && !isHeld) await passLater();
		return result;
	}

	/** Publishes or listens as n8n's core does: creates only what does not exist, and deletes after a create that failed. */
	async register(parameters: INodeParameters = {}, isTest = false): Promise<void> {
		if (await this.hook('checkExists', parameters, { isTest })) return;
		try {
			await this.hook('create', parameters, { isTest });
		} catch (error) {
			await this.hook('delete', parameters, { isTest, activation: 'update' });
			throw error;
		}
	}

	private hookContext(parameters: INodeParameters, isTest: boolean, activation: WorkflowActivateMode) {
		const node = this.node('jelouTrigger', parameters, this.trigger);
		const workflow = this.workflow([node]);
		const additionalData = this.additionalData();
		const data = webhookData(node, additionalData, isTest);
		const mode = isTest ? 'manual' : 'trigger';
		// The same object as the workflow's, so that the next hook sees what this one keeps.
		workflow.staticData = this.staticData;
		return new HookContext(workflow, node, additionalData, mode, activation, data);
	}

	/** Passes one request to the trigger's `webhook`, as n8n's core does. */
	async webhook(
		request: Request,
		response: Response,
		parameters: INodeParameters,
	): Promise<IWebhookResponseData> {
		const node = this.node('jelouTrigger', parameters, this.trigger);
		const workflow = this.workflow([node]);
		workflow.staticData = this.staticData;
		const additionalData = this.additionalData({ httpRequest: request, httpResponse: response });
		const data = webhookData(node, additionalData, false);
		const context = new WebhookContext(workflow, node, additionalData, 'webhook', data, [], null);
		const logger = { warn: (message: string) => this.warnings.push(message) };
		Object.defineProperty(context, 'logger', { value: logger });
		return await trigger.webhook.call(context);
	}
}

/** The items that a run put out, on its first output or another. */
export function outputOf(run: IRun, output = 0): INodeExecutionData[] {
	return run.data.resultData.runData.Jelou?.[0]?.data?.main?.[output] ?? [];
}

/** The error that a run ended with, as the user would see it. */
export function errorOf(run: IRun) {
	return run.data.resultData.error;
}
