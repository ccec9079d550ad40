import {
	updateDisplayOptions,
	type IDataObject,
	type ICredentialsDisplayOptions,
	type IExecuteFunctions,
	type INodeProperties,
} from 'n8n-workflow';

import type { LoadedCredential } from '../shared/credential';
import type { Recipient } from '../shared/message';
import type { CallOptions } from '../shared/transport';
import type { IfBusy, NoteContent, Step } from '../shared/triggerNote';
import type { JelouRequest, JelouResponse } from '../shared/types';
import type { ItemParameters } from './itemParameters';

interface AnyOperation {
	/** How n8n shows it: `name` in the list of operations, `action` (a sentence) in the panel of nodes. */
	menu: { name: string; action: string; description: string };
	/** The operation's own properties, without `displayOptions`: those are added. */
	properties: INodeProperties[];
}

/** Makes one request of an item, and puts out what Jelou responds. */
export interface RequestOperation extends AnyOperation {
	kind: 'request';
	/**
	 * Checks an item's parameters and builds the request from them. Sends nothing.
	 *
	 * @throws FieldError naming the field that is empty or wrong
	 */
	buildRequest(item: ItemParameters, context: BuildContext): JelouRequest;
	/**
	 * What has to keep its order: requests with the same key are sent one at a time, in input order. Without it, items do
	 * not wait for each other.
	 */
	orderingKey?(request: JelouRequest): string;
	/** What the user should know about a request that was sent. */
	warning?(request: JelouRequest): string | undefined;
	/** What the output has in addition to Jelou's response, of which `data` is the useful part. */
	extraOutput?(request: JelouRequest, data: IDataObject): IDataObject;
}

/** Asks with a message and puts the run to wait for the answer. Takes one item at a time. */
export interface AskOperation extends AnyOperation {
	kind: 'ask';
	/**
	 * Checks the item's parameters and makes the question of them. Sends nothing.
	 *
	 * @throws FieldError naming the field that is empty or wrong
	 */
	ask(item: ItemParameters, context: BuildContext): Asking;
	/** What the user should know about a question that was sent. */
	warning?(message: JelouRequest): string | undefined;
}

/** Sends nothing to Jelou, and tells the project's Jelou Trigger something instead. */
export interface TellOperation extends AnyOperation {
	kind: 'tell';
	/**
	 * Checks an item's parameters and says what to tell. Sends nothing.
	 *
	 * @throws FieldError naming the field that is empty or wrong
	 */
	tell(item: ItemParameters): Telling;
}

/** Changes nothing, and puts out as many items as it finds. */
export interface ReadOperation extends AnyOperation {
	kind: 'read';
	/** @throws FieldError naming the field that is empty or wrong, or what could not be read */
	read(item: ItemParameters, from: ReadContext): Promise<IDataObject[]>;
}

export interface ReadContext {
	context: IExecuteFunctions;
	/** Perhaps without a signing secret. */
	credential: LoadedCredential;
	callOptions: CallOptions;
}

/** Makes requests of the platform API, with its credential alone. */
export interface PlatformOperation extends AnyOperation {
	kind: 'platform';
	/**
	 * Checks an item's parameters, and says what is done with them. Sends nothing.
	 *
	 * @throws FieldError naming the field that is empty or wrong
	 */
	prepare(item: ItemParameters, context: Pick<BuildContext, 'allowsPlainHttp'>): PlatformWork;
}

export interface PlatformWork {
	/** What has to keep its order, as of a request. */
	key?: string;
	/** @throws FieldError for what only Jelou's answers tell, and NodeApiError */
	run(api: PlatformApi): Promise<IDataObject | IDataObject[]>;
}

export interface PlatformApi {
	/** Makes a request; of a response that is a list, the envelope is `{ data: […] }`. */
	call(request: PlatformRequest): Promise<JelouResponse>;
	/** The same for what is read once in a run. */
	readOnce(request: PlatformRequest): Promise<JelouResponse>;
}

export type PlatformRequest = Omit<JelouRequest, 'target'>;

/** One operation of the node: what the user fills in, and what it does with that. */
export type Operation = RequestOperation | AskOperation | TellOperation | ReadOperation | PlatformOperation;

/** A question, and what the run waits for. */
export interface Asking {
	/** The request that asks. */
	message: JelouRequest;
	/** What asks in its place where the node has the credential for it: the same with buttons or a list. */
	withButtons?: JelouRequest;
	/** The text of it. */
	text: string;
	recipient: Omit<Recipient, 'projectId'>;
	/** What becomes of it where another run's question is open. */
	ifBusy: IfBusy;
	/** What is asked, in order; the text of the first is in the message. */
	steps: Step[];
	/** Unix milliseconds. */
	until: number;
}

/** What a trigger is told, and what the node puts out then. */
export interface Telling {
	content: Extract<NoteContent, { note: 'pause' | 'endPause' }>;
	output: IDataObject;
}

export interface BuildContext {
	/** The project of the credential, or the one that replaces it in the options. */
	projectId: string;
	/** Whether a webhook may be on plain HTTP. */
	allowsPlainHttp: boolean;
	/** The workflow's time zone, such as `America/Guayaquil`. */
	timezone: string;
}

/** For requests that change a user's conversation: one at a time for each user. */
export function userOrderingKey({ body = {} }: JelouRequest): string {
	return JSON.stringify([body.userId]);
}

/** What a group of operations is about. */
export interface Resource {
	/** As in the workflow, and as n8n shows it. */
	value: string;
	name: string;
	/** By their value, in the alphabetical order in which n8n shows them. */
	operations: Record<string, Operation>;
	defaultOperation: string;
}

/**
 * Hidden, and there only in operations that need the platform API. An expression, also once it is evaluated, as the editor
 * does before it asks for a list.
 */
const usesPlatform: INodeProperties = {
	displayName: 'Platform',
	name: 'usesPlatform',
	type: 'hidden',
	default: '={{ "=" }}',
};

/** Its value is not this one. n8n knows such conditions of credentials, too, where its types do not. */
const isNot = (value: unknown) => ({ _cnd: { not: value } }) as never;

/**
 * When n8n shows the platform API's credential, and gives it to a run: in those operations, for what depends on an expression
 * is shown, whatever the other conditions say; and where choices are to be buttons.
 */
export const PLATFORM_CREDENTIAL_SHOWN: ICredentialsDisplayOptions = {
	show: { usesPlatform: [isNot(false)], 'options.showAs': ['buttons'] },
};

/** What a user fills in for a resource: which operation, and the properties of each, shown for it alone. */
export function resourceProperties({ value, operations, defaultOperation }: Resource): INodeProperties[] {
	const entries = Object.entries(operations);
	return [
		{
			displayName: 'Operation',
			name: 'operation',
			type: 'options',
			noDataExpression: true,
			displayOptions: { show: { resource: [value] } },
			options: entries.map(([operation, { menu }]) => ({ value: operation, ...menu })),
			default: defaultOperation,
		},
		...entries.flatMap(([operation, { kind, properties }]) =>
			updateDisplayOptions(
				{ show: { resource: [value], operation: [operation] } },
				kind === 'platform' ? [usesPlatform, ...properties] : properties,
			),
		),
	];
}
