import { randomUUID } from 'node:crypto';

import type { IWebhookFunctions } from 'n8n-workflow';

import { uptime } from '../../shared/clock';
import { loadCredential } from '../../shared/credential';
import { messageRequest } from '../../shared/message';
import { call } from '../../shared/transport';
import { whereOf, type JelouEvent } from '../event/events';
import { warn } from '../event/log';
import { timeLeft } from '../delivery/timeLeft';
import { readAnswers } from './answer';
import { asOne, type Turn } from './combine';
import { registerOf, storeRooms, type OpenQuestion, type RoomRegister } from './register';
import { resume } from './resume';
import { inTurn, isTaken } from './turns';

/** What became of an event: Jelou's answer, or `undefined` for one that no question waits for. */
export type QuestionOutcome = { code: number; status: string } | undefined;

/** With the resume request before it, within the 20 s that Jelou waits. */
const ASK_AGAIN_TIMEOUT_MS = 8_000;

async function askAgain(
	context: IWebhookFunctions,
	question: OpenQuestion,
	arrivedAt: number,
): Promise<void> {
	const credential = await loadCredential(context);
	const content = { body: question.expects.invalidMessage };
	const message = messageRequest(question, { id: randomUUID(), type: 'text', content });
	await call(context, credential, message, {
		timeout: timeLeft(arrivedAt, ASK_AGAIN_TIMEOUT_MS),
		maxRetries: 0,
	});
}

async function handle(
	context: IWebhookFunctions,
	register: RoomRegister,
	question: OpenQuestion,
	event: JelouEvent,
	{ arrivedAt, events }: Turn,
	decidedAt: number,
): Promise<QuestionOutcome> {
	const { attempts, expects, id: questionId, resumeUrl, roomId } = question;
	const store = () => {
		storeRooms(register, context.getWorkflowStaticData('global'), context.getNode().id);
	};
	const answer = event.event === 'message' ? readAnswers(events, expects) : undefined;
	const outcome = answer ? { answered: true, ...answer } : { answered: false };
	const fits = answer === undefined || answer.valid || attempts >= expects.maxAttempts;
	// Before the customer is asked again, the run is asked whether it waits still.
	const resumption = { questionId, ...(fits ? { answer: { event, outcome } } : {}) };
	const result = await resume(context, resumeUrl, resumption, arrivedAt, decidedAt);
	if (result === 'unknown') {
		warn(context, 'could not pass on an answer to the run that waits for it', 'check WEBHOOK_URL');
		return { code: 503, status: 'not passed on' };
	}
	if (result === 'waiting') {
		try {
			await askAgain(context, question, arrivedAt);
		} catch (error) {
			warn(context, 'could not ask again', error instanceof Error ? error.message : 'unknown error');
			return { code: 503, status: 'not asked again' };
		}
		question.attempts++;
		store();
		return { code: 200, status: 'asked again' };
	}
	register.questions.close(roomId, questionId);
	store();
	// A run that is gone gets no answer: the message starts the workflow as if nothing had been asked. A close event is
	// an event in its own right besides ending the question.
	return result === 'resumed' && answer ? { code: 200, status: 'answered' } : undefined;
}

/**
 * Gives a customer's messages, or the end of the conversation, to the run that asked in this room. Events of one room
 * take turns, so that an answer reaches one question.
 *
 * @returns `undefined` when no run waits for them
 */
export async function answerQuestion(
	context: IWebhookFunctions,
	triggerKey: string,
	turn: Turn,
): Promise<QuestionOutcome> {
	const decidedAt = uptime();
	const event = asOne(turn);
	if (event === undefined || !['message', 'conversation.close'].includes(event.event)) return undefined;
	const { roomId, userId } = whereOf(event);
	if (roomId === undefined) return undefined;
	const register = registerOf(triggerKey, context.getWorkflowStaticData('global'), context.getNode().id);
	const room = JSON.stringify([triggerKey, roomId]);
	if (register.questions.find(roomId, userId) === undefined && !isTaken(room)) return undefined;
	return await inTurn(room, async () => {
		const question = register.questions.find(roomId, userId);
		return question && (await handle(context, register, question, event, turn, decidedAt));
	});
}
