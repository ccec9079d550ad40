import {
	NodeOperationError,
	type IDataObject,
	type IExecuteFunctions,
	type INodeExecutionData,
} from 'n8n-workflow';

import { forProject, type LoadedCredential } from '../shared/credential';
import { RateLimit } from '../shared/rateLimit';
import { call } from '../shared/transport';
import { loadCredentials, withSecret } from './credentials';
import { ItemParameters } from './itemParameters';
import { ItemResults } from './itemResults';
import { runInLanes, type Task } from './lanes';
import { askAndWait, checkCanWait } from './message/ask';
import type { Operation } from './operation';
import { readConcurrency, readOptions } from './options';
import { Origin } from './origin';
import { ParameterReader } from './parameterReader';
import { tellTrigger } from './notifyTrigger';
import { findOperation } from './resources';
import { ToolInput } from './toolInput';

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

/** What is done for an item, and what other items wait for it. */
interface Prepared {
	key?: string;
	run: () => Promise<IDataObject | IDataObject[]>;
	warning?: () => string | undefined;
}

/** Runs the chosen operation for every input item: the one loop, the one place that catches. */
export async function route(context: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const count = context.getInputData().length;
	if (count === 0) return [[]];
	const operation = chosenOperation(context);
	const tool = new ToolInput(context);
	const credentialOf = await loadCredentials(context, tool);
	const signal = context.getExecutionCancelSignal();
	const reader = new ParameterReader(context, tool);
	const origin = new Origin(context, tool);
	const rateLimit = new RateLimit();
	const { parameters } = context.getNode();
	const timezone = context.getTimezone();
	const results = new ItemResults(context, count);
	const warnings = new Set<string>();

	/** Checks an item ahead of its turn: what it waits for has to be known. */
	function prepare(index: number, loaded: LoadedCredential): Prepared {
		const item = new ItemParameters((name) => reader.read(name, index), index, parameters, origin);
		const { maxRetries, simplify, timeout, ...options } = readOptions(item);
		const projectId = options.projectId || loaded.projectId;
		const credential = forProject(loaded, projectId);
		const callOptions = { timeout, maxRetries, itemIndex: index, signal, rateLimit };
		const { allowsPlainHttp } = loaded;
		const buildContext = { projectId, allowsPlainHttp, timezone };
		switch (operation.kind) {
			case 'ask': {
				checkCanWait(context, tool);
				const asking = operation.ask(item, buildContext);
				const run = async () => await askAndWait(context, withSecret(credential), asking, callOptions);
				return { run, warning: () => operation.warning?.(asking.message) };
			}
			case 'tell': {
				const telling = operation.tell(item);
				const run = async () => await tellTrigger(context, withSecret(credential), telling, callOptions);
				return { run };
			}
			case 'read':
				return { run: async () => await operation.read(item, { context, credential, callOptions }) };
			case 'request': {
				const request = operation.buildRequest(item, buildContext);
				const run = async () => {
					const isSigned = request.target === 'chatbot';
					const sender = isSigned ? withSecret(credential) : credential;
					const { data, envelope } = await call(context, sender, request, callOptions);
					return { ...operation.extraOutput?.(request, data), ...(simplify ? data : envelope) };
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
		const loaded = credentialOf(index);
		if (!loaded.ok) return { run: () => Promise.resolve(fail(loaded.error)) };
		try {
			const { key, run, warning } = prepare(index, loaded.credential);
			const succeed = (json: IDataObject | IDataObject[]) => {
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
