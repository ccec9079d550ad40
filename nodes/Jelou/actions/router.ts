import {
	NodeOperationError,
	type IDataObject,
	type IExecuteFunctions,
	type INodeExecutionData,
} from 'n8n-workflow';

import { loadCredential, withSigningSecret, type LoadedCredential } from '../shared/credential';
import { FieldError } from '../shared/errors';
import { RateLimit } from '../shared/rateLimit';
import { readRegistration } from '../shared/registrationStore';
import { cachedSecret, sendingSecret } from '../shared/secrets';
import { call } from '../shared/transport';
import type { JelouRequest } from '../shared/types';
import { ItemParameters } from './itemParameters';
import { ItemResults } from './itemResults';
import { runInLanes, type Task } from './lanes';
import { WAITED_KEY, askAndWait, type WaitFor } from './message/ask';
import type { Operation } from './operation';
import { readConcurrency, readOptions, type Options } from './options';
import { Origin } from './origin';
import { ParameterReader } from './parameterReader';
import { findOperation } from './resources';
import { tellTrigger, type Telling } from './tellTrigger';

const NO_SECRET = {
	message: 'No signing secret is known, so nothing can be sent',
	advice:
		"Enter the signing secret in the Jelou credential. Without it, only the workflow whose Jelou Trigger created the project's integration can send, and in n8n's queue mode not even that one.",
	testAdvice:
		'To run this step as a test, enter the signing secret in the Jelou credential. Without it, only the published workflow can reply.',
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

/**
 * n8n gives no static data to a test run, nor to a run that it resumes after a time limit. Both run where triggers are
 * registered, so the secret is known in this process; but for tests that queue mode gives to workers.
 */
function secretOfProcess(context: IExecuteFunctions, credential: LoadedCredential): string | undefined {
	const isWithoutData = context.getMode() === 'manual' || context.getContext('flow')[WAITED_KEY] === true;
	return isWithoutData ? cachedSecret(credential) : undefined;
}

/** Finds the credential for a request, once per project: for messages with the secret to sign with. */
function credentialsFor(context: IExecuteFunctions, loaded: LoadedCredential) {
	const signing = new Map<string, LoadedCredential>();
	return (target: JelouRequest['target'], projectId: string): LoadedCredential => {
		const credential = projectId === loaded.projectId ? loaded : { ...loaded, projectId };
		if (target !== 'chatbot' || loaded.signingSecret !== '') return credential;
		const known = signing.get(projectId);
		if (known) return known;
		const registration = readRegistration(context.getWorkflowStaticData('global'), credential);
		const secret = sendingSecret(credential, registration) ?? secretOfProcess(context, credential);
		if (secret === undefined) {
			const isTest = context.getMode() === 'manual';
			throw new FieldError(NO_SECRET.message, isTest ? NO_SECRET.testAdvice : NO_SECRET.advice);
		}
		signing.set(projectId, withSigningSecret(credential, secret));
		return withSigningSecret(credential, secret);
	};
}

interface ItemRequest {
	index: number;
	options: Options;
	projectId: string;
	request: JelouRequest;
	waitFor: WaitFor | undefined;
	telling: Telling | undefined;
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
	const origin = new Origin(context);
	const rateLimit = new RateLimit();
	const { parameters } = context.getNode();
	const results = new ItemResults(context, count);
	const warnings = new Set<string>();

	/** Checks an item and builds its request, ahead of its turn: its key has to be known. */
	function prepare(index: number): ItemRequest {
		const item = new ItemParameters((name) => reader.read(name, index), index, parameters, origin);
		const options = readOptions(item);
		const projectId = options.projectId || loaded.projectId;
		const { allowsPlainHttp } = loaded;
		const request = operation.buildRequest(item, { projectId, allowsPlainHttp });
		const waitFor = operation.waitFor?.(item);
		return { index, options, projectId, request, waitFor, telling: operation.tell?.(item) };
	}

	async function send(itemRequest: ItemRequest): Promise<IDataObject> {
		const { index, options, projectId, request, telling, waitFor } = itemRequest;
		const { maxRetries, simplify, timeout } = options;
		const credential = credentialFor(telling ? 'chatbot' : request.target, projectId);
		const callOptions = { timeout, maxRetries, itemIndex: index, signal, rateLimit };
		if (waitFor) return await askAndWait(context, credential, request, waitFor, callOptions);
		if (telling) return await tellTrigger(context, credential, telling, callOptions);
		const answer = await call(context, credential, request, callOptions);
		return { ...operation.extraOutput?.(request), ...(simplify ? answer.data : answer.envelope) };
	}

	function task(index: number): Task {
		const succeed = (json: IDataObject, request: JelouRequest) => {
			results.succeed(index, json);
			const warning = operation.warning?.(request);
			if (warning !== undefined) warnings.add(warning);
		};
		const fail = (error: unknown) => {
			results.fail(index, error);
		};
		try {
			const itemRequest = prepare(index);
			const run = async () =>
				await send(itemRequest).then((json) => succeed(json, itemRequest.request), fail);
			return { key: operation.orderingKey?.(itemRequest.request), run };
		} catch (error) {
			return { run: () => Promise.resolve(fail(error)) };
		}
	}

	let concurrency: number;
	try {
		concurrency = readConcurrency(context.getNodeParameter('options.concurrency', 0, ''));
	} catch (error) {
		for (let index = 0; index < count && !results.isStopped; index++) results.fail(index, error);
		return results.result(false);
	}
	const isCancelled = () => signal?.aborted === true;
	await runInLanes(count, { concurrency, task, isStopped: () => results.isStopped || isCancelled() });
	for (const message of warnings)
		context.addExecutionHints({ message, type: 'warning', location: 'outputPane' });
	return results.result(isCancelled());
}
