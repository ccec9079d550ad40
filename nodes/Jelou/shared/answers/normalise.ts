import { trimmed } from '../text';
import { PHRASE_STARTS } from './vocabulary';

/** The longest text in which an answer is looked for, in characters: the search must not hold n8n up. */
export const MAX_LENGTH = 1_000;

/** One character of what can surround an answer. */
const AROUND = /[\s\p{Pi}\p{Pf}.,;:!?¡¿"'`´„…()*_~-]/u;

/** A text without invisible characters, and with plain forms of wide characters and of "No.". */
export function plain(text: string): string {
	return text
		.replace(/[\uff01-\uff5e]/g, (wide) => wide.normalize('NFKC'))
		.replace(/[\p{Cf}\p{Default_Ignorable_Code_Point}]/gu, '')
		.replace(/№|(?<!\p{L})n\.?[º°]\.?/giu, 'num ');
}

/** A text in lower case, without accents, skin tones and frames of emoji. */
function normalised(text: string): string {
	return plain(text)
		.replace(/(\d)\.?[º°]/g, '$1o')
		.replace(/(\d)\.?ª/g, '$1a')
		.normalize('NFD')
		.replace(/[\p{M}\p{Emoji_Modifier}]/gu, '')
		.toLowerCase()
		.replace(/(?<![\p{L}\p{N}])q(?![\p{L}\p{N}])/gu, 'que');
}

/**
 * The same for two texts that a person reads as the same answer: at most, they differ in case, accents, and what is
 * around them.
 */
export function answerKey(text: string): string {
	const words = trimmed(normalised(text).replace(/\s+/g, ' '));
	return trimmed(words, AROUND) || words;
}

/** "siiii" is "si"; "AAA" and "kkk" stay as they are. */
function withoutDrawl(word: string): string {
	const last = word.charAt(word.length - 1);
	if (!/\p{L}/u.test(last)) return word;
	let end = word.length;
	while (word.charAt(end - 1) === last) end--;
	return word.length - end > 2 && end > 0 ? word.slice(0, end + 1) : word;
}

/** The words, numbers and emoji of a text. A number with separators, such as a time or a date, is one word. */
export function wordsOf(text: string): string[] {
	const found = normalised(text)
		.replace(/(\p{L})['’‘´`](?=\p{L})/gu, '$1')
		// Portuguese: "trocá-lo" is "trocar" with a pronoun.
		.replace(/([aei])-l[oa]s?(?![\p{L}\p{N}])/gu, '$1r')
		.match(/\p{Extended_Pictographic}|[#%]|\p{Sc}|\p{N}+(?:[.,:/-]\p{N}+)+|[\p{L}\p{N}]+/gu);
	const words = (found ?? []).map(withoutDrawl);
	return words.filter((word, n) => !isEmoji(word) || word !== words[n - 1]);
}

/**
 * Words as a text, each between its own two spaces, so that whole words can be searched for even next to each other.
 */
export const spaced = (words: readonly string[]) => words.map((word) => ` ${word} `).join('');

export function isEmoji(word: string): boolean {
	return /^\p{Extended_Pictographic}$/u.test(word);
}

/** The longest phrase of a vocabulary, in words. */
const MAX_PHRASE = 5;

/**
 * Divides words into the longest possible phrases of a vocabulary, and single words. A doubled last letter does not
 * matter: "sii".
 */
export function phrasesOf(words: readonly string[], ...vocabulary: Array<ReadonlySet<string>>): string[] {
	const phrases: string[] = [];
	const isKnown = (phrase: string) => vocabulary.some((known) => known.has(phrase));
	for (let n = 0; n < words.length;) {
		let length = PHRASE_STARTS.has(words[n] ?? '') ? Math.min(MAX_PHRASE, words.length - n) : 1;
		while (length > 1 && !isKnown(words.slice(n, n + length).join(' '))) length--;
		const phrase = words.slice(n, n + length).join(' ');
		const single = phrase.length > 2 && phrase.at(-1) === phrase.at(-2) ? phrase.slice(0, -1) : phrase;
		phrases.push(!isKnown(phrase) && isKnown(single) ? single : phrase);
		n += length;
	}
	return phrases;
}
