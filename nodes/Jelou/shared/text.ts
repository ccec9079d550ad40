/** What nobody sees at the end of a text: white space, and characters that only direct the writing or join others. */
const UNSEEN = /[\s\p{Cf}]/u;
/** What nobody sees at all, wherever it stands: also fillers, selectors of a glyph's form, and halves of an emoji. */
const SEEN = /[^\s\p{Cf}\p{Cc}\p{Cs}\p{Default_Ignorable_Code_Point}\u2800]/u;

const PIECE = 500;

/**
 * A text without what nobody sees at both its ends: `trim()` knows no zero-width and no direction characters.
 *
 * @param edge one character of what is taken off
 */
export function trimmed(text: string, edge = UNSEEN): string {
	let [start, end] = [0, text.length];
	// A long run of them is taken off in pieces: one at a time takes milliseconds.
	const isEdge = new RegExp(`^(?:${edge.source})*$`, 'u');
	while (end - start > PIECE && isEdge.test(text.slice(start, start + PIECE))) start += PIECE;
	while (end - start > PIECE && isEdge.test(text.slice(end - PIECE, end))) end -= PIECE;
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

/** A text with choices below it, as a numbered list from 1. */
export function withChoices(text: string, choices: readonly string[]): string {
	if (choices.length === 0) return text;
	return `${text}\n\n${choices.map((choice, n) => `${n + 1}. ${choice}`).join('\n')}`;
}
