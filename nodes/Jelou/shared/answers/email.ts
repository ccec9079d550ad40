import { trimmed } from '../text';

/** A name, and a domain of at least two parts that ends in letters. No text matches it in two ways, so it is fast. */
const EMAIL =
	/^(?:[\p{L}\p{M}\p{N}!#$%&'+/=?^_{|}-]+\.)*[\p{L}\p{M}\p{N}!#$%&'+/=?^_{|}-]+@(?:[\p{L}\p{M}\p{N}-]+\.)+\p{L}{2,}$/u;

/** A word without what surrounds it. `_` can be part of an address, but is emphasis if it is on both sides. */
function bare(word: string): string {
	const start = word.startsWith('_') && word.endsWith('_') ? /[^\p{L}\p{N}@]/u : /[^\p{L}\p{N}@_]/u;
	return trimmed(word, start);
}

/**
 * The one email address in a text, whatever is around it; `undefined` when there is none, when there are several, or
 * when something else in it looks like an attempt at one.
 */
export function emailIn(text: string): string | undefined {
	const words = text
		.split(/[\s<>,;:()[\]"“”„«»*~`=]+/)
		.map(bare)
		// "@ana" is a name on a social network.
		.filter((word) => word.indexOf('@') > 0 || word.startsWith('@@'));
	const [first] = words;
	const isOne = new Set(words.map((word) => word.toLowerCase())).size === 1;
	return first !== undefined && isOne && EMAIL.test(first) && !/@-|-\.|\.-/.test(first) ? first : undefined;
}
