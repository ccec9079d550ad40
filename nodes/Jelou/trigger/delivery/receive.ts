import type { IDataObject, IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';

import { readExitWords } from '../../shared/answers/exitWord';
import { kindOf } from '../../shared/errors';
import { isNote } from '../../shared/triggerNote';
import { isObject } from '../../shared/json';
import { toItem } from '../../shared/media';
import { learnEndpoint } from '../../shared/webhookUrls';
import { Deadline } from '../event/deadline';
import { isOutgoingMessage, parseEvent, type JelouEvent } from '../event/events';
import { exceedsMaximumAge, isAskedFor, readFilters } from '../event/filters';
import { countDelivery } from '../event/deliveryCounts';
import { warn } from '../event/log';
import { asOne, combine, readGap } from '../rooms/combine';
import { eventKey, isFirst } from '../rooms/duplicates';
import { openRooms, type OpenRooms } from '../rooms/rooms';
import { verifyDelivery, type Genuine } from './verify';

const MEDIA_TIMEOUT_MS = 15_000;

/** The delivery has had its response, and starts nothing. */
const RESPONDED: IWebhookResponseData = { noWebhookResponse: true };

function respond(
	context: IWebhookFunctions,
	status: number,
	body: { status: string },
	reason?: string,
): IWebhookResponseData {
	context.getResponseObject().status(status).json(body).end();
	countDelivery(context, body.status, reason);
	return RESPONDED;
}

/** 401: the delivery is not believed. The log line says why, with nothing from the delivery. */
function refuse(context: IWebhookFunctions, reason: string, detail?: string): IWebhookResponseData {
	warn(context, `refused a delivery: ${reason}`, detail);
	return respond(context, 401, { status: 'unauthorized' }, reason);
}

/**
 * 200: the delivery is genuine, and there is nothing else to do. n8n stores what has changed in the static data before
 * it responds.
 */
function settle(context: IWebhookFunctions, status: string): IWebhookResponseData {
	countDelivery(context, status);
	return { webhookResponse: { status } };
}

/** 500, and nothing starts: if the error escaped, n8n would start a run with an empty item. */
function fail(context: IWebhookFunctions, error: unknown): IWebhookResponseData {
	try {
		warn(context, 'could not handle a delivery', kindOf(context.getNode(), error));
	} catch {
		// The delivery needs its response, whatever is wrong with the log.
	}
	try {
		const { headersSent } = context.getResponseObject();
		return headersSent ? RESPONDED : respond(context, 500, { status: 'not handled' });
	} catch {
		return RESPONDED;
	}
}

/** Handles one delivery. Never rejects. */
export async function handleDelivery(context: IWebhookFunctions): Promise<IWebhookResponseData> {
	try {
		return await handle(context);
	} catch (error) {
		return fail(context, error);
	}
}

/** Verifies a delivery, before anything in it is looked at. */
async function handle(context: IWebhookFunctions): Promise<IWebhookResponseData> {
	const deadline = new Deadline();
	const verified = await verifyDelivery(context);
	if (!verified.ok) return refuse(context, verified.reason, verified.detail);
	const rooms = openRooms(context, { ...verified, deadline });
	try {
		return await handleGenuine(context, verified, rooms, deadline);
	} finally {
		rooms.save();
	}
}

/** Each step either responds to a delivery or passes it on. */
async function handleGenuine(
	context: IWebhookFunctions,
	{ allowPrivateMedia, body, triggerKey }: Genuine,
	rooms: OpenRooms,
	deadline: Deadline,
): Promise<IWebhookResponseData> {
	// In a test n8n may give either URL.
	if (context.getMode() !== 'manual') learnEndpoint('production', context);

	const event = parseEvent(body);
	if (event === undefined) {
		warn(context, 'refused a delivery: it is signed, but not a JSON object');
		return respond(context, 400, { status: 'not a JSON object' });
	}

	if (isOutgoingMessage(event)) {
		warn(context, 'ignored a delivery: it is an outgoing message');
		return settle(context, 'ignored');
	}

	if (isNote(event)) {
		const response = await rooms.note(event);
		if (response.status === 'refused') return respond(context, 403, response);
		return { webhookResponse: { ...response } };
	}

	const key = eventKey(triggerKey, event, body);
	const first = key === undefined || (await isFirst(context, key, deadline));
	if (first === 'busy') return respond(context, 503, { status: first });
	if (!first) return settle(context, 'duplicate');

	const given = context.getNodeParameter('options', {});
	const options: IDataObject = isObject(given) ? given : {};
	const filters = readFilters(context.getNodeParameter('events', []), options);
	const isAsked = (each: JelouEvent) => isAskedFor(each, filters);
	if (exceedsMaximumAge(event, filters)) {
		return isAsked(event)
			? refuse(context, 'its timestamp is outside Maximum Age')
			: settle(context, 'ignored');
	}

	const group = await combine(context, triggerKey, event, key, readGap(options.combineMessages), deadline);
	if ('code' in group) return respond(context, group.code, { status: group.status });

	const paused = rooms.isPaused(event);
	if (paused && options.pausedConversations !== 'startWorkflow') return settle(context, 'paused');

	const outcome = await rooms.answer(group, readExitWords(options.exitWords));
	if (outcome?.code === 200) return settle(context, outcome.status);
	if (outcome) return respond(context, outcome.code, { status: outcome.status });

	const asked = asOne({ ...group, arrivals: group.arrivals.filter((arrival) => isAsked(arrival.event)) });
	if (asked === undefined) return settle(context, 'ignored');

	const json = paused ? { ...asked, paused } : asked;
	if (options.downloadMedia === true) deadline.hasWaited = true;
	const timeout = group.deadline.timeout(MEDIA_TIMEOUT_MS);
	const item = await toItem(context, json, options, allowPrivateMedia, timeout);
	return { ...settle(context, 'accepted'), workflowData: [[item]] };
}
