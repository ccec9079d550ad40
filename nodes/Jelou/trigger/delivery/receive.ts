import type { IDataObject, INodeExecutionData, IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';

import { parseEvent, type JelouEvent } from './events';
import { isAskedFor, isTooOld, readFilters } from './filters';
import { withMedia } from './media';
import { verifyDelivery, type Verified } from './verify';
import { isObject } from '../../shared/json';

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

/** Jelou waits 20 s for its answer, which n8n gives after this. */
const MEDIA_TIMEOUT_MS = 15_000;
const DEFAULT_MEDIA_MB = 25;
const MEGABYTE = 1024 * 1024;

async function toItem(
	context: IWebhookFunctions,
	event: JelouEvent,
	options: IDataObject,
	environment: string,
): Promise<INodeExecutionData> {
	if (options.downloadMedia !== true) return { json: event };
	const megabytes = Number(options.maxMediaSize ?? DEFAULT_MEDIA_MB);
	return await withMedia(context, event, {
		maxSize: (megabytes > 0 ? megabytes : DEFAULT_MEDIA_MB) * MEGABYTE,
		timeout: MEDIA_TIMEOUT_MS,
		allowPrivate: environment === 'custom',
	});
}

/**
 * Handles one delivery. It is verified over its raw bytes before anything in it is looked at; whatever cannot be
 * verified gets 401 and starts nothing, also when the verification itself fails. Writes nothing: n8n saves static data
 * whole, so a delivery that wrote could erase the registration.
 */
export async function handleDelivery(context: IWebhookFunctions): Promise<IWebhookResponseData> {
	let verified: Verified | string;
	try {
		verified = await verifyDelivery(context);
	} catch (error) {
		// An error that escapes from here would make n8n start the workflow with an empty item.
		verified = `it could not be verified (${error instanceof Error ? error.message : 'unknown error'})`;
	}
	if (typeof verified === 'string') return refuse(context, verified);

	const event = parseEvent(verified.body);
	if (event === undefined) return answer(context, 400, { status: 'not a JSON object' });
	const given = context.getNodeParameter('options', {});
	const options = isObject(given) ? given : {};
	const filters = readFilters(context.getNodeParameter('events', []), options);
	if (!isAskedFor(event, filters)) return { webhookResponse: { status: 'ignored' } };
	if (isTooOld(event, filters)) return refuse(context, 'it is older than Maximum Age allows');
	return { workflowData: [[await toItem(context, event, options, verified.environment)]] };
}
