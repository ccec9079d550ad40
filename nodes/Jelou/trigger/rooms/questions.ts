import type { IDataObject } from 'n8n-workflow';

import type { Deadline } from '../event/deadline';
import { whereOf, type JelouEvent } from '../event/events';
import { warn } from '../event/log';
import { asOne, type DeliveryResponse, type EventGroup } from './combine';
import { NOT_PASSED_ON, give } from './give';
import { hold } from './held';
import { isTaken, oneAtATime } from './oneAtATime';
import { ended, soFar } from './outcome';
import { keepNow } from './ownNotes';
import { endAnswered, resumeRun } from './resumeRun';
import { messageOf, sendText } from './sendText';
import type { KeptQuestion } from './storedRooms';
import type { RoomView } from './view';

/** What became of an event: the response to Jelou, or `undefined` for one that no question waits for. */
type QuestionOutcome = DeliveryResponse | undefined;

const BUSY = { code: 503, status: 'busy' };

export const roomKeyOf = ({ triggerKey }: RoomView, roomId: string) => JSON.stringify([triggerKey, roomId]);

/**
 * Waits until a question was sent or could not be, for as long as the delivery has time.
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

/** Gives a customer's messages to the run whose question is open in the room. */
async function giveMessages(
	view: RoomView,
	roomId: string,
	group: EventGroup,
	exitWords: readonly string[],
): Promise<QuestionOutcome> {
	const { context, store } = view;
	const { arrivals, deadline } = group;
	for (;;) {
		const [question] = store.asked(roomId);
		if (question === undefined) return undefined;
		if (store.isPending(question)) {
			if (!(await untilDecided(view, question, deadline))) return BUSY;
			if (!store.isPending(question) || !store.find(question)) continue;
			warn(context, 'refused a message: a question was being sent in its room');
			return NOT_PASSED_ON;
		}
		const late = arrivals.filter(({ arrivedAt }) => store.wasOpenAt(question, arrivedAt));
		const early = arrivals.filter((arrival) => !late.includes(arrival)).map(({ event }) => event);
		if (early.length > 0 && !store.keepBefore(question, early)) {
			warn(context, 'starts the workflow with a message that came before a question was sent');
			return undefined;
		}
		if (late.length === 0) {
			await keepNow(view);
			return { code: 200, status: 'kept' };
		}
		const outcome = await give(view, question, { ...group, arrivals: late }, exitWords);
		if (outcome !== 'gone') return outcome;
		// The run gets no answer: the message starts the workflow as if nothing had been asked, with what came before it.
		const known = arrivals.map(({ event }) => event as IDataObject);
		group.messagesBefore.push(...question.messagesBefore.filter((event) => !known.includes(event)));
	}
}

/** Whose conversation a question is in, in the form of an event. */
const placeOf = ({ botId, roomId, userId }: KeptQuestion) => ({
	room_id: roomId,
	bot: { id: botId },
	contact: { id: userId },
});

/**
 * Ends questions: each run goes on without an answer.
 *
 * @param given the event that ends them; without one, each run gets the IDs of its conversation
 * @returns whether all runs could be reached
 */
export async function endQuestions(
	view: RoomView,
	questions: readonly KeptQuestion[],
	cause: { outcome: 'closed' | 'paused' | 'failed'; error?: string },
	deadline: Deadline,
	given?: JelouEvent,
): Promise<boolean> {
	let areReached = true;
	for (const question of questions) {
		const { messagesBefore } = question;
		const event = { ...(given ?? placeOf(question)), ...(messagesBefore.length > 0 && { messagesBefore }) };
		const outcome = ended(question, cause.outcome, cause.error);
		const result = await resumeRun(view, question, { event, outcome }, deadline);
		if (result === 'unknown') areReached = false;
		else view.store.end(question);
	}
	return areReached;
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
	if (await endQuestions(view, store.inRoom(roomId), { outcome: 'closed' }, deadline, event))
		return undefined;
	warn(context, 'could not reach a run whose conversation was closed', 'check WEBHOOK_URL');
	return NOT_PASSED_ON;
}

/**
 * Gives a customer's messages, or the end of the conversation, to the run that asked in this room. A question is found
 * by its room alone, because a customer's number can be written in several ways. Events of one room are handled one at
 * a time, so that an answer reaches only one question.
 *
 * @param exitWords the trigger's own, which end any question
 * @returns `undefined` when no run waits for them
 */
export async function answerQuestion(
	view: RoomView,
	group: EventGroup,
	exitWords: readonly string[],
): Promise<QuestionOutcome> {
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
			? await giveMessages(view, roomId, group, exitWords)
			: await close(view, roomId, event, group.deadline),
	);
}

/**
 * Ends the dialogue of a room when its time is about to be up: its run goes on with its input and the answers so far.
 */
export async function endDialogue(view: RoomView, roomId: string, deadline: Deadline): Promise<void> {
	const { store } = view;
	await oneAtATime(roomKeyOf(view, roomId), async () => {
		const question = store.dueIn(roomId);
		if (question === undefined) return;
		const answer = { event: placeOf(question), outcome: soFar(question), isTimeUp: true };
		if ((await resumeRun(view, question, answer, deadline)) !== 'unknown') store.end(question);
	});
}

/** Asks the next question in a room's queue, if the room is free and the question's run still waits. */
export async function askNext(view: RoomView, roomId: string, deadline: Deadline): Promise<void> {
	const { context, store } = view;
	// Another process, which served the address until now, may have taken the answer to the question before it.
	if (!store.nextIn(roomId) && store.hasQueue(roomId)) await endAnswered(view, roomId);
	const question = store.nextIn(roomId);
	if (question === undefined) return;
	store.change(question, { phase: 'pending' });
	// So that after a restart in between, the customer can answer it.
	await keepNow(view);
	const state = await resumeRun(view, question, undefined, deadline);
	if (state === 'unknown') return store.change(question, { phase: 'queued' });
	if (state !== 'waiting') return store.end(question);
	const sending = await sendText(view, question, question.text);
	if (sending.isSent) {
		store.change(question, { phase: 'open' });
		// A restart before this asks it again, rather than never.
		return await keepNow(view);
	}
	if (sending.isPassing) return store.change(question, { phase: 'queued' });
	warn(context, 'could not ask a queued question', sending.error.message);
	const cause = { outcome: 'failed' as const, error: messageOf(sending.error) };
	await endQuestions(view, [question], cause, deadline);
	store.end(question);
}
