import { readAnswer, readAnswers } from '../../nodes/Jelou/trigger/rooms/answer';
import type { AnswerType, Expectation } from '../../nodes/Jelou/shared/roomNote';

const expects = (type: AnswerType, choices: string[] = []): Expectation => ({
	type,
	choices,
	invalidMessage: 'again',
	maxAttempts: 3,
});
const says = (body: unknown) => ({ event: 'message', value: { type: 'text', content: { body } } });
const sends = (content: object) => ({ event: 'message', value: { type: 'image', content } });
const PHOTO = 'https://cdn.example.com/a.jpg';

test.each([
	['1042', 1042],
	['es el 1042.', 1042],
	['# 1042', 1042],
	['-5', -5],
	['0', 0],
	['1.042', 1042],
	['1,042', 1042],
	['1 042', 1042],
	['1.234.567', 1_234_567],
	['1.234,50', 1234.5],
	['1,234.50', 1234.5],
	['12,5', 12.5],
	['12.5', 12.5],
	['0,125', 0.125],
	['$ 20', 20],
])('"%s" is the number %d', (text, number) => {
	expect(readAnswer(says(text), expects('number'))).toEqual({ valid: true, answer: number });
});

test.each(['', 'no sé', '2 o 3', 'A12', '12:30', '99999999999999999999', '1e5x', '٣', 'NaN', 'Infinity'])(
	'"%s" is no number',
	(text) => {
		expect(readAnswer(says(text), expects('number'))).toEqual({ valid: false, answer: text });
	},
);

test.each([
	['ana@ejemplo.com', 'ana@ejemplo.com'],
	['mi correo es Ana.B+1@sub.ejemplo.co, gracias', 'Ana.B+1@sub.ejemplo.co'],
	['<mailto:ana@ejemplo.com>.', 'ana@ejemplo.com'],
])('"%s" has the email %s', (text, email) => {
	expect(readAnswer(says(text), expects('email'))).toEqual({ valid: true, answer: email });
});

test.each(['ana', 'ana@', '@ejemplo.com', 'ana@ejemplo', 'a@b.co c@d.co'])('"%s" is no email', (text) => {
	expect(readAnswer(says(text), expects('email')).valid).toBe(false);
});

const TOPICS = ['Estado del pedido', 'Cambio', 'Devolución', '10'];
test.each([
	['2', 2],
	['2.', 2],
	['2)', 2],
	['*2*', 2],
	['2️⃣', 2],
	['cambio', 2],
	[' ¡CAMBIO! ', 2],
	['devolucion', 3],
	['estado  del pedido.', 1],
	['10', 4],
	['4', 4],
])('"%s" is choice %d', (text, choice) => {
	expect(readAnswer(says(text), expects('choice', TOPICS))).toEqual({
		valid: true,
		answer: TOPICS[choice - 1],
		choice,
	});
});

test.each(['0', '5', '1 o 2', '', 'otra cosa', '-'])('"%s" is no choice', (text) => {
	expect(readAnswer(says(text), expects('choice', TOPICS))).toEqual({ valid: false, answer: text });
});

test.each([
	['Sí', true],
	['si', true],
	['1', true],
	['sim', true],
	['Yes!', true],
	['No', false],
	['2', false],
	['não', false],
])('"%s" approves: %s', (text, approved) => {
	expect(readAnswer(says(text), expects('approval', ['Sí', 'No']))).toEqual({
		valid: true,
		answer: approved ? 'Sí' : 'No',
		choice: approved ? 1 : 2,
		data: { approved },
	});
});

test('words of one’s own approve and reject; what is neither never approves', () => {
	const own = expects('approval', ['Aprobar', 'Sí, pero no hoy']);
	expect(readAnswer(says('aprobar'), own)).toMatchObject({ valid: true, data: { approved: true } });
	expect(readAnswer(says('si, pero no hoy'), own)).toMatchObject({ valid: true, data: { approved: false } });
	expect(readAnswer(says('quizás'), own)).toEqual({
		valid: false,
		answer: 'quizás',
		data: { approved: false },
	});
	expect(readAnswer(says('no'), expects('approval', ['Sí']))).toMatchObject({ data: { approved: false } });
});

test('media answers a question for media, and its caption one for a text', () => {
	expect(readAnswer(sends({ url: PHOTO }), expects('media'))).toEqual({ valid: true, answer: PHOTO });
	expect(readAnswer(sends({ url: PHOTO }), expects('any'))).toEqual({ valid: true, answer: PHOTO });
	expect(readAnswer(sends({ url: PHOTO }), expects('number'))).toEqual({ valid: false, answer: PHOTO });
	expect(readAnswer(sends({ url: PHOTO }), expects('text'))).toEqual({ valid: false, answer: PHOTO });
	expect(readAnswer(sends({ url: PHOTO, caption: 'mi recibo' }), expects('text'))).toEqual({
		valid: true,
		answer: 'mi recibo',
	});
	expect(readAnswer(says('hola'), expects('media'))).toEqual({ valid: false, answer: 'hola' });
});

test('of several messages the last that fits is the answer, and their texts together where any text is', () => {
	const read = (type: AnswerType, ...messages: object[]) =>
		readAnswers(
			messages.map((message) => ({ ...message })),
			expects(type, ['Estado', 'Cambio']),
		);
	const photo = sends({ url: PHOTO });
	expect(read('any', says('a'), photo, says('b'))).toEqual({ valid: true, answer: 'a\nb' });
	expect(read('any', photo, photo)).toEqual({ valid: true, answer: PHOTO });
	expect(read('text', says('a'), photo)).toEqual({ valid: true, answer: 'a' });
	expect(read('text', photo)).toEqual({ valid: false, answer: PHOTO });
	expect(read('number', says('1'), says('2'), says('a'))).toEqual({ valid: true, answer: 2 });
	expect(read('number', says('a'), says('b'))).toEqual({ valid: false, answer: 'a\nb' });
	expect(read('email', says('a@b.co'), says('gracias'))).toEqual({ valid: true, answer: 'a@b.co' });
	expect(read('choice', says('2'), says('por favor'))).toEqual({ valid: true, answer: 'Cambio', choice: 2 });
	expect(read('approval', says('eso'), says('quizás'))).toEqual({
		valid: false,
		answer: 'eso\nquizás',
		data: { approved: false },
	});
	expect(read('media', photo, says('aquí'))).toEqual({ valid: true, answer: PHOTO });
	expect(read('media', says('a'), says('b'))).toEqual({ valid: false, answer: 'a\nb' });
});

test.each([
	['no value', {}],
	['a value that is a text', { value: 'x' }],
	['content that is null', { value: { content: null } }],
	['a body that is a number', says(7)],
	['a megabyte of text', says('a '.repeat(500_000))],
	['a megabyte of digits', says('1'.repeat(1_000_000))],
	['a megabyte of separators', says('1.'.repeat(500_000))],
	['a megabyte that looks like an email', says(`${'a.'.repeat(500_000)}@`)],
	['a megabyte of punctuation', says('.'.repeat(1_000_000))],
	['a megabyte of punctuation between letters', says(`a${'.'.repeat(1_000_000)}a`)],
])('a message with %s is read without an error', (_name, message) => {
	for (const type of ['any', 'text', 'number', 'email', 'media', 'choice', 'approval'] as const) {
		expect(() => readAnswer({ event: 'message', ...message }, expects(type, ['a', 'b']))).not.toThrow();
	}
});
