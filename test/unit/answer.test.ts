import type { IDataObject } from 'n8n-workflow';

import { readAnswers } from '../../nodes/Jelou/trigger/rooms/answer';
import { ANSWER_TYPES, type AnswerType } from '../../nodes/Jelou/shared/answers/answerTypes';
import type { Expectation } from '../../nodes/Jelou/shared/answers/readAnswer';

const expects = (type: AnswerType, choices: string[] = []): Expectation => ({
	type,
	choices,
	invalidMessage: 'again',
	maxAttempts: 3,
	exitWords: [],
});
const readAnswer = (event: IDataObject, expected: Expectation) => readAnswers([event], expected);
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
	'"%s" is not a number',
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

test.each(['ana', 'ana@', '@ejemplo.com', 'ana@ejemplo', 'a@b.co c@d.co'])('"%s" is not an email', (text) => {
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

test.each(['0', '5', '1 o 2', '', 'otra cosa', '-'])('"%s" is not a choice', (text) => {
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

test('custom words approve and reject; anything else never approves', () => {
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

test.each([
	[
		['Cancelar pedido', 'Mantener pedido'],
		['cancelar', 'sí', 'no', 'ok', 'n', 'rechazar'],
	],
	[
		['Hoy', 'Mañana'],
		['sí', 'no', 'ok', 'cancelar'],
	],
	[
		['No', 'Sí'],
		['ok', 'nope', 'cancelar'],
	],
	[
		['Sí, cancelar', 'No'],
		['cancelar', 'sí', 'claro', 'nope'],
	],
	[['Cancelar'], ['sí', 'no']],
])('with the labels %j, the usual words mean nothing', (labels, texts) => {
	for (const text of texts.filter((each) => !labels.includes(each))) {
		expect([text, readAnswer(says(text), expects('approval', labels))]).toEqual([
			text,
			{ valid: false, answer: text, data: { approved: false } },
		]);
	}
	for (const [n, label] of labels.entries()) {
		const approved = { valid: true, answer: label, choice: n + 1, data: { approved: n === 0 } };
		expect(readAnswer(says(`¡${label.toUpperCase()}!`), expects('approval', labels))).toEqual(approved);
		expect(readAnswer(says(String(n + 1)), expects('approval', labels))).toEqual(approved);
	}
});

test.each([
	[['Sí', 'No']],
	[['Yes', 'No']],
	[['Sim', 'Não']],
	[['Approve', 'Decline']],
	[['¡Claro!', 'Cancelar']],
	[['Sí']],
])('with the labels %j, the usual words mean what they say', (labels) => {
	for (const [text, approved] of [
		['ok', true],
		['s', true],
		['nope', false],
		['n', false],
	] as const) {
		expect(readAnswer(says(text), expects('approval', labels))).toMatchObject({
			valid: true,
			data: { approved },
		});
	}
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

test('of several messages, the last that fits is the answer, or their texts together where any text fits', () => {
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
	expect(read('number', says('2'), says('a'))).toEqual({ valid: true, answer: 2 });
	expect(read('media', photo, sends({ url: `${PHOTO}?2` }))).toEqual({ valid: true, answer: `${PHOTO}?2` });
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

const LABELS = ['Sí', 'No'];
const ORDER = ['Cancelar pedido', 'Mantener pedido'];
const CHANGES = ['Cambio', 'Cambio de talla', 'Plan 2', 'Devolución'];

test.each<[AnswerType, string[], string[]]>([
	['approval', LABELS, ['sí', 'no']],
	['approval', LABELS, ['sí', 'no, espera']],
	['approval', LABELS, ['no, espera', 'sí']],
	['approval', LABELS, ['no', 'claro que sí']],
	['approval', LABELS, ['sí', 'ah, para nada']],
	['approval', LABELS, ['sí', 'la 2 por favor']],
	['approval', ['Sí'], ['sí', 'mejor no']],
	['approval', ['Yes', 'No'], ['yes', 'wait, no!']],
	['approval', ORDER, ['cancelar pedido', 'mejor mantener pedido']],
	['approval', ORDER, ['1', '2']],
	['choice', CHANGES, ['1', '4']],
	['choice', CHANGES, ['cambio', 'no, devolución']],
	['choice', CHANGES, ['1 o 4', 'cambio']],
	['choice', CHANGES, ['cambio de talla', 'cambio, solo cambio']],
	['number', [], ['7', 'perdón, 8']],
	['email', [], ['ana@ejemplo.com', 'eva@ejemplo.com']],
])('for %s with %j, %j together contradict each other', (type, choices, texts) => {
	expect(readAnswers(texts.map(says), expects(type, choices))).toEqual({
		valid: false,
		answer: texts.join('\n'),
		...(type === 'approval' && { data: { approved: false } }),
	});
});

test.each<[AnswerType, string[], string[], object]>([
	['approval', LABELS, ['hola', 'sí'], { answer: 'Sí', data: { approved: true } }],
	['approval', LABELS, ['sí', 'ok', '1', 'sí, de acuerdo'], { answer: 'Sí', data: { approved: true } }],
	['approval', LABELS, ['no', 'y gracias'], { answer: 'No', data: { approved: false } }],
	['approval', LABELS, ['sí', 'el piso N es'], { answer: 'Sí', data: { approved: true } }],
	['approval', LABELS, ['sí', 'notable, nombre, piano'], { answer: 'Sí', data: { approved: true } }],
	['approval', ORDER, ['cancelar pedido', 'gracias'], { choice: 1, data: { approved: true } }],
	['approval', ['Hoy', 'Mañana'], ['hoy', 'no hay problema'], { data: { approved: true } }],
	['choice', CHANGES, ['cambio de talla', 'un cambio de talla, por favor'], { choice: 2 }],
	['choice', CHANGES, ['plan 2', 'el plan 2, gracias'], { choice: 3 }],
	['choice', CHANGES, ['2', 'la 2', 'tengo 20 pedidos'], { choice: 2 }],
	['number', [], ['7', 'el 7.'], { answer: 7 }],
	['email', [], ['ana@ejemplo.com', 'Ana@Ejemplo.com'], { answer: 'Ana@Ejemplo.com' }],
])('for %s with %j, %j together say one thing', (type, choices, texts, answer) => {
	expect(readAnswers(texts.map(says), expects(type, choices))).toMatchObject({ valid: true, ...answer });
});

test.each([
	['\u200b2\u200e', 'choice', TOPICS[1]],
	['\u2066Devolución\u2069!\u200b', 'choice', TOPICS[2]],
	['SÍ\u200e', 'approval', 'Sí'],
	['\u200bana@ejemplo.com', 'email', 'ana@ejemplo.com'],
	['mi correo: \u2066ana@ejemplo.com\u2069.\u00ad', 'email', 'ana@ejemplo.com'],
	['\ufeff Ana \u200b', 'text', 'Ana'],
	['\u200b1042\u200b', 'number', 1042],
] as const)('%j, with what nobody sees at its ends, is the %s %s', (text, type, answer) => {
	const choices = type === 'approval' ? LABELS : [...TOPICS];
	expect(readAnswer(says(text), expects(type, choices))).toMatchObject({ valid: true, answer });
});

test('invisible characters are not a text, and not part of an address', () => {
	for (const text of ['\u200b\u200e', '\u2800', '\u3164 ']) {
		expect(readAnswer(says(text), expects('text'))).toEqual({ valid: false, answer: '' });
	}
	expect(readAnswer(says('ana\u200b@ejemplo.com'), expects('email')).valid).toBe(false);
});

test('a message with neither text nor media answers nothing', () => {
	const reaction = { event: 'message', value: { type: 'reaction', content: { emoji: '👍' } } };
	const location = { event: 'message', value: { type: 'location', content: { latitude: 1, longitude: 2 } } };
	for (const event of [reaction, location, says(''), says('\u200b'), { event: 'message' }]) {
		for (const type of ['any', 'text', 'media'] as const) {
			expect(readAnswer(event, expects(type))).toEqual({ valid: false, answer: '' });
			expect(readAnswers([event], expects(type))).toEqual({ valid: false, answer: '' });
		}
		expect(readAnswers([event, says('hola'), event], expects('any'))).toEqual({
			valid: true,
			answer: 'hola',
		});
	}
});

test('the caption is the text where the body is empty', () => {
	for (const body of ['', ' ', '\u200b', null, 7]) {
		const content = { body, url: PHOTO, caption: ' mi recibo\u200b' };
		expect(readAnswer(sends(content), expects('text'))).toEqual({ valid: true, answer: 'mi recibo' });
	}
	expect(readAnswer(sends({ body: 'a', caption: 'b' }), expects('text')).answer).toBe('a');
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
	for (const { value: type } of ANSWER_TYPES) {
		const event = { event: 'message', ...message };
		expect(() => readAnswer(event, expects(type, ['a', 'b']))).not.toThrow();
		expect(() => readAnswers([event, says('a'), event], expects(type, ['a', 'b']))).not.toThrow();
	}
});
