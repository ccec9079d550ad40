import { trimmed } from '../text';

/** A name, and a domain of at least two parts that ends in letters. No part of it can be read in two ways: it is fast. */
const EMAIL =
	/^(?:[\p{L}\p{M}\p{N}!#$%&'+/=?^_{|}-]+\.)*[\p{L}\p{M}\p{N}!#$%&'+/=?^_{|}-]+@(?:[\p{L}\p{M}\p{N}-]+\.)+\p{L}{2,}$/u;

/** A word without what surrounds it; `_` can be a part of the address, and emphasises where it is on both sides. */
function bare(word: string): string {
	const start = word.startsWith('_') && word.endsWith('_') ? /[^\p{L}\p{N}@]/u : /[^\p{L}\p{N}@_]/u;
	return trimmed(word, start);
}

/**
 * The one email address in a text, whatever is around it; `undefined` when there is none, when there are two, or when
 * something else was to be one.
 */
export function emailIn(text: string): string | undefined {
	const words = text
		.split(/[\s<>,;:()[\]"“”„«»*~`=]+/)
		.map(bare)
		// "@ana" is a name in a social network.
		.filter((word) => word.indexOf('@') > 0 || word.startsWith('@@'));
	const [first] = words;
	const isOne = new Set(words.map((word) => word.toLowerCase())).size === 1;
	return first !== undefined && isOne && EMAIL.test(first) && !/@-|-\.|\.-/.test(first) ? first : undefined;
}
