import { arePlain } from './approval';
import { MAX_LENGTH, spaced, wordsOf } from './normalise';
import { AGREEING, NO, YES } from './vocabulary';

const usual = (phrases: ReadonlySet<string>, choice: number) =>
	[...phrases].map((phrase) => ({ words: spaced(phrase.split(' ')), choice }));
const USUAL = [...usual(YES, 1), ...usual(NO, 2), ...usual(AGREEING, 0)];

/** The numbers, from 1, of all the choices that a text names anywhere, by their whole text or by their number. */
export function namedChoices(text: string, choices: readonly string[], isApproval: boolean): number[] {
	if (text.length > MAX_LENGTH) return [];
	const named = (texts: readonly string[]) =>
		texts.map((each, n) => ({ words: spaced(wordsOf(each)), choice: n + 1 }));
	const texts = [...named(choices), ...(isApproval && arePlain(choices) ? USUAL : [])]
		// A single letter is often another word: "y", "a", "o".
		.filter(({ words }) => words !== '' && !/^ \p{L} $/u.test(words))
		.sort((a, b) => b.words.length - a.words.length);
	let rest = spaced(wordsOf(text));
	const found = [...texts, ...named(choices.map((_, n) => String(n + 1)))].filter(({ words }) => {
		const isFound = rest.includes(words);
		// What was found as part of a longer text is not found again by itself.
		if (isFound) rest = rest.replaceAll(words, ' | ');
		return isFound;
	});
	return found.map(({ choice }) => choice).filter((choice) => choice > 0);
}
