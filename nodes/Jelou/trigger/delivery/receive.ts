import type { IDataObject, IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';

import { isOutgoingMessage, parseEvent } from './events';
import { exceedsMaximumAge, isAskedFor, readFilters } from './filters';
import { warn } from './log';
import { triggerKeyOf, verifyDelivery } from './verify';
import { toItem } from '../../shared/media';
import { isNote } from '../../shared/roomNote';
import { isFirst, messageKey } from '../rooms/duplicates';
import { handleNote } from '../rooms/notes';
import { answerQuestion } from '../rooms/questions';
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
 * it is looked at. One that is about no question writes nothing: n8n saves static data whole, over what others wrote.
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

	const key = triggerKeyOf(context);
	if (isNote(event)) {
		const reply = handleNote(context, key, event);
		return reply.status === 'refused' ? answer(context, 403, reply) : { webhookResponse: reply };
	}

	const message = messageKey(key, event);
	if (message !== undefined && !(await isFirst(context, message))) {
		return { webhookResponse: { status: 'duplicate' } };
	}

	const given = context.getNodeParameter('options', {});
	const options = isObject(given) ? given : {};
	const filters = readFilters(context.getNodeParameter('events', []), options);
	const isTooOld = exceedsMaximumAge(event, filters);

	const outcome = isTooOld ? undefined : await answerQuestion(context, key, event);
	if (outcome?.code === 200) return { webhookResponse: { status: outcome.status } };
	if (outcome) return answer(context, outcome.code, { status: outcome.status });

	if (!isAskedFor(event, filters)) return IGNORED;
	if (isTooOld) return refuse(context, 'its timestamp is outside Maximum Age');

	const item = await toItem(context, event, options, verified.allowPrivateMedia);
	return { workflowData: [[item]], webhookResponse: { status: 'accepted' } };
}
