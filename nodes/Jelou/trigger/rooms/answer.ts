import type { IDataObject } from 'n8n-workflow';

import { answerTypeOf } from '../../shared/answers/answerTypes';
import { exitWordIn } from '../../shared/answers/exitWord';
import { namedChoices } from '../../shared/answers/namedChoices';
import { readAnswer, unfitting, type Answer, type Expectation } from '../../shared/answers/readAnswer';
import { mediaUrlOf, textOf } from '../event/text';

const messageOf = (event: IDataObject) => ({ text: textOf(event), mediaUrl: mediaUrlOf(event) });

/**
 * Reads consecutive messages as one answer: all their texts, if any text is an answer; otherwise the last message that
 * is valid, unless another one says something different. Never throws, whatever they contain.
 */
export function readAnswers(events: readonly IDataObject[], expects: Expectation): Answer {
	const { choices, type } = expects;
	const messages = events.map(messageOf);
	const answers = messages.map((message) => readAnswer(message, expects));
	const last = answers.at(-1) ?? unfitting(type, '');
	const texts = messages.map((message) => message.text);
	const text = texts.filter((each) => each !== '').join('\n');
	const fitting = answers.findLast(({ valid }) => valid);
	if (type === 'media') return fitting ?? unfitting(type, text);
	if (answerTypeOf(type).isFree) return text === '' ? last : { valid: true, answer: text };
	const isNamed = type === 'choice' || type === 'approval';
	const said = answers.flatMap(({ answer, choice, valid }, n): Array<string | number> => {
		if (valid) return [choice ?? String(answer).toLowerCase()];
		return isNamed ? namedChoices(texts[n] ?? '', choices, type === 'approval') : [];
	});
	return fitting && new Set(said).size === 1 ? fitting : unfitting(type, text || String(last.answer));
}

/**
 * The exit word in the messages, if any, unless they are a valid choice, number or address, which takes precedence.
 *
 * @param more the trigger's own exit words
 */
export function exitWordOf(
	events: readonly IDataObject[],
	{ exitWords, type }: Expectation,
	{ valid }: Answer,
	more: readonly string[],
): string | undefined {
	if (valid && !answerTypeOf(type).isFree) return undefined;
	const words = [...exitWords, ...more];
	return events.map((event) => exitWordIn(textOf(event), words)).find((word) => word !== undefined);
}
