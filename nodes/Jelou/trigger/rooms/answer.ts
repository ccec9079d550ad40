import type { IDataObject } from 'n8n-workflow';

import { answerKey, type AnswerType, type Expectation } from '../../shared/triggerNote';
import { trimmed } from '../../shared/text';
import { mediaUrlOf, textOf, textsOf } from '../event/text';

/** What a customer's message says as an answer; `valid` when it is what the question asks for. */
export interface Answer {
	valid: boolean;
	/** The text, the chosen text, the number or the media's URL; when it does not fit, what was written. */
	answer: string | number;
	/** The number of the choice, from 1. */
	choice?: number;
	/** For approvals, as n8n's Human Review reads it. */
	data?: { approved: boolean };
}

const YES = [
	'si',
	's',
	'sim',
	'yes',
	'y',
	'ok',
	'okay',
	'claro',
	'vale',
	'dale',
	'correcto',
	'confirmo',
	'de acuerdo',
	'isso',
	'acepto',
	'aceptar',
	'aprobar',
	'confirmar',
	'approve',
	'apruebo',
];
const NO = [
	'no',
	'n',
	'nao',
	'nope',
	'negativo',
	'rechazo',
	'rechazar',
	'para nada',
	'decline',
	'reject',
	'cancelar',
];

/** The longest text that is searched for a number, an email address or a choice: the search may not hold n8n up. */
const MAX_LENGTH = 1_000;

/**
 * The one number in a text, in the ways in which it is written in Latin America: `1042`, `# 1.042`, `1.234,50`,
 * `1,234.50`. A single separator before three digits groups thousands. `undefined` when there is none or more than one.
 */
export function numberIn(text: string): number | undefined {
	const found = text.match(/(?<![\p{L}\d])[+-]?\d+(?:[.,\u00a0 ]\d+)*(?![\p{L}\d])/gu) ?? [];
	const [only] = found;
	if (only === undefined || found.length > 1) return undefined;
	const digits = only.replace(/[\u00a0 ](?=\d{3}(?!\d))/g, '');
	const [, whole = '', fraction = ''] =
		/^([+-]?(?:\d{1,3}(?:,\d{3})+|\d+))(?:\.(\d+))?$/.exec(asEnglish(digits)) ?? [];
	const number = whole === '' ? Number.NaN : Number(`${whole.replaceAll(',', '')}.${fraction || '0'}`);
	return Number.isFinite(number) && Math.abs(number) <= Number.MAX_SAFE_INTEGER ? number : undefined;
}

/** Turns decimal commas into points, and points that group thousands into commas. */
function asEnglish(digits: string): string {
	const last = Math.max(digits.lastIndexOf('.'), digits.lastIndexOf(','));
	if (last === -1) return digits;
	const mark = digits.charAt(last);
	const isRepeated = digits.indexOf(mark) !== last;
	const isAlone = !digits.includes(mark === '.' ? ',' : '.');
	const groups = isAlone && (isRepeated || (digits.length - last === 4 && !/^[+-]?0/.test(digits)));
	const swapped = digits.replace(/[.,]/g, (found) => (found === '.' ? ',' : '.'));
	// The last mark separates the fraction, unless it groups thousands.
	return (mark === '.') === groups ? swapped : digits;
}

