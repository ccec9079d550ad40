import { choiceIn } from './choice';
import { isEmoji, phrasesOf, wordsOf } from './normalise';
import {
	AGREEING,
	COURTESY,
	DOUBTS,
	NO,
	NO_LETTERS,
	POSTPONING,
	WISHES,
	YES,
	YES_LETTERS,
} from './vocabulary';

/** Whether a text says yes (`true`) or no in the usual words, and nothing else; `undefined` when it says neither. */
function yesOrNo(text: string): boolean | undefined {
	const words = wordsOf(text);
	const [only = ''] = words;
	if (words.length === 1 && YES_LETTERS.has(only)) return true;
	if (words.length === 1 && NO_LETTERS.has(only)) return false;
	const said = phrasesOf(words, YES, NO, AGREEING, POSTPONING, COURTESY, WISHES);
	const approves = said.some((phrase) => YES.has(phrase));
	if (approves === said.some((phrase) => NO.has(phrase))) return undefined;
	const isAccounted = said.every(
		(phrase) =>
			(approves ? YES : NO).has(phrase) ||
			[AGREEING, COURTESY, WISHES].some((known) => known.has(phrase)) ||
			(!approves && POSTPONING.has(phrase)) ||
			(isEmoji(phrase) && !DOUBTS.has(phrase)),
	);
	return isAccounted ? approves : undefined;
}

/** Whether an approval's labels are themselves usual words for yes and no, so that all others can be used as well. */
export function arePlain([yes = '', no]: readonly string[]): boolean {
	return yesOrNo(yes) === true && (no === undefined || yesOrNo(no) === false);
}

/** Whether a text approves (`true`) or rejects; `undefined` when that is not clear. */
export function approvalIn(text: string, labels: readonly string[]): boolean | undefined {
	// A question does not agree to anything.
	if (text.includes('?') && !labels.some((label) => label.includes('?'))) return undefined;
	const choice = choiceIn(text, labels, 'whole');
	if (choice !== 0) return choice === 1;
	return arePlain(labels) ? yesOrNo(text) : undefined;
}
