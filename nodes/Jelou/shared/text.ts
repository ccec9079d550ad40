/** Invisible at the end of a text: white space, and characters that only set the direction of others or join them. */
const UNSEEN = /[\s\p{Cf}]/u;
/**
 * Anything but what is invisible everywhere: in addition to `UNSEEN`, fillers, variation selectors and lone surrogates.
 */
const SEEN = /[^\s\p{Cf}\p{Cc}\p{Cs}\p{Default_Ignorable_Code_Point}\u2800]/u;

const PIECE = 500;

/**
 * A text without invisible characters at both ends: `trim()` leaves zero-width and direction characters.
 *
 * @param edge matches one character to take off
 */
export function trimmed(text: string, edge = UNSEEN): string {
	let [start, end] = [0, text.length];
	// A long run is taken off in pieces: one character at a time takes milliseconds.
	const isEdge = new RegExp(`^(?:${edge.source})*$`, 'u');
	while (end - start > PIECE && isEdge.test(text.slice(start, start + PIECE))) start += PIECE;
	while (end - start > PIECE && isEdge.test(text.slice(end - PIECE, end))) end -= PIECE;
	while (start < end && edge.test(text.charAt(start))) start++;
	while (start < end && edge.test(text.charAt(end - 1))) end--;
	return text.slice(start, end);
}

/** Whether a text has nothing that a person can see. */
export function isBlank(text: string): boolean {
	return !SEEN.test(text);
}

/**
 * A text without lone surrogates, the halves that cutting leaves of an emoji: a reader would see a broken character.
 */
export function wellFormed(text: string): string {
	return text.replace(/\p{Cs}/gu, '');
}

/** A text with choices below it, as a numbered list from 1. */
export function withChoices(text: string, choices: readonly string[]): string {
	if (choices.length === 0) return text;
	return `${text}\n\n${choices.map((choice, n) => `${n + 1}. ${choice}`).join('\n')}`;
}
