import type { IDataObject, IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';

import { isOutgoingMessage, parseEvent } from './events';
import { exceedsMaximumAge, isAskedFor, readFilters } from './filters';
import { warn } from './log';
import { toItem } from './media';
import { verifyDelivery } from './verify';
import { isObject } from '../../shared/json';

function answer(context: IWebhookFunctions, status: number, body: IDataObject): IWebhookResponseData {
	context.getResponseObject().status(status).json(body).end();
	return { noWebhookResponse: true };
}

/** 401: not believed. The log says why, without anything of the delivery. */
function refuse(context: IWebhookFunctions, reason: string, detail?: string): IWebhookResponseData {
	warn(context, `refused a delivery: ${reason}`, detail);
	return answer(context, 401, { status: 'unauthorized' });
}

/** 200: genuine, and nothing to do. */
const IGNORED: IWebhookResponseData = { webhookResponse: { status: 'ignored' } };

/**
 * Handles one delivery: each step either answers it or passes it on. It is verified over its raw bytes before anything in
 * it is looked at. Writes nothing: n8n saves static data whole, so a delivery that wrote could erase the registration.
 */
export async function handleDelivery(context: IWebhookFunctions): Promise<IWebhookResponseData> {
	const verified = await verifyDelivery(context);
	if (!verified.ok) return refuse(context, verified.reason, verified.detail);

	const event = parseEvent(verified.body);
	if (event === undefined) return answer(context, 400, { status: 'not a JSON object' });

	if (isOutgoingMessage(event)) {
		warn(context, 'ignored a delivery: it is an outgoing message that was sent back');
		return IGNORED;
	}

	const given = context.getNodeParameter('options', {});
	const options = isObject(given) ? given : {};
	const filters = readFilters(context.getNodeParameter('events', []), options);
	if (!isAskedFor(event, filters)) return IGNORED;
	if (exceedsMaximumAge(event, filters)) {
		return refuse(context, 'its timestamp is outside Maximum Age');
	}

	const item = await toItem(context, event, options, verified.allowPrivateMedia);
	return { workflowData: [[item]], webhookResponse: { status: 'accepted' } };
}
