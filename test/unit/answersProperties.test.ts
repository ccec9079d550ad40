import fc from 'fast-check';

import { ANSWER_TYPES } from '../../nodes/Jelou/shared/answers/answerTypes';
import { exitWordIn } from '../../nodes/Jelou/shared/answers/exitWord';
import { namedChoices } from '../../nodes/Jelou/shared/answers/namedChoices';
import { readAnswer } from '../../nodes/Jelou/shared/answers/readAnswer';

const CHOICES = ['Saber dónde está', 'Cambiarlo', 'Devolverlo', 'Hablar con una persona'];
const LABELS = ['Sí', 'No'];
const KINDS = ANSWER_TYPES.map(({ value }) => value);
const choicesFor = (type: string) => (type === 'approval' ? LABELS : CHOICES);
const read = (type: (typeof KINDS)[number], text: string, choices = choicesFor(type)) =>
	readAnswer({ text, mediaUrl: '' }, { type, choices });

const between = fc.constantFrom(
	' y ',
	' o ',
	', ',
	' ',
	'\n',
	' e ',
	' ou ',
	' or ',
	' pero ',
	' / ',
	' no, ',
	'-',
);
const around = fc.constantFrom('', 'la ', 'quiero ', 'hola, ', '¡', '*', 'no ', 'opción ', 'es el ');
const courtesy = fc.constantFrom('', ' por favor', ' gracias', '!', ' 👍', '*', '.');
const ORDINALS = ['primera', 'segunda', 'tercera', 'cuarta'];
const WORDS = ['uno', 'dos', 'tres', 'cuatro'];

test('two different choices in one text are never one', () => {
	const name = fc.constantFrom(0, 1, 2, 3).chain((n) =>
		fc.record({
			n: fc.constant(n),
			text: fc.constantFrom(CHOICES[n] ?? '', String(n + 1), `la ${ORDINALS[n] ?? ''}`, WORDS[n] ?? ''),
		}),
	);
	fc.assert(
		fc.property(around, name, between, name, courtesy, (before, first, middle, second, after) => {
			fc.pre(first.n !== second.n);
			const text = `${before}${first.text}${middle}${second.text}${after}`;
			expect([text, read('choice', text).valid]).toEqual([text, false]);
		}),
		{ numRuns: 3_000 },
	);
});

test('two words of any two choices are never one of them', () => {
	// Shortening repeated letters may leave a word without meaning.
	const word = fc.stringMatching(/^[a-z]{4,8}$/).filter((text) => !/(.)\1/.test(text));
	fc.assert(
		fc.property(fc.uniqueArray(word, { minLength: 2, maxLength: 6 }), between, (choices, middle) => {
			const text = `${choices[0] ?? ''}${middle}${choices[1] ?? ''}`;
			expect(read('choice', text, choices).valid).toBe(false);
		}),
		{ numRuns: 2_000 },
	);
});

test('yes and no in one text are never an answer', () => {
	const yes = fc.constantFrom('sí', 'sim', 'yes', 'ok', 'dale', '👍', '1', 'claro');
	const no = fc.constantFrom('no gracias', 'não', 'nope', '👎', '2', 'para nada');
	fc.assert(
		fc.property(fc.tuple(yes, no), fc.boolean(), between, courtesy, (words, isSwapped, middle, after) => {
			const [first, second] = isSwapped ? [words[1], words[0]] : words;
			const text = `${first}${middle}${second}${after}`;
			expect([text, read('approval', text).valid]).toEqual([text, false]);
		}),
		{ numRuns: 2_000 },
	);
});

test('two different numbers in one text are never one number', () => {
	const number = fc.integer({ min: 1_000, max: 9_999_999 });
	const separator = fc.constantFrom(
		' y ',
		' o ',
		', ',
		' ',
		'\n',
		'/',
		'-',
		' - ',
		' e ',
		';',
		',',
		': ',
		'+',
	);
	fc.assert(
		fc.property(around, number, separator, number, courtesy, (before, first, middle, second, after) => {
			fc.pre(first !== second);
			const text = `${before}${String(first)}${middle}${String(second)}${after}`;
			expect([text, read('number', text).valid]).toEqual([text, false]);
			expect([text, read('digits', text).valid]).toEqual([text, false]);
		}),
		{ numRuns: 3_000 },
	);
});

test('a valid answer is one of the choices, with its own number', () => {
	fc.assert(
		fc.property(fc.string({ unit: 'grapheme', maxLength: 40 }), (text) => {
			const { answer, choice = 0, valid } = read('choice', text);
			expect(valid ? answer : text).toBe(valid ? CHOICES[choice - 1] : text);
		}),
		{ numRuns: 2_000 },
	);
});

/** Texts that make a careless search slow, up to and beyond the longest that is searched. */
const PATTERNS = [
	'1', '1.', '1,', '1 ', '1-', '1 a', '-', '.', ' ', '\n', 'a', 'a@', 'a@b.', '@', 'a.', '_', '*', '"', '“', '«',
	'👍', '👍🏽', '👩‍👩‍👧', '\u0301', 'e\u0301', '\u200b', '\u2800', '\u3164', 'n°', '２', 'sí ', 'no ', 'por favor ',
	'la 2 ', 'q ', "d'", 'ar-lo ', 'arlo', '(', 'х', '漢', '\ud800', '#', '$', '%', '/', ':', '1:', '12 34 56 ',
]; // prettier-ignore
const LENGTHS = [999, 1_000, 1_001, 65_536];
const adversarial = PATTERNS.flatMap((pattern) =>
	LENGTHS.flatMap((length) => {
		const text = pattern.repeat(Math.ceil(length / pattern.length)).slice(0, length);
		return [text, `${text.slice(1)}a`, `a${text.slice(1)}`];
	}),
);

/** Reads a text in every way. */
function readAll(text: string): void {
	for (const type of KINDS) read(type, text);
	exitWordIn(text, ['persona', 'hablar con alguien']);
	namedChoices(text, LABELS, true);
}

test('no text causes an error', () => {
	for (const text of adversarial) expect(() => readAll(text)).not.toThrow();
	fc.assert(
		fc.property(fc.string({ unit: 'binary', maxLength: 2_000 }), (text) => {
			readAll(text);
		}),
	);
});

/** The shortest of several runs, in milliseconds: other work on the machine makes a run longer, never shorter. */
function best(run: () => void): number {
	const times = Array.from({ length: 3 }, () => {
		const start = performance.now();
		run();
		return performance.now() - start;
	});
	return Math.min(...times);
}

test('no text takes much more work than reading each character of a long one', () => {
	const long = 'a1 '.repeat(22_000);
	const plain = best(() => {
		let sum = 0;
		for (let n = 0; n < long.length; n++) sum += long.charCodeAt(n);
		expect(sum).toBeGreaterThan(0);
	});
	// About fifty times is usual; a search that backtracks takes ten thousand times as long.
	const slow = adversarial.filter((text) => best(() => readAll(text)) > 1_000 * plain);
	expect(slow.map((text) => [text.slice(0, 20), text.length])).toEqual([]);
});
