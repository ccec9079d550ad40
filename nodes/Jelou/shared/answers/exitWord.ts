import { MAX_LENGTH, answerKey, spaced, wordsOf } from './normalise';

/** More than anybody needs: each message is searched for all of them. */
const MAX_WORDS = 100;

/** The words and phrases in a field, separated by commas. */
export function readExitWords(field: unknown): string[] {
	const words = typeof field === 'string' ? field.split(',') : [];
	return words
		.map((word) => word.trim())
		.filter((word) => wordsOf(word).length > 0 || answerKey(word) !== '')
		.slice(0, MAX_WORDS);
}

/** The first exit word, as configured, that a text is or contains as a whole word or phrase. */
export function exitWordIn(text: string, exitWords: readonly string[]): string | undefined {
	if (exitWords.length === 0 || text.length > MAX_LENGTH) return undefined;
	const key = answerKey(text);
	const words = spaced(wordsOf(text));
	return exitWords.find((exitWord) => {
		const wanted = spaced(wordsOf(exitWord));
		return wanted === '' ? answerKey(exitWord) === key : words.includes(wanted);
	});
}
