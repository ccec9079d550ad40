import type { Answer } from '../../shared/answers/readAnswer';
import { uptime } from '../../shared/clock';
import { fillIn } from '../../shared/placeholders';
import { withChoices } from '../../shared/text';
import type { Deadline } from '../event/deadline';
import { messageIdOf, type JelouEvent } from '../event/events';
import { warn } from '../event/log';
import { exitWordOf, readAnswers } from './answer';
import { asOne, type DeliveryResponse, type EventGroup } from './combine';
import { answered, ended, exited, type Outcome } from './outcome';
import { keepNow, watchTime } from './ownNotes';
import { resumeRun } from './resumeRun';
import { messageOf, sendText } from './sendText';
import { stepOf, type KeptQuestion } from './storedRooms';
import type { RoomView } from './view';

export const NOT_PASSED_ON = { code: 503, status: 'not passed on' };
/** How long a run that was seen waiting is assumed to wait still, while its questions follow each other. */
const SEEN_FOR_MS = 60_000;
/** How often Jelou may refuse a question before the run goes on without it. */
const MAX_REFUSALS = 3;

const ASKED_NEXT = { code: 200, status: 'asked next' };
const NEXT_NOT_SENT = { code: 503, status: 'next question not sent' };

type Given = DeliveryResponse | 'gone';

/** A delivery's messages as one. */
interface Reply {
	event: JelouEvent;
	read: Answer;
	/** The ID of the last message; `''` where it has none. */
	messageId: string;
	deadline: Deadline;
}

/** Passes an answer on to its run or, without one, asks whether the run waits: `undefined` when it still does. */
async function passOn(
	view: RoomView,
	question: KeptQuestion,
	answer: { event: JelouEvent; outcome: Outcome } | undefined,
	deadline: Deadline,
): Promise<Given | undefined> {
	const { context, store } = view;
	switch (await resumeRun(view, question, answer, deadline)) {
		case 'unknown':
			if (store.isLost(question)) {
				warn(context, 'does not wait any longer for a run that it could not reach');
				store.end(question);
				return 'gone';
			}
			warn(context, 'could not pass on an answer to its run', 'check WEBHOOK_URL');
			return NOT_PASSED_ON;
		case 'gone':
			store.end(question);
			return 'gone';
		case 'resumed':
			store.reserve(question);
			store.end(question);
			return { code: 200, status: answer?.outcome.outcome ?? 'answered' };
		case 'waiting':
			question.seenAt = uptime();
			return undefined;
	}
}

/** Passes an answer on to its run, which then has to go on. */
async function goOn(...[view, question, answer, deadline]: Parameters<typeof passOn>): Promise<Given> {
	// If the run still waits, the node did not take the answer.
	return (await passOn(view, question, answer, deadline)) ?? NOT_PASSED_ON;
}

/** The text of the present step, as the customer reads it. */
function textOf(question: KeptQuestion): string {
	const { choices, text } = stepOf(question);
	return withChoices(fillIn(text, question.answers), choices);
}

async function askAgain(view: RoomView, question: KeptQuestion, deadline: Deadline): Promise<Given> {
	// The run may have been stopped since.
	const state = await passOn(view, question, undefined, deadline);
	if (state) return state;
	const { attempts } = question;
	const { choices, invalidMessage } = stepOf(question);
	const sending = await sendText(view, question, withChoices(invalidMessage, choices), deadline);
	if (!sending.isSent) {
		warn(view.context, 'could not ask again', sending.error.message);
		return { code: 503, status: 'not asked again' };
	}
	view.store.change(question, { attempts: attempts + 1 });
	await keepNow(view);
	return { code: 200, status: 'asked again' };
}

/**
 * Asks the next step of a dialogue. That it is being sent is stored first, so that a restart in between neither loses
 * the answer nor mistakes the next message for it.
 */
async function askNextStep(view: RoomView, question: KeptQuestion, reply: Reply): Promise<Given | 'tooLong'> {
	const { context, store } = view;
	const { deadline, event, messageId, read } = reply;
	if (uptime() - (question.seenAt ?? -Infinity) > SEEN_FOR_MS) {
		const state = await passOn(view, question, undefined, deadline);
		if (state) return state;
	}
	const takeBack = store.advance(question, read.answer, messageId);
	if (takeBack === undefined) return 'tooLong';
	deadline.hasWaited = true;
	await keepNow(view);
	const sending = await sendText(view, question, textOf(question), deadline);
	if (sending.isSent) {
		store.open(question);
		watchTime(view);
		question.refusals = 0;
		return ASKED_NEXT;
	}
	takeBack();
	await keepNow(view);
	const { error, isPassing } = sending;
	warn(context, 'could not ask the next question', error.message);
	question.refusals = (question.refusals ?? 0) + (isPassing ? 0 : 1);
	if (question.refusals < MAX_REFUSALS) return NEXT_NOT_SENT;
	const outcome = ended(question, 'failed', messageOf(error), read.answer);
	return await goOn(view, question, { event, outcome }, deadline);
}

/** Sends a step again, because a process ended while it sent it, and nobody knows whether it did. */
async function repeatStep(view: RoomView, question: KeptQuestion, deadline: Deadline): Promise<Given> {
	deadline.hasWaited = true;
	const sending = await sendText(view, question, textOf(question), deadline);
	if (!sending.isSent) {
		warn(view.context, 'could not ask the next question', sending.error.message);
		return NEXT_NOT_SENT;
	}
	question.isUnsure = undefined;
	return ASKED_NEXT;
}

/**
 * Gives a customer's messages to the question in their room: the next step is asked, or the same one again, or the run
 * goes on.
 *
 * @param exitWords the trigger's own, which end any question
 * @returns the response to the delivery; `'gone'` when the run no longer waits
 */
export async function give(
	view: RoomView,
	question: KeptQuestion,
	group: EventGroup,
	exitWords: readonly string[],
): Promise<Given> {
	const { arrivals, deadline } = group;
	const messagesBefore = [...group.messagesBefore, ...question.messagesBefore];
	const event = asOne({ ...group, messagesBefore });
	if (event === undefined) return 'gone';
	const messageId = String(messageIdOf(event) ?? '');
	if (messageId !== '' && messageId === question.takenId) {
		// Its answer was taken before a restart, and the response to its delivery was lost.
		return question.isUnsure
			? await repeatStep(view, question, deadline)
			: { code: 200, status: 'duplicate' };
	}
	const step = stepOf(question);
	const events = arrivals.map((arrival) => arrival.event);
	const read = readAnswers(events, step);
	const exitWord = exitWordOf(events, step, read, exitWords);
	if (exitWord !== undefined) {
		const outcome = exited(question, read, exitWord, event);
		return await goOn(view, question, { event, outcome }, deadline);
	}
	let { valid } = read;
	if (valid && question.step < question.steps.length - 1) {
		const given = await askNextStep(view, question, { event, read, messageId, deadline });
		if (given !== 'tooLong') return given;
		warn(view.context, 'did not take an answer: it is too long');
		valid = false;
	}
	if (valid || question.attempts >= step.maxAttempts) {
		const outcome = answered(question, { ...read, valid }, event);
		return await goOn(view, question, { event, outcome }, deadline);
	}
	return await askAgain(view, question, deadline);
}
