import type { IDataObject, IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';

import { isObject } from '../shared/types';
import { parseEvent } from './events';
import { isAskedFor, isTooOld, readFilters } from './filters';
import { verifiedBody } from './verification';

function answer(context: IWebhookFunctions, status: number, body: IDataObject): IWebhookResponseData {
	context.getResponseObject().status(status).json(body).end();
	return { noWebhookResponse: true };
}

/** Answers 401, starts nothing, and leaves one line in the log, without anything of the delivery. */
function refuse(context: IWebhookFunctions, reason: string): IWebhookResponseData {
	context.logger.warn(`Jelou Trigger "${context.getNode().name}" refused a delivery: ${reason}.`, {
		workflowId: context.getWorkflow().id,
	});
	return answer(context, 401, { status: 'unauthorized' });
}

/**
 * Handles one delivery. It is verified over its raw bytes before anything in it is looked at; whatever cannot be
 * verified gets 401 and starts nothing, also when the verification itself fails. Writes nothing: n8n saves static data
 * whole, so a delivery that wrote could erase the registration.
 */
export async function handleDelivery(context: IWebhookFunctions): Promise<IWebhookResponseData> {
	let body: Buffer | string;
	try {
		body = await verifiedBody(context);
	} catch (error) {
		// An error that escapes from here would make n8n start the workflow with an empty item.
		body = `it could not be verified (${error instanceof Error ? error.message : 'unknown error'})`;
	}
	if (typeof body === 'string') return refuse(context, body);

	const event = parseEvent(body);
	if (event === undefined) return answer(context, 400, { status: 'not a JSON object' });
	const options = context.getNodeParameter('options', {});
	const filters = readFilters(context.getNodeParameter('events', []), isObject(options) ? options : {});
	if (!isAskedFor(event, filters)) return { webhookResponse: { status: 'ignored' } };
	if (isTooOld(event, filters)) return refuse(context, 'it is older than Maximum Age allows');
	return { workflowData: [[{ json: event }]] };
}
