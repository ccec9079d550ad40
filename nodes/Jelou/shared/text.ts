/** What nobody sees at the end of a text: white space, and characters that only direct the writing or join others. */
const UNSEEN = /[\s\p{Cf}]/u;
/** What nobody sees at all, wherever it stands: also fillers, selectors of a glyph's form, and halves of an emoji. */
const SEEN = /[^\s\p{Cf}\p{Cc}\p{Cs}\p{Default_Ignorable_Code_Point}\u2800]/u;

/**
 * A text without what nobody sees at both its ends: `trim()` knows no zero-width and no direction characters.
 *
 * @param edge one character of what is taken off
 */
export function trimmed(text: string, edge = UNSEEN): string {
	let [start, end] = [0, text.length];
	while (start < end && edge.test(text.charAt(start))) start++;
	while (start < end && edge.test(text.charAt(end - 1))) end--;
	return text.slice(start, end);
}

/** Whether a person who reads a text sees nothing. */
export function isBlank(text: string): boolean {
	return !SEEN.test(text);
}

/** A text without the halves that cutting leaves of an emoji: a reader would see a broken character. */
export function wellFormed(text: string): string {
	return text.replace(/\p{Cs}/gu, '');
}

/** Texts as a numbered list, from 1. */
export function numbered(texts: readonly string[]): string {
	return texts.map((text, n) => `${String(n + 1)}. ${text}`).join('\n');
}
