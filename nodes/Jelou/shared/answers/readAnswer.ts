import { answerTypeOf, type AnswerType, type Message, type Reading } from './answerTypes';

/** What counts as an answer, and what happens when something else arrives. */
export interface Expectation {
	type: AnswerType;
	/** `choice`: the texts, in order. `approval`: the word for yes and, unless there is only that, the word for no. */
	choices: string[];
	/** Sent when the answer does not fit. */
	invalidMessage: string;
	/** How many times the customer is asked again before the run goes on with an answer that does not fit. */
	maxAttempts: number;
	/** Words and phrases with which the customer ends the question. */
	exitWords: string[];
}

/** What a customer's message says as an answer; when it does not fit, `answer` is what was sent. */
export interface Answer extends Reading {
	/** Whether it is what the question asks for. */
	valid: boolean;
}

/** An answer that does not fit. It approves nothing. */
export function unfitting(type: AnswerType, answer: string): Answer {
	return { valid: false, answer, ...(type === 'approval' && { data: { approved: false } }) };
}

/** Reads a customer's message as an answer. Never throws, whatever the message holds. */
export function readAnswer(
	message: Message,
	{ choices, type }: { type: AnswerType; choices: readonly string[] },
): Answer {
	const reading = answerTypeOf(type).read(message, choices);
	return reading ? { valid: true, ...reading } : unfitting(type, message.text || message.mediaUrl);
}
