import { answerTypeOf, type AnswerType, type Message, type Reading } from './answerTypes';

/** What counts as an answer, and what happens when something else arrives. */
export interface Expectation {
	type: AnswerType;
	/** `choice`: the texts, in order. `approval`: the label for yes and, if there is one, the label for no. */
	choices: string[];
	/** Sent when an answer is not valid. */
	invalidMessage: string;
	/** How many times the customer is asked again before the run goes on with an invalid answer. */
	maxAttempts: number;
	/** Words and phrases by which the customer ends the question. */
	exitWords: string[];
}

/** A customer's message read as an answer; if it is not valid, `answer` is what was sent. */
export interface Answer extends Reading {
	/** Whether it is what the question asks for. */
	valid: boolean;
}

/** An answer that is not valid. It approves nothing. */
export function unfitting(type: AnswerType, answer: string): Answer {
	return { valid: false, answer, ...(type === 'approval' && { data: { approved: false } }) };
}

/** Reads a customer's message as an answer. Never throws, whatever the message contains. */
export function readAnswer(
	message: Message,
	{ choices, type }: { type: AnswerType; choices: readonly string[] },
): Answer {
	const reading = answerTypeOf(type).read(message, choices);
	return reading ? { valid: true, ...reading } : unfitting(type, message.text || message.mediaUrl);
}
