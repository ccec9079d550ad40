import {
	NodeOperationError,
	type IDataObject,
	type IExecuteFunctions,
	type INodeExecutionData,
} from 'n8n-workflow';

import { CREDENTIAL_NAME, forProject, loadCredential } from '../shared/credential';
import { PLATFORM_CREDENTIAL, loadPlatformCredential } from '../shared/platformCredential';
import { RateLimit } from '../shared/rateLimit';
import { call, type CallOptions } from '../shared/transport';
import { loadCredentials, withSecret } from './credentials';
import { ItemParameters } from './itemParameters';
import { ItemResults } from './itemResults';
import { runInLanes, type Task } from './lanes';
import { askAndWait, checkCanWait } from './message/ask';
import type { Operation, PlatformOperation } from './operation';
import { readConcurrency, readOptions, type Options } from './options';
import { Origin } from './origin';
import { ParameterReader } from './parameterReader';
import { tellTrigger } from './notifyTrigger';
import { platformApi, type ReadInRun } from './platformApi';
import { findOperation } from './resources';
import { ToolInput } from './toolInput';

function chosenOperation(context: IExecuteFunctions): Operation {
	const name = context.getNodeParameter('operation', 0, '');
	const operation = findOperation(context.getNodeParameter('resource', 0, ''), name);
	if (operation === undefined) {
		throw new NodeOperationError(context.getNode(), `The operation "${String(name)}" does not exist`, {
			description: 'Choose the resource and the operation again.',
		});
	}
	return operation;
}

/** The work for an item. Items with the same key wait for each other. */
interface Prepared {
	key?: string;
	run: () => Promise<IDataObject | IDataObject[]>;
	warning?: () => string | undefined;
}

/** Checks an item before its turn comes, because its key has to be known by then. */
type Prepare = (item: ItemParameters, callOptions: CallOptions, options: Options) => Prepared;

/** For operations that use the platform API's credential. */
async function preparePlatform(
	context: IExecuteFunctions,
	operation: PlatformOperation,
	tool: ToolInput,
): Promise<Prepare> {
	const credentialOf = await loadCredentials(context, tool, PLATFORM_CREDENTIAL, loadPlatformCredential);
	const known: ReadInRun = new Map();
	return (item, callOptions) => {
		const credential = credentialOf(item.index);
		const work = operation.prepare(item, credential);
		const api = platformApi(context, credential, callOptions, known);
		return { key: work.key, run: async () => await work.run(api) };
	};
}

/** For operations that use a project's credential. */
async function prepareJelou(
	context: IExecuteFunctions,
	operation: Exclude<Operation, PlatformOperation>,
	tool: ToolInput,
): Promise<Prepare> {
	const credentialOf = await loadCredentials(context, tool, CREDENTIAL_NAME, loadCredential);
	const timezone = context.getTimezone();
	return (item, callOptions, { simplify, ...options }) => {
		const loaded = credentialOf(item.index);
		const projectId = options.projectId || loaded.projectId;
		const credential = forProject(loaded, projectId);
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
	};
}

/** Runs the chosen operation for every input item: the one loop, and the one place that catches errors. */
export async function route(context: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const count = context.getInputData().length;
	if (count === 0) return [[]];
	const operation = chosenOperation(context);
	const tool = new ToolInput(context);
	const prepare =
		operation.kind === 'platform'
			? await preparePlatform(context, operation, tool)
			: await prepareJelou(context, operation, tool);
	const signal = context.getExecutionCancelSignal();
	const reader = new ParameterReader(context, tool);
	const origin = new Origin(context, tool);
	const rateLimit = new RateLimit();
	const { parameters } = context.getNode();
	const results = new ItemResults(context, count);
	const warnings = new Set<string>();

	function task(index: number): Task {
		const fail = (error: unknown) => {
			results.fail(index, error);
		};
		try {
			const item = new ItemParameters((name) => reader.read(name, index), index, parameters, origin);
			const options = readOptions(item);
			const { maxRetries, timeout } = options;
			const callOptions = { timeout, maxRetries, itemIndex: index, signal, rateLimit };
			const { key, run, warning } = prepare(item, callOptions, options);
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
