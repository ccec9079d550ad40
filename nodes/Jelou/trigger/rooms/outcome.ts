import type { IDataObject } from 'n8n-workflow';

import type { Answer } from '../../shared/answers/readAnswer';
import { isObject, optionalText } from '../../shared/json';
import type { JelouEvent } from '../event/events';
import { isDialogue, stepOf, type KeptQuestion } from './storedRooms';

/**
 * What came of a question: what its run goes on with in addition to the event. The fields are in the order in which a
 * person reads them.
 */
export type Outcome = IDataObject & {
	outcome: 'answered' | 'invalid' | 'exit' | 'closed' | 'paused' | 'failed';
};

/** Who answered, and when, in the form of n8n's own nodes that send and wait. */
function responseOf({ contact }: JelouEvent): IDataObject {
	const { id, name } = isObject(contact) ? contact : {};
	return { respondedAt: new Date().toISOString(), responder: { id, name: optionalText(name) } };
}

/** The answers so far, and one to the present step. */
function withAnswer(question: KeptQuestion, answer: string | number): KeptQuestion['answers'] {
	return { ...question.answers, [stepOf(question).name]: answer };
}

/** The answers of a dialogue so far, by their names, and which choices they are, from 1; `{}` for a single question. */
function answersOf(question: KeptQuestion, answers = question.answers): IDataObject {
	if (!isDialogue(question)) return {};
	const picked = question.steps.flatMap(({ choices, name }): Array<[string, number]> => {
		const choice = choices.findIndex((text) => text === answers[name]) + 1;
		return choice > 0 ? [[name, choice]] : [];
	});
	return { answers, ...(picked.length > 0 && { choices: Object.fromEntries(picked) }) };
}

/** The customer has answered everything, or has given so many invalid answers to a step that it is not asked again. */
export function answered(question: KeptQuestion, read: Answer, event: JelouEvent): Outcome {
	const { answer, choice, data, valid } = read;
	const response = responseOf(event);
	const answers = valid ? withAnswer(question, answer) : question.answers;
	return {
		answer,
		outcome: valid ? 'answered' : 'invalid',
		answered: true,
		valid,
		...(isDialogue(question)
			? answersOf(question, answers)
			: { choice, data: data && { ...data, ...response } }),
		...response,
	};
}

/** The customer has written an exit word. */
export function exited(
	question: KeptQuestion,
	{ answer }: Answer,
	exitWord: string,
	event: JelouEvent,
): Outcome {
	const isApproval = stepOf(question).type === 'approval' && !isDialogue(question);
	const response = responseOf(event);
	return {
		answer,
		outcome: 'exit',
		answered: false,
		valid: false,
		...answersOf(question),
		exitWord,
		...(isApproval && { data: { approved: false, ...response } }),
		...response,
	};
}

/**
 * There will be no answer, or no further one.
 *
 * @param answer the answer to the present step, if there was one
 */
export function ended(
	question: KeptQuestion,
	outcome: Outcome['outcome'],
	error?: string,
	answer?: string | number,
): Outcome {
	const given = answer === undefined ? question.answers : withAnswer(question, answer);
	return { outcome, answered: false, ...answersOf(question, given), error };
}

/** The time is up: what was answered by then, without an outcome, just as when nothing was. */
export function soFar(question: KeptQuestion): IDataObject {
	const { messagesBefore } = question;
	return { ...answersOf(question), ...(messagesBefore.length > 0 && { messagesBefore }) };
}
