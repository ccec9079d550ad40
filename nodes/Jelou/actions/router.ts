import { NodeOperationError, type IExecuteFunctions, type INodeExecutionData } from 'n8n-workflow';

import { loadCredential, withSigningSecret, type LoadedCredential } from '../shared/credential';
import { sendingSecret } from '../shared/secrets';
import { call } from '../shared/transport';
import type { JelouRequest } from '../shared/types';
import { ItemResults } from './itemResults';
import * as conversation from './conversation';
import * as integration from './integration';
import { runInLanes } from './lanes';
import * as message from './message';
import type { Operation } from './operation';
import { ItemParameters } from './itemParameters';
import { ParameterReader } from './parameterReader';
import { DEFAULT_CONCURRENCY, readOptions, type Options } from './options';
import { readRegistration } from '../shared/registrationStore';
import { FieldError } from '../shared/errors';

const RESOURCES: Record<string, Record<string, Operation>> = {
	conversation: conversation.operations,
	integration: integration.operations,
	message: message.operations,
};

/** An item that was checked, with the request it makes. */
interface Prepared {
	request: JelouRequest;
	settings: Options;
	projectId: string;
}

/** An item that failed its checks; `settings` where those were fine. */
interface Unready {
	error: unknown;
	settings?: Options;
}

const NO_SECRET = {
	message: 'No signing secret is known, so nothing can be sent',
	advice:
		"Fill in Signing Secret in the Jelou credential. Without it only the workflow whose Jelou Trigger created the project's integration can send, and in n8n's queue mode not even that one.",
	/** n8n gives a run in the editor no static data, so the trigger's secret is out of reach. */
	testAdvice:
		'A test run needs Signing Secret in the Jelou credential. To go without it, publish the workflow: it can then send what its Jelou Trigger starts.',
};

function findOperation(context: IExecuteFunctions): Operation {
	const resource = context.getNodeParameter('resource', 0, '');
	const name = context.getNodeParameter('operation', 0, '');
	const operation = RESOURCES[String(resource)]?.[String(name)];
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
	const operation = findOperation(context);
	const loaded = await loadCredential(context);
	const signal = context.getExecutionCancelSignal();
	const credentialFor = credentialsFor(context, loaded);
	const reader = new ParameterReader(context);
	const batch = new ItemResults(context, count);
	/** Items that are ready to go, or why they are not. Each is dropped when it is run. */
	const prepared = new Map<number, Prepared | Unready>();

	function prepare(index: number): Prepared | Unready {
		const known = prepared.get(index);
		if (known) return known;
		let result: Prepared | Unready;
		let settings: Options | undefined;
		try {
			const item = new ItemParameters((name) => reader.read(name, index), index);
			settings = readOptions(item);
			const projectId = settings.projectId || loaded.projectId;
			const request = operation.buildRequest(item, { projectId, environment: loaded.environment });
			result = { request, settings, projectId };
		} catch (error) {
			result = { error, settings };
		}
		prepared.set(index, result);
		return result;
	}

	function laneOf(index: number): string | undefined {
		const item = prepare(index);
		return 'error' in item ? undefined : operation.orderingKey?.(item.request);
	}

	async function run(index: number): Promise<void> {
		const item = prepare(index);
		prepared.delete(index);
		try {
			if ('error' in item) throw item.error;
			const { projectId, request, settings } = item;
			const { maxRetries, simplify, timeout } = settings;
			const credential = credentialFor(request.target, projectId);
			const answer = await call(context, credential, request, {
				timeout,
				maxRetries,
				itemIndex: index,
				signal,
			});
			batch.succeed(index, {
				...operation.extraOutput?.(request),
				...(simplify ? answer.data : answer.envelope),
			});
		} catch (error) {
			batch.fail(index, error);
		}
	}

	const first = prepare(0);
	await runInLanes(count, {
		// A first item that is wrong fails by itself, and says why; what the others are limited to still stands.
		concurrency: first.settings?.concurrency ?? DEFAULT_CONCURRENCY,
		laneOf,
		run,
		isStopped: () => batch.isStopped || signal?.aborted === true,
	});
	return batch.result(signal?.aborted === true);
}
