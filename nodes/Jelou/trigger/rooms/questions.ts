import { randomUUID } from 'node:crypto';

import type { IWebhookFunctions } from 'n8n-workflow';

import { loadCredential, withSigningSecret } from '../../shared/credential';
import { isObject } from '../../shared/json';
import { messageRequest } from '../../shared/message';
import { readRegistration } from '../../shared/registrationStore';
import { sendingSecret } from '../../shared/secrets';
import { call } from '../../shared/transport';
import type { JelouEvent } from '../delivery/events';
import { warn } from '../delivery/log';
import { readAnswer } from './answer';
import { registerOf, storeQuestions, type OpenQuestion, type QuestionRegister } from './register';
import { resume } from './resume';
import { inTurn, isTaken } from './turns';

/** What became of an event: Jelou's answer, or `undefined` for one that no question waits for. */
export type QuestionOutcome = { code: number; status: string } | undefined;

/** With the resume request before it, within the 20 s that Jelou waits. */
const ASK_AGAIN_TIMEOUT_MS = 8_000;

const text = (value: unknown): string | undefined =>
	(typeof value === 'string' && value !== '') || typeof value === 'number' ? String(value) : undefined;

async function askAgain(context: IWebhookFunctions, question: OpenQuestion): Promise<void> {
	const loaded = await loadCredential(context);
	const registration = readRegistration(context.getWorkflowStaticData('global'), loaded);
	const credential = withSigningSecret(loaded, sendingSecret(loaded, registration) ?? '');
	const content = { body: question.expects.invalidMessage };
	const message = messageRequest(question, { id: randomUUID(), type: 'text', content });
	await call(context, credential, message, { timeout: ASK_AGAIN_TIMEOUT_MS, maxRetries: 0 });
}

async function handle(
	context: IWebhookFunctions,
	register: QuestionRegister,
	question: OpenQuestion,
	event: JelouEvent,
	arrivedAt: number,
): Promise<QuestionOutcome> {
	const { attempts, expects, id: questionId, resumeUrl, roomId } = question;
	const store = () => {
		storeQuestions(register, context.getWorkflowStaticData('global'), context.getNode().id);
	};
	const answer = event.event === 'message' ? readAnswer(event, expects) : undefined;
	const outcome = answer ? { answered: true, ...answer } : { answered: false };
	const fits = answer === undefined || answer.valid || attempts >= expects.maxAttempts;
	// Before the customer is asked again, the run is asked whether it waits still.
	const resumption = { questionId, ...(fits ? { answer: { event, outcome } } : {}) };
	const result = await resume(context, resumeUrl, resumption, arrivedAt);
	if (result === 'unknown') {
		warn(context, 'could not pass on an answer to the run that waits for it', 'check WEBHOOK_URL');
		return { code: 503, status: 'not passed on' };
	}
	if (result === 'waiting') {
		try {
			await askAgain(context, question);
		} catch (error) {
			warn(context, 'could not ask again', error instanceof Error ? error.message : 'unknown error');
			return { code: 503, status: 'not asked again' };
		}
		question.attempts++;
		store();
		return { code: 200, status: 'asked again' };
	}
	register.close(roomId, questionId);
	store();
	// A run that is gone gets no answer: the message starts the workflow as if nothing had been asked. A close event is
	// an event in its own right besides ending the question.
	return result === 'resumed' && answer ? { code: 200, status: 'answered' } : undefined;
}

/**
 * Gives a customer's message, or the end of the conversation, to the run that asked in this room. Events of one room
 * take turns, so that an answer reaches one question.
 *
 * @returns `undefined` when no run waits for this event
 */
export async function answerQuestion(
	context: IWebhookFunctions,
	triggerKey: string,
	event: JelouEvent,
): Promise<QuestionOutcome> {
	const arrivedAt = Date.now();
	const roomId = text(event.room_id);
	if (roomId === undefined || !['message', 'conversation.close'].includes(event.event)) return undefined;
	const userId = isObject(event.contact) ? text(event.contact.id) : undefined;
	const register = registerOf(triggerKey, context.getWorkflowStaticData('global'), context.getNode().id);
	const turn = JSON.stringify([triggerKey, roomId]);
	if (register.find(roomId, userId) === undefined && !isTaken(turn)) return undefined;
	return await inTurn(turn, async () => {
		const question = register.find(roomId, userId);
		return question && (await handle(context, register, question, event, arrivedAt));
	});
}
