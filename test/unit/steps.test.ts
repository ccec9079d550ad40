import { sendAndWait } from '../../nodes/Jelou/actions/message/sendAndWait.operation';
import { FieldError } from '../../nodes/Jelou/shared/errors';
import { fillIn, placeholdersIn } from '../../nodes/Jelou/shared/placeholders';
import { itemWith } from './support/item';

/** What a node asks: one question, or several with names. */

const PLACE = { roomId: 'ROOM_ID', botId: 'BOT_ID', userId: 'USER_ID' };
const CONTEXT = { projectId: 'PROJECT_ID', allowsPlainHttp: false, timezone: 'UTC' };

const ask = (values: Record<string, unknown>) => sendAndWait.ask(itemWith({ ...PLACE, ...values }), CONTEXT);
const askAll = (questions: unknown, more: Record<string, unknown> = {}) =>
	ask({ responseType: 'questions', questions: { values: questions }, ...more });

function saidOf(run: () => unknown): string {
	try {
		run();
	} catch (error) {
		if (error instanceof FieldError) return `${error.message}. ${error.advice}`;
	}
	return '';
}

const many = (count: number) =>
	Array.from({ length: count }, (_, n) => ({ name: `q${String(n)}`, question: '¿Qué?' }));

test('several questions are steps, and the first one is sent below the message', () => {
	const questions = [
		{ name: 'topic', question: '¿Qué necesitas?', answerType: 'choice', choices: 'Cambio\n\n Devolución ' },
		{
			name: 'order',
			question: '¿De qué pedido, para {topic}?',
			answerType: 'digits',
			invalidMessage: '¿Mande?',
		},
		{ name: 'sure', question: '¿Seguro?', answerType: 'approval' },
	];
	const options = { maxAttempts: 2, exitWords: 'persona, hablar con alguien ,', language: 'pt' };
	const { message, steps, text } = askAll(questions, { message: 'Hola. 👋', options });
	expect(text).toBe('Hola. 👋\n\n¿Qué necesitas?\n\n1. Cambio\n2. Devolución');
	expect(message.body).toMatchObject({ value: { content: { body: text } } });
	const common = { maxAttempts: 2, exitWords: ['persona', 'hablar con alguien'] };
	expect(steps).toMatchObject([
		{ ...common, name: 'topic', type: 'choice', choices: ['Cambio', 'Devolución'] },
		{ ...common, name: 'order', type: 'digits', choices: [], invalidMessage: '¿Mande?' },
		{ ...common, name: 'sure', type: 'approval', choices: ['Sim', 'Não'] },
	]);
	expect(askAll(many(1)).text).toBe('¿Qué?');
	expect(askAll(many(1)).steps).toMatchObject([{ type: 'text', maxAttempts: 3, exitWords: [] }]);
});

test('one question has no name, and its text is the message', () => {
	const { steps, text } = ask({ message: '¿Qué?', answerType: 'number', options: { language: 'en' } });
	expect(text).toBe('¿Qué?');
	expect(steps).toMatchObject([
		{ name: '', text: '', type: 'number', invalidMessage: expect.stringContaining('number') as string },
	]);
	expect(ask({ message: '¿Qué?', responseType: 'approval' }).steps).toMatchObject([
		{ choices: ['Sí', 'No'] },
	]);
});

test('there can be 20', () => {
	expect(askAll(many(20)).steps).toHaveLength(20);
});

const one = { name: 'a', question: '¿Qué?' };
test.each<[string, unknown[], string, string]>([
	['none', [], 'Questions has no entries', 'Add 1 to 20 questions'],
	['21', many(21), 'Questions has 21 entries', 'Add 1 to 20'],
	['two of one name', [one, one], 'Question 2: Name "a" appears twice', 'its own name'],
	[
		'a name with spaces',
		[{ ...one, name: 'mi nombre' }],
		'Question 1: Name "mi nombre"',
		'letters, digits and _',
	],
	['no name', [{ question: '¿Qué?' }], 'Question 1: Name is empty', 'Enter a name'],
	[
		'nothing asked',
		[{ name: 'a', question: ' ' }],
		'Question 1: Question is empty',
		'what the customer is asked',
	],
	['its own answer', [{ name: 'a', question: '{a}?' }], 'Question 1: Question has {a}', 'Remove the braces'],
	[
		'a later answer',
		[one, { name: 'b', question: '{c}?' }, { name: 'c', question: '?' }],
		'Question 2: Question has {c}, which is not the name of an earlier question',
		'Use {a}, or remove',
	],
	[
		'one choice',
		[{ ...one, answerType: 'choice', choices: 'Sí' }],
		'Question 1: Choices has 1 entry',
		'Enter 2 to 20 choices',
	],
	[
		'21 choices',
		[
			{
				...one,
				answerType: 'choice',
				choices: many(21)
					.map(({ name }) => name)
					.join('\n'),
			},
		],
		'Question 1: Choices has 21 entries',
		'Enter 2 to 20 choices',
	],
	[
		'equal choices',
		[one, { name: 'b', question: '¿Qué?', answerType: 'choice', choices: 'Cambio\nOtro\n¡CAMBIO!' }],
		'Question 2: Choice 3 is the same as another',
		'Change one: "¡CAMBIO!"',
	],
	['a long one', [{ name: 'a', question: 'a'.repeat(4_097) }], 'Question 1: Question is too long', '4096'],
	['an unknown type', [{ ...one, answerType: 'nonsense' }], 'Question 1: Answer Type is unknown', 'text'],
])('%s is an error that names the question and the next step', (_name, questions, message, advice) => {
	const said = saidOf(() => askAll(questions));
	expect(said).toContain(message);
	expect(said).toContain(advice);
});

test.each([
	[{ language: 'xx' }, 'Language is unknown'],
	[{ exitWords: ['a'] }, 'Exit Words must be text'],
])('%j is an error', (options, message) => {
	expect(saidOf(() => ask({ message: '¿Qué?', options }))).toContain(message);
});

describe('a name in braces', () => {
	test('is replaced by the answer, as often as it is there, and nothing else is', () => {
		const answers = { name: 'Ana {order}', order: 1042 };
		expect(fillIn('{name}: {order}, {order}. {other} {na me} {} {{name}}', answers)).toBe(
			'Ana {order}: 1042, 1042. {other} {na me} {} {Ana {order}}',
		);
		expect(fillIn('Hola, {name}.', { name: 'soy\nAna' })).toBe('Hola, soy Ana.');
		expect(fillIn('{constructor}', answers)).toBe('{constructor}');
		expect(fillIn('{name}', { name: 'a'.repeat(600) })).toBe(`${'a'.repeat(500)}…`);
	});

	test('may have any letters', () => {
		expect(placeholdersIn('{año} {n_1} {no es}')).toEqual(['año', 'n_1']);
	});
});