const EMAIL = /^[^\s\p{Cf}@<>()",;:]+@[^\s\p{Cf}@<>()",;:.]+(\.[^\s\p{Cf}@<>()",;:.]+)+$/u;

/** The number of the choice that a text names, from 1: by its text, or else by its number; 0 for none. */
function choiceIn(text: string, choices: readonly string[]): number {
	const given = answerKey(text);
	const byText = choices.findIndex((choice) => answerKey(choice) === given);
	if (byText !== -1) return byText + 1;
	// Phones write a number also as an emoji: a digit in a frame.
	const number = /^(\d{1,2})$/.exec(given.replace(/[\ufe0f\u20e3]/g, ''))?.[1];
	const position = Number(number ?? 0);
	return position <= choices.length ? position : 0;
}

/** Whether the usual words for yes and no mean what an approval's labels do: where the labels are such words themselves. */
function arePlain([yes = '', no]: readonly string[]): boolean {
	return YES.includes(answerKey(yes)) && (no === undefined || NO.includes(answerKey(no)));
}

function approvalIn(text: string, labels: readonly string[]): boolean | undefined {
	const choice = choiceIn(text, labels);
	if (choice !== 0) return choice === 1;
	if (!arePlain(labels)) return undefined;
	const given = answerKey(text);
	if (YES.includes(given)) return true;
	return NO.includes(given) ? false : undefined;
}

/** The words of a text, each between spaces of its own, so that whole words are found in it. A number is one word. */
function wordsOf(text: string): string {
	const words = answerKey(text).match(/[\p{L}\p{N}]+(?:[.,:]\p{N}+)*/gu) ?? [];
	return words.map((word) => ` ${word} `).join('');
}

/** The numbers of the choices that a text names somewhere: by whole words, or by their numbers. */
function choicesNamedIn(text: string, { choices, type }: Expectation): number[] {
	const asks = type === 'choice' || type === 'approval';
	if (!asks || text.length > MAX_LENGTH) return [];
	const named = (texts: readonly string[], choice?: number) =>
		texts.map((each, n) => ({ words: wordsOf(each), choice: choice ?? n + 1 }));
	const usual = type === 'approval' && arePlain(choices) ? [...named(YES, 1), ...named(NO, 2)] : [];
	const texts = [...named(choices), ...usual]
		// A single letter is often another word: "y", "a", "o".
		.filter(({ words }) => words !== '' && !/^ \p{L} $/u.test(words))
		.sort((a, b) => b.words.length - a.words.length);
	let rest = wordsOf(text);
	const found = [...texts, ...named(choices.map((_, n) => String(n + 1)))].filter(({ words }) => {
		const isFound = rest.includes(words);
		// What a longer text has said is not said by a part of it, too.
		rest = rest.replaceAll(words, ' | ');
		return isFound;
	});
	return found.map(({ choice }) => choice);
}

function notFitting(type: AnswerType, answer: Answer['answer']): Answer {
	return { valid: false, answer, ...(type === 'approval' && { data: { approved: false } }) };
}

/** Reads a customer's message as an answer. Never throws, whatever the message holds. */
export function readAnswer(event: IDataObject, { choices, type }: Expectation): Answer {
	const text = textOf(event);
	const url = mediaUrlOf(event);
	const wrong = notFitting(type, text || url);
	if (type === 'any') return { valid: true, answer: text || url };
	if (type === 'text') return { valid: text !== '', answer: text || url };
	if (type === 'media') return url === '' ? wrong : { valid: true, answer: url };
	if (text.length > MAX_LENGTH) return wrong;
	switch (type) {
		case 'number': {
			const number = numberIn(text);
			return number === undefined ? wrong : { valid: true, answer: number };
		}
		case 'email': {
			const found = text
				.split(/[\s<>,;()]+/)
				.map((word) => trimmed(word, /[\s\p{Cf}.:!?]/u).replace(/^mailto:/i, ''))
				.filter((word) => EMAIL.test(word));
			return found[0] !== undefined && found.length === 1 ? { valid: true, answer: found[0] } : wrong;
		}
		case 'choice': {
			const choice = choiceIn(text, choices);
			return choice === 0 ? wrong : { valid: true, answer: choices[choice - 1] ?? text, choice };
		}
		case 'approval': {
			const approved = approvalIn(text, choices);
			if (approved === undefined) return wrong;
			const label = choices[approved ? 0 : 1] ?? text;
			return { valid: true, answer: label, choice: approved ? 1 : 2, data: { approved } };
		}
	}
}

/**
 * Reads messages that follow each other as one answer: their texts together, where any text is an answer, and else the
 * last message that fits, unless another one says something else.
 */
export function readAnswers(events: readonly IDataObject[], expects: Expectation): Answer {
	const { type } = expects;
	const answers = events.map((event) => readAnswer(event, expects));
	const last = answers.at(-1) ?? notFitting(type, '');
	const text = textsOf(events);
	if (type === 'any' || type === 'text') return text === '' ? last : { valid: true, answer: text };
	const fitting = answers.findLast(({ valid }) => valid);
	const said = answers.flatMap(({ answer, choice, valid }, n): Array<string | number> => {
		if (!valid) return choicesNamedIn(textOf(events[n] ?? {}), expects);
		return [choice ?? String(answer).toLowerCase()];
	});
	const isClear = type === 'media' || new Set(said).size === 1;
	return fitting && isClear ? fitting : notFitting(type, text || last.answer);
}
