import {
	NodeApiError,
	NodeOperationError,
	type IExecuteFunctions,
	type INodeExecutionData,
} from 'n8n-workflow';

import { loadCredential, withSigningSecret, type LoadedCredential } from '../shared/credential';
import { InvalidUrlError } from '../shared/endpoints';
import { toFieldError } from '../shared/errors';
import { readRegistration, sendingSecret } from '../shared/secrets';
import { DEFAULT_TIMEOUT_MS, call } from '../shared/transport';
import type { JelouRequest } from '../shared/types';
import * as conversation from './conversation';
import * as message from './message';
import type { Operation } from './operation';
import { FieldError, ItemParameters, entryText } from './parameters';

const RESOURCES: Record<string, Record<string, Operation>> = {
	conversation: conversation.operations,
	message: message.operations,
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

/** The credential to use for a request: for one that is signed, with the secret that this workflow may sign with. */
function forRequest(
	context: IExecuteFunctions,
	loaded: LoadedCredential,
	request: JelouRequest,
): LoadedCredential {
	if (request.target !== 'chatbot') return loaded;
	if (loaded.signingSecret !== '') return loaded;
	const registration = readRegistration(context.getWorkflowStaticData('global'), loaded);
	const secret = sendingSecret(loaded, registration);
	if (secret === undefined) {
		throw new FieldError(
			'No signing secret is known, so nothing can be sent',
			"Fill in Signing Secret in the Jelou credential, or send from the workflow whose Jelou Trigger created the project's integration.",
		);
	}
	return withSigningSecret(loaded, secret);
}

async function runItem(
	context: IExecuteFunctions,
	operation: Operation,
	loaded: LoadedCredential,
	itemIndex: number,
): Promise<INodeExecutionData> {
	const item = new ItemParameters(context, itemIndex);
	const settings = item.collection('options');
	const projectId = entryText(settings, 'projectId') || loaded.projectId;
	const request = operation.prepare(item, { projectId });
	const timeout = Number(entryText(settings, 'timeout')) * 1000 || DEFAULT_TIMEOUT_MS;
	const credential = forRequest(context, { ...loaded, projectId }, request);
	const answer = await call(context, credential, request, { timeout, itemIndex });
	const json = settings.simplify === false ? answer.envelope : answer.data;
	return { json: { ...operation.summary?.(request), ...json }, pairedItem: { item: itemIndex } };
}

/** Gives any error the node, the item and, where it came from a field, the advice. */
function toItemError(
	context: IExecuteFunctions,
	error: unknown,
	itemIndex: number,
): NodeApiError | NodeOperationError {
	if (error instanceof NodeApiError || error instanceof NodeOperationError) return error;
	const node = context.getNode();
	if (error instanceof FieldError) return toFieldError(node, error, itemIndex);
	if (error instanceof InvalidUrlError) {
		const advice = 'Correct the ID: it is not one that Jelou could have given.';
		return toFieldError(node, { message: error.message, advice }, itemIndex);
	}
	return new NodeOperationError(node, error instanceof Error ? error : String(error), { itemIndex });
}

/** Runs the chosen operation for every input item: the one loop, the one place that catches. */
export async function route(context: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const operation = findOperation(context);
	const loaded = await loadCredential(context);
	const output: INodeExecutionData[] = [];
	for (let itemIndex = 0; itemIndex < context.getInputData().length; itemIndex++) {
		try {
			output.push(await runItem(context, operation, loaded, itemIndex));
		} catch (error) {
			const itemError = toItemError(context, error, itemIndex);
			if (!context.continueOnFail()) throw itemError;
			output.push({ json: { error: itemError.message }, error: itemError, pairedItem: { item: itemIndex } });
		}
	}
	return [output];
}
