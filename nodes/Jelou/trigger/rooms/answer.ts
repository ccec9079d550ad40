import type { IDataObject } from 'n8n-workflow';

import { isObject } from '../../shared/json';
import { answerKey, type Expectation } from '../../shared/roomNote';
import { isBlank, trimmed } from '../../shared/text';

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

function contentOf({ value }: IDataObject): IDataObject {
	return isObject(value) && isObject(value.content) ? value.content : {};
}

/** The text of a message, or the caption of its media; '' where there is nothing to see. */
export function textOf(event: IDataObject): string {
	const { body, caption } = contentOf(event);
	const text = [body, caption].find((each) => typeof each === 'string' && !isBlank(each));
	return typeof text === 'string' ? trimmed(text) : '';
}

/** The texts of several messages, one a line. */
export function textsOf(events: readonly IDataObject[]): string {
	return events
		.map(textOf)
		.filter((text) => text !== '')
		.join('\n');
}

function mediaUrlOf(event: IDataObject): string {
	const { url } = contentOf(event);
	return typeof url === 'string' ? url : '';
}

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

function approvalIn(text: string, [yes = '', no]: readonly string[]): boolean | undefined {
	const choice = choiceIn(text, no === undefined ? [yes] : [yes, no]);
	if (choice !== 0) return choice === 1;
	const given = answerKey(text);
	if (YES.includes(given)) return true;
	return NO.includes(given) ? false : undefined;
}

/** Reads a customer's message as an answer. Never throws, whatever the message holds. */
export function readAnswer(event: IDataObject, { choices, type }: Expectation): Answer {
	const text = textOf(event);
	const url = mediaUrlOf(event);
	const wrong = {
		valid: false,
		answer: text || url,
		...(type === 'approval' && { data: { approved: false } }),
	};
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
 * last message that fits.
 */
export function readAnswers(events: readonly IDataObject[], expects: Expectation): Answer {
	const last = readAnswer(events.at(-1) ?? {}, expects);
	const text = textsOf(events);
	if (expects.type === 'any' || expects.type === 'text')
		return text === '' ? last : { valid: true, answer: text };
	const fitting = events.map((event) => readAnswer(event, expects)).findLast(({ valid }) => valid);
	return fitting ?? { ...last, answer: text || last.answer };
}
