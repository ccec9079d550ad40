import type { IDataObject, IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';

import { isOutgoingMessage, parseEvent, type JelouEvent } from '../event/events';
import { exceedsMaximumAge, isAskedFor, readFilters } from '../event/filters';
import { warn } from '../event/log';
import { timeLeft } from './timeLeft';
import { triggerKeyOf, verifyDelivery } from './verify';
import { toItem } from '../../shared/media';
import { isNote } from '../../shared/roomNote';
import { learnEndpoint } from '../../shared/webhookUrls';
import { asOne, combine, readGap } from '../rooms/combine';
import { isFirst, messageKey } from '../rooms/duplicates';
import { handleNote } from '../rooms/notes';
import { isPaused } from '../rooms/pauses';
import { answerQuestion } from '../rooms/questions';
import { isObject } from '../../shared/json';

const MEDIA_TIMEOUT_MS = 15_000;

/** The delivery has its answer, and starts nothing. */
const ANSWERED: IWebhookResponseData = { noWebhookResponse: true };

function answer(context: IWebhookFunctions, status: number, body: IDataObject): IWebhookResponseData {
	context.getResponseObject().status(status).json(body).end();
	return ANSWERED;
}

/** 401: not believed. The log says why, without anything of the delivery. */
function refuse(context: IWebhookFunctions, reason: string, detail?: string): IWebhookResponseData {
	warn(context, `refused a delivery: ${reason}`, detail);
	return answer(context, 401, { status: 'unauthorized' });
}

/** 200: genuine, and nothing to do. */
const IGNORED: IWebhookResponseData = { webhookResponse: { status: 'ignored' } };

/** Names an error without its own words, which may hold what a customer wrote, an address or a secret. */
function kindOf(context: IWebhookFunctions, error: unknown): string {
	const { context: given, name } = isObject(error) ? error : {};
	const kind = typeof name === 'string' && /^\w+$/.test(name) ? name : 'unknown error';
	// n8n says which parameter has the expression that failed.
	const isIt = (own: string) => isObject(given) && given.parameter === own;
	const parameter = Object.keys(context.getNode().parameters).find(isIt);
	return parameter === undefined ? kind : `${kind} in the parameter "${parameter}"`;
}

/** 500, and nothing starts: of an error that escapes, n8n would make a run with an empty item. */
function fail(context: IWebhookFunctions, error: unknown): IWebhookResponseData {
	try {
		warn(context, 'could not handle a delivery', kindOf(context, error));
	} catch {
		// The delivery needs its answer, whatever is wrong with the log.
	}
	try {
		const { headersSent } = context.getResponseObject();
		return headersSent ? ANSWERED : answer(context, 500, { status: 'not handled' });
	} catch {
		return ANSWERED;
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

/**
 * Each step either answers a delivery or passes it on. It is verified over its raw bytes before anything in it is looked
 * at. One that is about no question or pause writes nothing: n8n saves static data whole, over what others wrote.
 */
async function handle(context: IWebhookFunctions): Promise<IWebhookResponseData> {
	const verified = await verifyDelivery(context);
	if (!verified.ok) return refuse(context, verified.reason, verified.detail);

	// In a test n8n may give either URL.
	if (context.getMode() !== 'manual') learnEndpoint('production', context);

	const event = parseEvent(verified.body);
	if (event === undefined) {
		warn(context, 'refused a delivery: it is signed, but not a JSON object');
		return answer(context, 400, { status: 'not a JSON object' });
	}

	if (isOutgoingMessage(event)) {
		warn(context, 'ignored a delivery: it is an outgoing message that was sent back');
		return IGNORED;
	}

	const key = triggerKeyOf(context);
	if (isNote(event)) {
		const reply = { status: handleNote(context, key, event) };
		return reply.status === 'refused' ? answer(context, 403, reply) : { webhookResponse: reply };
	}

	const message = messageKey(key, event);
	if (message !== undefined && !(await isFirst(context, message))) {
		return { webhookResponse: { status: 'duplicate' } };
	}

	const given = context.getNodeParameter('options', {});
	const options: IDataObject = isObject(given) ? given : {};
	const filters = readFilters(context.getNodeParameter('events', []), options);
	const isAsked = (each: JelouEvent) => isAskedFor(each, filters);
	if (exceedsMaximumAge(event, filters)) {
		return isAsked(event) ? refuse(context, 'its timestamp is outside Maximum Age') : IGNORED;
	}

	const turn = await combine(context, key, event, message, readGap(options.combineMessages));
	if ('code' in turn) return answer(context, turn.code, { status: turn.status });

	const paused = isPaused(context, key, event);
	if (paused && options.pausedConversations !== 'startWorkflow') {
		return { webhookResponse: { status: 'paused' } };
	}

	const outcome = await answerQuestion(context, key, turn);
	if (outcome?.code === 200) return { webhookResponse: { status: outcome.status } };
	if (outcome) return answer(context, outcome.code, { status: outcome.status });

	const asked = asOne({ ...turn, events: turn.events.filter(isAsked) });
	if (asked === undefined) return IGNORED;

	const json = paused ? { ...asked, paused } : asked;
	const timeout = timeLeft(turn.arrivedAt, MEDIA_TIMEOUT_MS);
	const item = await toItem(context, json, options, verified.allowPrivateMedia, timeout);
	return { workflowData: [[item]], webhookResponse: { status: 'accepted' } };
}
