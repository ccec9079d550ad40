import { en } from './words/en';
import { es } from './words/es';
import { pt } from './words/pt';

/**
 * The words of a language, separated by commas; lower case and without accents. A word of two languages is in only one.
 */
export interface Words {
	/** Greetings and words of courtesy, which say nothing about the answer. */
	courtesy: string;
	/** Words that may stand before a noun. */
	articles: string;
	/** Articles that single out one thing. */
	definite: string;
	/** Articles that stand before several things, or before a time of day. */
	plurals: string;
	/** What choices are called: "option 2". */
	pointing: string;
	/** Words that ask for something: "I want to …". */
	wishes: string;
	/** Words that join others. */
	joining: string;
	/** Words that are too common to tell one choice from another. */
	weak: string;
	/** Words that turn the meaning of others around. */
	negations: string;
	/** From one up: the words for each number, separated by spaces. */
	numbers: string;
	/** From first up: the word for each place, without its gender ending. */
	ordinals: string;
	yes: string;
	no: string;
	/** What may go with yes or no, but says neither. */
	agreeing: string;
	/** What may go with no: not yet. */
	postponing: string;
}

const LANGUAGES = [es, pt, en];

const split = (list: string, separator: string) => list.split(separator).filter((word) => word !== '');

/** The phrases for some purposes in all languages: a customer's language is not known. */
function phrases(...names: Array<keyof Words>): ReadonlySet<string> {
	return new Set(LANGUAGES.flatMap((words) => names.flatMap((name) => split(words[name], ', '))));
}

/** The number that each word stands for. */
function numerals(name: 'numbers' | 'ordinals'): ReadonlyMap<string, number> {
	return new Map(
		LANGUAGES.flatMap((words) =>
			split(words[name], ', ').flatMap((forms, n) =>
				split(forms, ' ').map((form): [string, number] => [form, n + 1]),
			),
		),
	);
}

/** The words that phrases of several words begin with. */
export const PHRASE_STARTS: ReadonlySet<string> = new Set(
	LANGUAGES.flatMap(
		(words) =>
			Object.values(words)
				.join(', ')
				.match(/[^ ,]+(?= [^ ,])/g) ?? [],
	),
);
export const COURTESY = phrases('courtesy');
export const DEFINITE = phrases('definite');
export const PLURALS = phrases('plurals');
export const POINTING = phrases('pointing');
export const WISHES = phrases('wishes');
/** What may be left out of an answer, or added to it, without changing what it says. */
export const FILLERS = phrases('articles', 'definite', 'plurals', 'pointing', 'wishes');
/** What may be left out of a choice's own text. */
export const ARTICLES = phrases('articles', 'definite', 'plurals');
export const JOINING = phrases('joining');
/** What does not tell one choice from another if it is only a small part of it. */
export const WEAK: ReadonlySet<string> = new Set([...FILLERS, ...JOINING, ...phrases('weak', 'negations')]);
export const NEGATIONS = phrases('negations');
const NUMBERS = numerals('numbers');
const ORDINALS = numerals('ordinals');
/** The number that a word for a number or a place stands for. */
export function numberOf(word: string): number | undefined {
	return NUMBERS.get(word) ?? ORDINALS.get(word.replace(/[oa]$/, ''));
}

/** What points at a figure that follows it: "a 5". */
export const A_FIGURE: ReadonlySet<string> = new Set(['un', 'um', 'a']);

/** Words for one that may just as well be an article or a pronoun: "the second one". */
export const ONES: ReadonlySet<string> = new Set(['one', 'um']);

export const YES: ReadonlySet<string> = new Set([...phrases('yes'), ...'👍✅✔👌🆗💯🤙']);
export const NO: ReadonlySet<string> = new Set([...phrases('no'), ...'👎❌✖🚫⛔🙅']);
/** Letters that are an answer only by themselves, because each is a word, too. */
export const YES_LETTERS: ReadonlySet<string> = new Set('sy');
export const NO_LETTERS: ReadonlySet<string> = new Set('n');
/** Emoji that cast doubt on what they go with. */
export const DOUBTS: ReadonlySet<string> = new Set('🤔🤷❓❔😕');
export const AGREEING = phrases('agreeing');
export const POSTPONING = phrases('postponing');
