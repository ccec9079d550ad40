import { FieldError } from '../../shared/errors';
import { answerKey } from '../../shared/answers/normalise';

export const MIN_CHOICES = 2;
export const MAX_CHOICES = 20;
const MAX_LABEL_LENGTH = 200;

/**
 * Checks the texts that a customer chooses from.
 *
 * @param name what one of them is called in an error
 * @returns the texts, trimmed
 * @throws FieldError for one that is empty, too long, or reads like another
 */
export function checkLabels(labels: readonly string[], name: string): string[] {
	const texts = labels.map((label) => label.trim());
	const empty = texts.indexOf('');
	if (empty !== -1) {
		throw new FieldError(`${name} ${String(empty + 1)} is empty`, 'Enter a text for it, or remove it.');
	}
	const long = texts.findIndex((text) => text.length > MAX_LABEL_LENGTH);
	if (long !== -1) {
		throw new FieldError(
			`${name} ${String(long + 1)} is too long`,
			`Shorten it to at most ${String(MAX_LABEL_LENGTH)} characters.`,
		);
	}
	const twin = texts.findIndex(
		(text, n) => texts.findIndex((other) => answerKey(other) === answerKey(text)) < n,
	);
	if (twin !== -1) {
		throw new FieldError(
			`${name} ${String(twin + 1)} is the same as another`,
			`Change one: "${texts[twin] ?? ''}" appears twice.`,
		);
	}
	return texts;
}

/**
 * Checks the choices of a question.
 *
 * @param number the question's number, if it is one of several
 * @returns the choices, trimmed
 * @throws FieldError for too few, too many, or what `checkLabels` refuses
 */
export function checkChoices(texts: readonly string[], number?: number): string[] {
	if (texts.length < MIN_CHOICES || texts.length > MAX_CHOICES) {
		const count = `${String(texts.length)} ${texts.length === 1 ? 'entry' : 'entries'}`;
		throw new FieldError(
			number === undefined ? `Choices has ${count}` : `Question ${String(number)}: Choices has ${count}`,
			`Enter ${String(MIN_CHOICES)} to ${String(MAX_CHOICES)} choices.`,
		);
	}
	return checkLabels(texts, number === undefined ? 'Choice' : `Question ${String(number)}: Choice`);
}
