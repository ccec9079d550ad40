import { randomUUID } from 'node:crypto';

import type { IDataObject } from 'n8n-workflow';

import { toApiError } from '../../shared/apiError';
import { loadCredential } from '../../shared/credential';
import { messageRequest } from '../../shared/message';
import { wasNotProcessed } from '../../shared/retry';
import { numbered } from '../../shared/text';
import { tryCall } from '../../shared/transport';
import type { Deadline } from '../event/deadline';
import { whereOf, type JelouEvent } from '../event/events';
import { warn } from '../event/log';
import { readAnswers } from './answer';
import { asOne, type DeliveryResponse, type EventGroup } from './combine';
import { hold } from './held';
import { isTaken, oneAtATime } from './oneAtATime';
import { keepNow } from './ownNotes';
import { resumeRun } from './resumeRun';
import type { KeptQuestion } from './storedRooms';
import type { RoomView } from './view';

/** What became of an event: the response to Jelou, or `undefined` for one that no question waits for. */
export type QuestionOutcome = DeliveryResponse | undefined;

const SEND_TIMEOUT_MS = 8_000;
const BUSY = { code: 503, status: 'busy' };
const NOT_PASSED_ON = { code: 503, status: 'not passed on' };

export const roomKeyOf = ({ triggerKey }: RoomView, roomId: string) => JSON.stringify([triggerKey, roomId]);

/**
 * Sends the customer a text of a question.
 *
 * @returns `sent`: it was, or may have been. Else why it certainly was not, and whether Jelou may take it later.
 */
async function send(
	{ context }: RoomView,
	question: KeptQuestion,
	body: string,
	deadline?: Deadline,
): Promise<{ isSent: true } | { isSent: false; error: Error; isPassing: boolean }> {
	const credential = await loadCredential(context);
	const request = messageRequest(question, { id: randomUUID(), type: 'text', content: { body } });
	const timeout = deadline?.timeout(SEND_TIMEOUT_MS) ?? SEND_TIMEOUT_MS;
	const result = await tryCall(context, credential, request, { timeout, maxRetries: 0 });
	if (result.ok) return { isSent: true };
	const { failure } = result;
	const error = toApiError(context.getNode(), failure, request, credential);
	if (!wasNotProcessed(failure)) {
		warn(context, 'does not know whether a question was sent, and takes it for sent', error.message);
		return { isSent: true };
	}
	const isPassing = failure.kind === 'network' || [429, 503].includes(failure.status);
	return { isSent: false, error, isPassing };
}

/** Gives messages to the run that asked; `gone` when it waits no more. */
async function give(
	view: RoomView,
	question: KeptQuestion,
	group: EventGroup,
): Promise<DeliveryResponse | 'gone'> {
	const { context, store } = view;
	const { attempts, expects } = question;
	const { arrivals, deadline } = group;
	const messagesBefore = [...group.messagesBefore, ...question.messagesBefore];
	const event = asOne({ ...group, messagesBefore });
	if (event === undefined) return 'gone';
	const answer = readAnswers(
		arrivals.map((arrival) => arrival.event),
		expects,
	);
	const fits = answer.valid || attempts >= expects.maxAttempts;
	// Before the customer is asked again, the run is asked whether it waits still.
	const outcome = { answered: true, ...answer };
	const result = await resumeRun(view, question, fits ? { event, outcome } : undefined, deadline);
	switch (result) {
		case 'unknown':
			if (store.isLost(question)) {
				warn(context, 'does not wait any longer for a run that it could not reach for a minute');
				store.end(question);
				return 'gone';
			}
			warn(context, 'could not pass on an answer to the run that waits for it', 'check WEBHOOK_URL');
			return NOT_PASSED_ON;
		case 'gone':
			store.end(question);
			return 'gone';
		case 'resumed':
			store.reserve(question);
			store.end(question);
			return { code: 200, status: 'answered' };
		case 'waiting':
			return await askAgain(view, question, deadline);
	}
}

async function askAgain(
	view: RoomView,
	question: KeptQuestion,
	deadline: Deadline,
): Promise<DeliveryResponse> {
	const { attempts, expects } = question;
	const { choices, invalidMessage } = expects;
	const body = choices.length > 0 ? `${invalidMessage}\n\n${numbered(choices)}` : invalidMessage;
	const sending = await send(view, question, body, deadline);
	if (!sending.isSent) {
		warn(view.context, 'could not ask again', sending.error.message);
		return { code: 503, status: 'not asked again' };
	}
	view.store.change(question, { attempts: attempts + 1 });
	await keepNow(view);
	return { code: 200, status: 'asked again' };
}

/**
 * Waits until a question was sent or could not be, as long as the delivery has time for it.
 *
 * @returns false when too many deliveries wait already
 */
async function untilDecided(view: RoomView, question: KeptQuestion, deadline: Deadline): Promise<boolean> {
	const { context, store } = view;
	if (!store.isPending(question)) return true;
	if (!hold(context)) return false;
	deadline.hasWaited = true;
	await store.decided(question, deadline.left('pending'));
	return true;
}

