import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import {
	ANSWER_TYPES,
	LANGUAGES,
	approvalLabels,
	invalidMessage,
	isAnswerType,
	type AnswerType,
} from '../../nodes/Jelou/shared/answers/answerTypes';
import { answerKey } from '../../nodes/Jelou/shared/answers/normalise';
import * as words from '../../nodes/Jelou/shared/answers/vocabulary';
import { exitWordIn } from '../../nodes/Jelou/shared/answers/exitWord';
import { readAnswer } from '../../nodes/Jelou/shared/answers/readAnswer';

type Meaning = string | number | boolean | null;
interface Group {
	choices?: string[];
	exitWords?: string[];
	answers: Array<[text: string, meaning: Meaning, language?: string]>;
}

function collection(name: string): Array<[string, Group]> {
	const path = join(__dirname, '../fixtures', name);
	const kinds = JSON.parse(readFileSync(path, 'utf8')) as Record<string, string | Group | Group[]>;
	return Object.entries(kinds).flatMap(([kind, groups]) =>
		typeof groups === 'string' ? [] : [groups].flat().map((group): [string, Group] => [kind, group]),
	);
}

/** What a text means to the node. */
function meaningOf(kind: string, { choices, exitWords = [] }: Group, text: string): Meaning {
	if (kind === 'exit') return exitWordIn(text, exitWords) ?? null;
	const expects = { type: kind as AnswerType, choices: choices ?? (kind === 'approval' ? ['Sí', 'No'] : []) };
	const { answer, choice, data, valid } = readAnswer({ text, mediaUrl: '' }, expects);
	return valid ? (data?.approved ?? choice ?? answer) : null;
}

describe.each(['answers.json', 'answers-more.json'])('%s', (name) => {
	test.each(
		collection(name).flatMap(([kind, group]) =>
			group.answers.map(([text, meaning]) => ({ kind, group, text, meaning })),
		),
	)('$kind: $text is $meaning', ({ kind, group, text, meaning }) => {
		expect(meaningOf(kind, group, text)).toBe(meaning);
	});
});

test('each type asks again in each language, with its own sentence', () => {
	const sentences = ANSWER_TYPES.flatMap(({ value }) =>
		LANGUAGES.map((language) => invalidMessage(value, language)),
	);
	expect(new Set(sentences).size).toBe(ANSWER_TYPES.length * LANGUAGES.length);
	expect(sentences.filter((sentence) => !/^\p{Lu}.+[.:]$/u.test(sentence))).toEqual([]);
	expect([isAnswerType('digits'), isAnswerType('nonsense'), isAnswerType(undefined)]).toEqual([
		true,
		false,
		false,
	]);
});

test('the labels of an approval are understood, in every language', () => {
	for (const [yes, no] of LANGUAGES.map(approvalLabels)) {
		const expects = { type: 'approval', choices: [yes, no] } as const;
		for (const [text, approved] of [
			[yes, true],
			[no, false],
			['sim', true],
			['nope', false],
		] as const) {
			expect(readAnswer({ text, mediaUrl: '' }, expects)).toMatchObject({ valid: true, data: { approved } });
		}
	}
});

test.each([
	['A', 'AA'],
	['C', 'C++'],
	['C#', 'C++'],
	['Bien 😀', 'Bien 😡'],
	['👍', '👎'],
	['10', '100'],
	['Gracias', 'No, gracias'],
])('%s and %s are two choices', (one, other) => {
	expect(answerKey(one)).not.toBe(answerKey(other));
	for (const [n, text] of [one, other].entries()) {
		const read = readAnswer({ text, mediaUrl: '' }, { type: 'choice', choices: [one, other] });
		expect(read).toEqual({ valid: true, answer: text, choice: n + 1 });
	}
});

test('each word is in normalised form, and says either yes or no', () => {
	const lists = Object.entries(words).flatMap(([, list]) => (list instanceof Set ? [...list] : []));
	const texts = lists.filter((word): word is string => typeof word === 'string' && /\p{L}/u.test(word));
	expect(texts.filter((word) => answerKey(word) !== word)).toEqual([]);
	expect([...words.YES].filter((word) => words.NO.has(word))).toEqual([]);
});

test.each([
	['number', ' 1042', 1042],
	['digits', ' 00042', '00042'],
	['email', ' ana@ejemplo.com', 'ana@ejemplo.com'],
	['choice', 'A', 'A'],
] as const)('a text of more than 1,000 characters is not searched: %s', (type, end, answer) => {
	const read = (length: number) =>
		readAnswer({ text: end.padStart(length, '.'), mediaUrl: '' }, { type, choices: ['A', 'B'] });
	expect(read(1_000)).toMatchObject({ valid: true, answer });
	expect(read(1_001)).toMatchObject({ valid: false });
	expect(exitWordIn(' persona'.padStart(1_000, '.'), ['persona'])).toBe('persona');
	expect(exitWordIn(' persona'.padStart(1_001, '.'), ['persona'])).toBeUndefined();
});
