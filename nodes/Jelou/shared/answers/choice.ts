import { answerKey, isEmoji, phrasesOf, wordsOf } from './normalise';
import {
	A_FIGURE,
	ARTICLES,
	COURTESY,
	DEFINITE,
	DOUBTS,
	FILLERS,
	JOINING,
	NEGATIONS,
	NO,
	ONES,
	PLURALS,
	POINTING,
	WEAK,
	WISHES,
	YES,
	numberOf,
} from './vocabulary';

/** How much of a choice's text an answer has to say: a part that no other choice has, or all of it. */
type Extent = 'part' | 'whole';

/** The most words in which a choice is looked for: more than the longest choice has. */
const MAX_WORDS = 150;

/** A Spanish infinitive without its pronouns: "devolverlo" is "devolver". */
const stemOf = (word: string) => /^(\p{L}{2,}[aei]r)(?:me|te|se|nos)?(?:l[oae]s?)?$/u.exec(word)?.[1] ?? word;

function isNumeral(word: string): boolean {
	return /^\d/.test(word) || numberOf(word) !== undefined;
}

/** The words of a text, with phrases that count as one word. */
const phrased = (text: string) => phrasesOf(wordsOf(text), COURTESY, WEAK, YES).map(stemOf);

/** The words of an answer that matter: without courtesy, "yes, …", and emoji that no choice has. */
function significant(text: string, labels: readonly string[][], extent: Extent): string[] {
	const own = new Set(labels.flat());
	const hasYesOrNo = [...own].some((word) => YES.has(word) || NO.has(word));
	return phrased(text)
		.filter((word) => !COURTESY.has(word) && (hasYesOrNo || !YES.has(word)))
		.filter(
			(word) =>
				!isEmoji(word) ||
				own.has(word) ||
				NO.has(word) ||
				DOUBTS.has(word) ||
				(extent === 'whole' && hasYesOrNo && YES.has(word)),
		);
}

/** Whether the words of a choice that an answer has are more than a few small ones. */
function isEnough(shared: readonly string[], label: readonly string[]): boolean {
	const content = shared.filter((word) => !isNumeral(word));
	if (content.some((word) => !WEAK.has(word))) return true;
	return (
		content.some((word) => !FILLERS.has(word) && !JOINING.has(word)) && shared.length * 2 >= label.length
	);
}

/**
 * How much of a choice an answer says, if each of its words is one of the choice's or a mere filler. A part without the
 * choice's negation means the opposite.
 */
function saidOf(
	said: readonly string[],
	label: readonly string[],
	names: ReadonlySet<string>,
): 'whole' | 'part' | 'opposite' | undefined {
	const left = [...label];
	const shared: string[] = [];
	for (const word of said) {
		const at = left.indexOf(word);
		if (at !== -1) shared.push(...left.splice(at, 1));
		else if (!FILLERS.has(word) || names.has(word)) return undefined;
	}
	if (shared.length === 0) return undefined;
	if (left.every((word) => ARTICLES.has(word))) return 'whole';
	if (!isEnough(shared, label)) return undefined;
	return left.some((word) => NEGATIONS.has(word)) ? 'opposite' : 'part';
}

/** The one choice that words name, from 1; 0 for none or more than one. */
function byWords(said: readonly string[], labels: readonly string[][], extent: Extent): number {
	// "Ahora" is a filler, unless it is a choice.
	const names = new Set(labels.flatMap((label) => (label.length === 1 ? label : [])));
	const parts = labels.map((label) => saidOf(said, label, names));
	const isWhole = extent === 'whole' || parts.includes('whole');
	const named = parts.flatMap((part, n) => ((isWhole ? part === 'whole' : part) ? [n] : []));
	const [only = -1] = named;
	return named.length === 1 && parts[only] !== 'opposite' ? only + 1 : 0;
}

/** For each word, the number of a choice that it stands for; `undefined` for other words. */
function numbersIn(words: readonly string[]): Array<number | undefined> {
	return words.map((word, n) => {
		if (ONES.has(word) && words.length > 1 && !POINTING.has(words[n - 1] ?? '')) return undefined;
		const digits = /^0?(\d{1,2})(?:[drtmvn]?[oa]|era?|st|nd|rd|th)?$/.exec(word)?.[1];
		return digits === undefined ? numberOf(word) : Number(digits);
	});
}

/** The choice whose number words name, from 1, if they name nothing else; 0 for none. */
function byNumber(words: readonly string[], labels: readonly string[][]): number {
	const said = words.map((word, n) => (A_FIGURE.has(word) && /^\d/.test(words[n + 1] ?? '') ? '#' : word));
	const numbers = numbersIn(said);
	const [number = 0, ...others] = new Set(numbers.filter((each) => each !== undefined));
	const label = labels[number - 1];
	if (label === undefined || others.length > 0 || said.some((word) => PLURALS.has(word))) return 0;
	const rest = said.filter((_, n) => numbers[n] === undefined);
	const isPointing = (word: string) => DEFINITE.has(word) || POINTING.has(word);
	const wishes = rest.filter((word) => !isPointing(word) && !(ONES.has(word) && word === said.at(-1)));
	if (wishes.every((word) => WISHES.has(word))) {
		// "I want 2" may mean two of something, and not the second choice.
		if (wishes.length > 0 && wishes.length === rest.length) return 0;
		const isPointedAt = rest.some((word) => POINTING.has(word) || DEFINITE.has(word));
		// With choices such as "4 stars, 3 stars", a mere number may mean a choice's text or its place.
		const isOther = (other: readonly string[]) => {
			if (other === label) return false;
			return said.some((word, n) => {
				if (numbers[n] === undefined) return false;
				return /^\d/.test(word) ? !isPointedAt && other[0] === word : other.includes(word);
			});
		};
		return DEFINITE.has(said.at(-1) ?? '') || labels.some(isOther) ? 0 : number;
	}
	const ownNumbers = numbersIn(label).filter((own) => own !== undefined);
	if (ownNumbers.some((own) => own !== number)) return 0;
	return byWords(rest, labels, 'part') === number ? number : 0;
}

/** The number of the one choice that a text means, from 1; 0 for none or more than one. */
export function choiceIn(text: string, choices: readonly string[], extent: Extent = 'part'): number {
	const key = answerKey(text);
	const same = choices.findIndex((choice) => answerKey(choice) === key);
	if (same !== -1) return same + 1;
	const labels = choices.map(phrased);
	const said = significant(text, labels, extent);
	if (said.length > MAX_WORDS) return 0;
	return byWords(said, labels, extent) || byNumber(said, labels);
}