/** Gives a customer's messages to the run whose question the customer has. */
async function giveMessages(view: RoomView, roomId: string, group: EventGroup): Promise<QuestionOutcome> {
	const { context, store } = view;
	const { arrivals, deadline } = group;
	for (;;) {
		const [question] = store.asked(roomId);
		if (question === undefined) return undefined;
		if (store.isPending(question)) {
			if (!(await untilDecided(view, question, deadline))) return BUSY;
			if (!store.isPending(question) || !store.find(question)) continue;
			warn(context, 'refused a message: a question was being sent in its room all the while');
			return NOT_PASSED_ON;
		}
		const late = arrivals.filter(({ arrivedAt }) => store.wasOpenAt(question, arrivedAt));
		const early = arrivals.filter((arrival) => !late.includes(arrival)).map(({ event }) => event);
		if (early.length > 0 && !store.keepBefore(question, early)) {
			warn(context, 'starts the workflow with a message that came before a question was sent: too many did');
			return undefined;
		}
		if (late.length === 0) {
			await keepNow(view);
			return { code: 200, status: 'kept' };
		}
		const outcome = await give(view, question, { ...group, arrivals: late });
		if (outcome !== 'gone') return outcome;
		// It gets no answer: the message starts the workflow as if nothing had been asked, with what came before it.
		const known = arrivals.map(({ event }) => event as IDataObject);
		group.messagesBefore.push(...question.messagesBefore.filter((event) => !known.includes(event)));
	}
}

/**
 * Ends questions, each run going on without an answer.
 *
 * @param given the event that ends them; without one, each run gets whose conversation it is
 * @returns whether all runs could be reached
 */
export async function endQuestions(
	view: RoomView,
	questions: readonly KeptQuestion[],
	more: IDataObject,
	deadline: Deadline,
	given?: JelouEvent,
): Promise<boolean> {
	const outcome = { answered: false, ...more };
	let areTold = true;
	for (const question of questions) {
		const { botId, messagesBefore, roomId, userId } = question;
		const place = given ?? { room_id: roomId, bot: { id: botId }, contact: { id: userId } };
		const event = messagesBefore.length > 0 ? { ...place, messagesBefore } : place;
		const result = await resumeRun(view, question, { event, outcome }, deadline);
		if (result === 'unknown') areTold = false;
		else view.store.end(question);
	}
	return areTold;
}

/** The end of a conversation ends its questions, and is an event in its own right as well. */
async function close(
	view: RoomView,
	roomId: string,
	event: JelouEvent,
	deadline: Deadline,
): Promise<QuestionOutcome> {
	const { context, store } = view;
	for (const question of store.asked(roomId)) {
		if (!(await untilDecided(view, question, deadline))) return BUSY;
	}
	if (await endQuestions(view, store.inRoom(roomId), {}, deadline, event)) return undefined;
	warn(context, 'could not tell a run that its conversation was closed', 'check WEBHOOK_URL');
	return NOT_PASSED_ON;
}

/**
 * Gives a customer's messages, or the end of the conversation, to the run that asked in this room. A question is found by
 * its room alone: a customer's number is written in several ways. Events of one room take turns, so that an answer reaches
 * one question.
 *
 * @returns `undefined` when no run waits for them
 */
export async function answerQuestion(view: RoomView, group: EventGroup): Promise<QuestionOutcome> {
	const event = asOne(group);
	if (event === undefined || !['message', 'conversation.close'].includes(event.event)) return undefined;
	const { roomId } = whereOf(event);
	if (roomId === undefined) return undefined;
	const key = roomKeyOf(view, roomId);
	if (isTaken(key)) {
		if (!hold(view.context)) return BUSY;
		group.deadline.hasWaited = true;
	} else if (view.store.inRoom(roomId).length === 0) return undefined;
	return await oneAtATime(key, async () =>
		event.event === 'message'
			? await giveMessages(view, roomId, group)
			: await close(view, roomId, event, group.deadline),
	);
}

/** Asks the question whose turn it is in a room, if the room is free and its run still waits. */
export async function askNext(view: RoomView, roomId: string, deadline: Deadline): Promise<void> {
	const { context, store } = view;
	const question = store.nextIn(roomId);
	if (question === undefined) return;
	store.change(question, { phase: 'pending' });
	// So that a restart in the middle does not ask it twice.
	await keepNow(view);
	const state = await resumeRun(view, question, undefined, deadline);
	if (state === 'unknown') return store.change(question, { phase: 'queued' });
	if (state !== 'waiting') return store.end(question);
	const sending = await send(view, question, question.text);
	if (sending.isSent) return store.open(question);
	if (sending.isPassing) return store.change(question, { phase: 'queued' });
	warn(context, 'could not ask a question that had waited its turn', sending.error.message);
	const more = { outcome: 'failed', error: messageOf(sending.error) };
	await endQuestions(view, [question], more, deadline);
	store.end(question);
}

function messageOf({ message, ...rest }: Error & { description?: unknown }): string {
	return typeof rest.description === 'string' ? `${message}: ${rest.description}` : message;
}
