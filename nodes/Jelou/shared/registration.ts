import type { FunctionsBase, ICredentialDataDecryptedObject, IDataObject } from 'n8n-workflow';

import type { BaseUrls } from './environments';
import { parseBody } from './errorResponse';
import { isObject, optionalText } from './json';
import { canonicalUrl } from './webhookUrls';

/** A Jelou Trigger, by n8n's IDs and the user's names. */
export interface TriggerName {
	workflowId: string;
	workflowName: string;
	nodeId: string;
	nodeName: string;
}

type NodeContext = Pick<FunctionsBase, 'getNode' | 'getWorkflow' | 'getWorkflowStaticData'>;

/** The node, and its workflow. */
export function triggerNameOf(context: NodeContext): TriggerName {
	const { id: nodeId, name: nodeName } = context.getNode();
	const { id: workflowId = '', name: workflowName = '' } = context.getWorkflow();
	return { workflowId, workflowName, nodeId, nodeName };
}

/** An address that the integration was given. */
export interface Address {
	url: string;
	/** Absent if it is not a trigger of this n8n, or not a known one. */
	trigger?: TriggerName;
	/** When the trigger was last published, in Unix milliseconds: this shows other processes that it was. */
	publishedAt?: number;
}

/** Whether an address belongs to this trigger. */
export function isOf({ trigger }: Address, { nodeId, workflowId }: TriggerName): boolean {
	return trigger?.workflowId === workflowId && trigger.nodeId === nodeId;
}

/**
 * What this n8n knows about a project's integration. It is stored in the credential, encrypted, where every workflow
 * that uses the credential finds it. Jelou shows the signing secret once, to whoever creates the integration.
 */
export interface Registration {
	signingSecret?: string;
	/** When Jelou created the integration that the secret belongs to; versions before 1.1 did not save it. */
	createdAt?: string;
	/** True when a trigger created the integration, and so may delete it. */
	isOwner?: boolean;
	/** Where this n8n last pointed the integration, followed by what has to be restored after that, in order. */
	addresses: Address[];
}

export const NOTHING: Registration = { addresses: [] };

export function isNothing({ addresses, signingSecret }: Registration): boolean {
	return signingSecret === undefined && addresses.length === 0;
}

/** A project at its gateway. */
interface Project {
	baseUrls: Pick<BaseUrls, 'gateway'>;
	projectId: string;
}

/** Identifies an integration: there is one per project and gateway. */
export function integrationKey({ baseUrls, projectId }: Project): string {
	return `${baseUrls.gateway} ${projectId}`;
}

/** The credential's hidden property. */
export const REGISTRATION_FIELD = 'registration';
/** Where a request carries what n8n is to store. */
const PENDING_FIELD = 'pendingRegistration';

const isText = (value: unknown): value is string => typeof value === 'string';

function readTrigger(value: unknown): TriggerName | undefined {
	if (!isObject(value)) return undefined;
	const { nodeId, nodeName, workflowId, workflowName } = value;
	if (!isText(nodeId) || !isText(nodeName) || !isText(workflowId) || !isText(workflowName)) return undefined;
	return { workflowId, workflowName, nodeId, nodeName };
}

function readAddresses(value: unknown): Address[] {
	const all: unknown[] = Array.isArray(value) ? value : [];
	return all.flatMap((each): Address[] => {
		const { publishedAt, trigger, url } = isObject(each) ? each : {};
		if (!isText(url)) return [];
		const at = typeof publishedAt === 'number' ? publishedAt : undefined;
		return [{ url, trigger: readTrigger(trigger), publishedAt: at }];
	});
}

/** What is stored about a project's integration, as a text; `''` for nothing. */
export function formatRegistration(project: Project, registration: Registration): string {
	if (isNothing(registration)) return '';
	const { addresses, createdAt, isOwner = false, signingSecret } = registration;
	const integration = integrationKey(project);
	return JSON.stringify({ integration, signingSecret, createdAt, isOwner, addresses });
}

function toRegistration(saved: IDataObject, addresses: Address[]): Registration {
	return {
		signingSecret: optionalText(saved.signingSecret),
		createdAt: optionalText(saved.createdAt),
		isOwner: saved.isOwner === true,
		addresses,
	};
}

/**
 * Reads what is stored. A credential whose project or gateway was changed holds nothing for the new one.
 *
 * @returns `undefined` when the text cannot be read
 */
export function readRegistration(text: unknown, project: Project): Registration | undefined {
	if (text === undefined || text === '') return NOTHING;
	const saved = parseBody(text);
	if (typeof saved?.integration !== 'string') return undefined;
	if (saved.integration !== integrationKey(project)) return NOTHING;
	return toRegistration(saved, readAddresses(saved.addresses));
}

/** The credential's data in a form that makes n8n store this text with the next request. */
export function dataToStore(
	data: ICredentialDataDecryptedObject | undefined,
	text: string,
): ICredentialDataDecryptedObject {
	// n8n calls `preAuthentication` if the field is empty in the data of a request.
	return { ...data, [REGISTRATION_FIELD]: '', [PENDING_FIELD]: text };
}

/** What n8n has to store in a credential; `{}` unless a request was made to store something. */
export function pendingRegistration(data: ICredentialDataDecryptedObject): IDataObject {
	const text = data[PENDING_FIELD];
	if (typeof text !== 'string') return {};
	// n8n 1.x stores all of the data, so what was pending must no longer be in it.
	return { [REGISTRATION_FIELD]: text, [PENDING_FIELD]: undefined };
}

/** Where versions before 1.1 saved it: in the static data of the workflow whose trigger was published. */
const STATIC_KEY = 'jelou';

function savedIn(context: NodeContext): IDataObject {
	const saved = context.getWorkflowStaticData('global')[STATIC_KEY];
	return isObject(saved) ? saved : {};
}

/** Whether a version before 1.1 saved something about the project in this workflow. */
export function isSaved(context: NodeContext, project: Project): boolean {
	return integrationKey(project) in savedIn(context);
}

/** What a version before 1.1 saved in a workflow. */
export function readSaved(context: NodeContext, project: Project): Registration {
	const saved = savedIn(context)[integrationKey(project)];
	if (!isObject(saved)) return NOTHING;
	const webhookUrl = optionalText(saved.webhookUrl);
	const previousUrl = optionalText(saved.previousUrl);
	const addresses: Address[] = [];
	if (webhookUrl !== undefined)
		addresses.push({ url: canonicalUrl(webhookUrl), trigger: triggerNameOf(context) });
	if (previousUrl !== undefined) addresses.push({ url: canonicalUrl(previousUrl) });
	return toRegistration(saved, addresses);
}

/**
 * Removes it, once it is stored in the credential. If there is nothing, nothing is written: n8n saves static data
 * whole.
 */
export function removeSaved(context: NodeContext, project: Project): void {
	if (!isSaved(context, project)) return;
	const key = integrationKey(project);
	const others = Object.entries(savedIn(context)).filter(([each]) => each !== key);
	// Assigned as a whole, because n8n may not notice a change deeper down.
	const staticData = context.getWorkflowStaticData('global');
	staticData[STATIC_KEY] = others.length > 0 ? Object.fromEntries(others) : undefined;
}
