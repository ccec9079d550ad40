import {
	NodeOperationError,
	type IDataObject,
	type IExecuteFunctions,
	type INodeExecutionData,
} from 'n8n-workflow';

import { loadCredential, withSigningSecret, type LoadedCredential } from '../shared/credential';
import { sendingSecret } from '../shared/secrets';
import { call } from '../shared/transport';
import type { JelouRequest } from '../shared/types';
import { findOperation } from './resources';
import { ItemResults } from './itemResults';
import { runInLanes, type Task } from './lanes';
import type { Operation } from './operation';
import { ItemParameters } from './itemParameters';
import { ParameterReader } from './parameterReader';
import { DEFAULT_CONCURRENCY, readOptions, type Options } from './options';
import { readRegistration } from '../shared/registrationStore';
import { FieldError } from '../shared/errors';

/** An item that was checked, with the request it makes. */
interface ItemRequest {
	index: number;
	options: Options;
	projectId: string;
	request: JelouRequest;
}

const NO_SECRET = {
	message: 'No signing secret is known, so nothing can be sent',
	advice:
		"Fill in Signing Secret in the Jelou credential. Without it only the workflow whose Jelou Trigger created the project's integration can send, and in n8n's queue mode not even that one.",
	/** n8n gives a run in the editor no static data, so the trigger's secret is out of reach. */
	testAdvice:
		'A test run needs Signing Secret in the Jelou credential. To go without it, publish the workflow: it can then send what its Jelou Trigger starts.',
};

function chosenOperation(context: IExecuteFunctions): Operation {
	const name = context.getNodeParameter('operation', 0, '');
	const operation = findOperation(context.getNodeParameter('resource', 0, ''), name);
	if (operation === undefined) {
		throw new NodeOperationError(context.getNode(), `The operation "${String(name)}" does not exist`, {
			description: 'Open the node and choose the resource and the operation again.',
		});
	}
	return operation;
}

/** Gives the credential to use for a request, worked out once per project: for messages with the secret to sign with. */
function credentialsFor(context: IExecuteFunctions, loaded: LoadedCredential) {
	const signing = new Map<string, LoadedCredential>();
	return (target: JelouRequest['target'], projectId: string): LoadedCredential => {
		const credential = projectId === loaded.projectId ? loaded : { ...loaded, projectId };
		if (target !== 'chatbot' || loaded.signingSecret !== '') return credential;
		const known = signing.get(projectId);
		if (known) return known;
		const registration = readRegistration(context.getWorkflowStaticData('global'), credential);
		const secret = sendingSecret(credential, registration);
		if (secret === undefined) {
			const isTest = context.getMode() === 'manual';
			throw new FieldError(NO_SECRET.message, isTest ? NO_SECRET.testAdvice : NO_SECRET.advice);
		}
		signing.set(projectId, withSigningSecret(credential, secret));
		return withSigningSecret(credential, secret);
	};
}

/** Runs the chosen operation for every input item: the one loop, the one place that catches. */
export async function route(context: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const count = context.getInputData().length;
	if (count === 0) return [[]];
	const operation = chosenOperation(context);
	const loaded = await loadCredential(context);
	const signal = context.getExecutionCancelSignal();
	const credentialFor = credentialsFor(context, loaded);
	const reader = new ParameterReader(context);
	const results = new ItemResults(context, count);
	/** The first item's, unless that is wrong: it fails by itself, and the others are still limited. */
	let concurrency = DEFAULT_CONCURRENCY;

	/** Checks an item and builds its request, ahead of its turn: its key has to be known. */
	function prepare(index: number): ItemRequest {
		const item = new ItemParameters((name) => reader.read(name, index), index);
		const options = readOptions(item);
		const projectId = options.projectId || loaded.projectId;
		const request = operation.buildRequest(item, { projectId, environment: loaded.environment });
		return { index, options, projectId, request };
	}

	async function send({ index, options, projectId, request }: ItemRequest): Promise<IDataObject> {
		const { maxRetries, simplify, timeout } = options;
		const credential = credentialFor(request.target, projectId);
		const answer = await call(context, credential, request, {
			timeout,
			maxRetries,
			itemIndex: index,
			signal,
		});
		return { ...operation.extraOutput?.(request), ...(simplify ? answer.data : answer.envelope) };
	}

	function task(index: number): Task {
		const succeed = (json: IDataObject) => {
			results.succeed(index, json);
		};
		const fail = (error: unknown) => {
			results.fail(index, error);
		};
		try {
			const itemRequest = prepare(index);
			const run = async () => await send(itemRequest).then(succeed, fail);
			return { key: operation.orderingKey?.(itemRequest.request), run };
		} catch (error) {
			return { run: () => Promise.resolve(fail(error)) };
		}
	}

	try {
		const first = new ItemParameters((name) => reader.read(name, 0), 0);
		({ concurrency } = readOptions(first));
	} catch {
		// The first item's own task reports it.
	}
	const isCancelled = () => signal?.aborted === true;
	await runInLanes(count, { concurrency, task, isStopped: () => results.isStopped || isCancelled() });
	return results.result(isCancelled());
}
