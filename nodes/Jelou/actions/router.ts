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
import { WAITED_KEY, askAndWait } from './message/ask';
import type { Operation } from './operation';
import { readConcurrency, readOptions } from './options';
import { Origin } from './origin';
import { ParameterReader } from './parameterReader';
import { findOperation } from './resources';
import { tellTrigger } from './tellTrigger';

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

/** What is done for an item, and what other items wait for it. */
interface Prepared {
	key?: string;
	run: () => Promise<IDataObject>;
	warning?: () => string | undefined;
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

	/** Checks an item ahead of its turn: what it waits for has to be known. */
	function prepare(index: number): Prepared {
		const item = new ItemParameters((name) => reader.read(name, index), index, parameters, origin);
		const { maxRetries, simplify, timeout, ...options } = readOptions(item);
		const projectId = options.projectId || loaded.projectId;
		const callOptions = { timeout, maxRetries, itemIndex: index, signal, rateLimit };
		const buildContext = { projectId, allowsPlainHttp: loaded.allowsPlainHttp };
		switch (operation.kind) {
			case 'ask': {
				const asking = operation.ask(item, buildContext);
				const run = async () =>
					await askAndWait(context, credentialFor('chatbot', projectId), asking, callOptions);
				return { run, warning: () => operation.warning?.(asking.message) };
			}
			case 'tell': {
				const telling = operation.tell(item);
				const run = async () =>
					await tellTrigger(context, credentialFor('chatbot', projectId), telling, callOptions);
				return { run };
			}
			case 'request': {
				const request = operation.buildRequest(item, buildContext);
				const run = async () => {
					const sender = credentialFor(request.target, projectId);
					const { data, envelope } = await call(context, sender, request, callOptions);
					return { ...operation.extraOutput?.(request), ...(simplify ? data : envelope) };
				};
				return {
					key: operation.orderingKey?.(request),
					run,
					warning: () => operation.warning?.(request),
				};
			}
		}
	}

	function task(index: number): Task {
		const fail = (error: unknown) => {
			results.fail(index, error);
		};
		try {
			const { key, run, warning } = prepare(index);
			const succeed = (json: IDataObject) => {
				results.succeed(index, json);
				const message = warning?.();
				if (message !== undefined) warnings.add(message);
			};
			return { key, run: async () => await run().then(succeed, fail) };
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
