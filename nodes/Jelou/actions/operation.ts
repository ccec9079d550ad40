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
	/** How n8n shows it: `name` in the list of operations, `action` (a sentence) in the node panel. */
	menu: { name: string; action: string; description: string };
	/** The operation's own properties. The condition that shows them only for this operation is added later. */
	properties: INodeProperties[];
}

/** Makes one request for an item, and outputs Jelou's response. */
export interface RequestOperation extends AnyOperation {
	kind: 'request';
	/**
	 * Checks an item's parameters and builds the request from them. Sends nothing.
	 *
	 * @throws FieldError naming the field that is empty or wrong
	 */
	buildRequest(item: ItemParameters, context: BuildContext): JelouRequest;
	/**
	 * Requests with the same key are sent one at a time, in input order. Without a key, items do not wait for each other.
	 */
	orderingKey?(request: JelouRequest): string;
	/** A warning to show the user once the request was sent; `undefined` for none. */
	warning?(request: JelouRequest): string | undefined;
	/** What the output has in addition to Jelou's response; `data` is the useful part of that. */
	extraOutput?(request: JelouRequest, data: IDataObject): IDataObject;
}

/** Sends a question and has the run wait for the answer. Takes one item at a time. */
export interface AskOperation extends AnyOperation {
	kind: 'ask';
	/**
	 * Checks the item's parameters and builds the question from them. Sends nothing.
	 *
	 * @throws FieldError naming the field that is empty or wrong
	 */
	ask(item: ItemParameters, context: BuildContext): Asking;
	/** A warning to show the user once the question was sent; `undefined` for none. */
	warning?(message: JelouRequest): string | undefined;
}

/** Sends nothing to Jelou, and tells the project's Jelou Trigger something instead. */
export interface TellOperation extends AnyOperation {
	kind: 'tell';
	/**
	 * Checks an item's parameters and gives what to tell the trigger. Sends nothing.
	 *
	 * @throws FieldError naming the field that is empty or wrong
	 */
	tell(item: ItemParameters): Telling;
}

/** Changes nothing, and outputs as many items as it finds. */
export interface ReadOperation extends AnyOperation {
	kind: 'read';
	/** @throws FieldError naming the field that is empty or wrong, or what could not be read */
	read(item: ItemParameters, from: ReadContext): Promise<IDataObject[]>;
}

export interface ReadContext {
	context: IExecuteFunctions;
	/** It may have no signing secret. */
	credential: LoadedCredential;
	callOptions: CallOptions;
}

/** Makes requests to the platform API, with that API's credential only. */
export interface PlatformOperation extends AnyOperation {
	kind: 'platform';
	/**
	 * Checks an item's parameters and gives the work to do with them. Sends nothing.
	 *
	 * @throws FieldError naming the field that is empty or wrong
	 */
	prepare(item: ItemParameters, context: Pick<BuildContext, 'allowsPlainHttp'>): PlatformWork;
}

interface PlatformWork {
	/** Work with the same key is done one item at a time, in input order. */
	key?: string;
	/** @throws FieldError for what only Jelou's responses show, and NodeApiError */
	run(api: PlatformApi): Promise<IDataObject | IDataObject[]>;
}

export interface PlatformApi {
	/** Makes a request. If the response is a list, its envelope is `{ data: […] }`. */
	call(request: PlatformRequest): Promise<JelouResponse>;
	/** The same, for what is read only once in a run. */
	readOnce(request: PlatformRequest): Promise<JelouResponse>;
}

export type PlatformRequest = Omit<JelouRequest, 'target'>;

/** One operation of the node: what the user fills in, and what it does with that. */
export type Operation = RequestOperation | AskOperation | TellOperation | ReadOperation | PlatformOperation;

/** A question, and what the run waits for. */
export interface Asking {
	/** The request that sends the question. */
	message: JelouRequest;
	/** Sent in its place if the node has a platform credential: the same question with buttons or a list. */
	withButtons?: JelouRequest;
	/** The question's text, with its choices. */
	text: string;
	recipient: Omit<Recipient, 'projectId'>;
	/** What to do if another run's question is open in the room. */
	ifBusy: IfBusy;
	/** What is asked, in order; the text of the first is in the message. */
	steps: Step[];
	/** When the wait ends, in Unix milliseconds. */
	until: number;
}

/** What a trigger is told, and what the node outputs once the trigger has taken that. */
export interface Telling {
	content: Extract<NoteContent, { note: 'pause' | 'endPause' }>;
	output: IDataObject;
}

export interface BuildContext {
	/** The project of the credential, or the one that replaces it in the options. */
	projectId: string;
	/** Whether webhooks and media may be on plain HTTP. */
	allowsPlainHttp: boolean;
	/** The workflow's time zone, such as `America/Guayaquil`. */
	timezone: string;
}

/** The ordering key of requests that change a user's conversation: one at a time for each user. */
export function userOrderingKey({ body = {} }: JelouRequest): string {
	return JSON.stringify([body.userId]);
}

/** What a group of operations is about, such as messages. */
export interface Resource {
	/** As saved in workflows; `name` is how n8n shows it. */
	value: string;
	name: string;
	/** By their value, in the alphabetical order in which n8n shows them. */
	operations: Record<string, Operation>;
	defaultOperation: string;
}

/**
 * Hidden, and present only in operations that need the platform API. The editor evaluates it before it asks for a list;
 * its value is an expression before and after that.
 */
const usesPlatform: INodeProperties = {
	displayName: 'Platform',
	name: 'usesPlatform',
	type: 'hidden',
	default: '={{ "=" }}',
};

/** A display condition: the value is not this one. n8n supports it for credentials too, although its types do not. */
const isNot = (value: unknown) => ({ _cnd: { not: value } }) as never;

/**
 * When n8n shows the platform API's credential, and gives it to a run: where choices are to be buttons, and in the
 * operations with `usesPlatform`, because n8n shows whatever depends on an expression, no matter what the other
 * conditions say.
 */
export const PLATFORM_CREDENTIAL_SHOWN: ICredentialsDisplayOptions = {
	show: { usesPlatform: [isNot(false)], 'options.showAs': ['buttons'] },
};

/** What a user fills in for a resource: the operation, and that operation's properties. */
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
