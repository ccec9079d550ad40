import { get } from '../../nodes/Jelou/actions/conversation/get.operation';
import { start } from '../../nodes/Jelou/actions/conversation/start.operation';
import { FieldError } from '../../nodes/Jelou/actions/parameters';
import { itemWith } from './support/item';

const CONTEXT = { projectId: 'p' };
const WHO = { botId: 'b', userId: 'u' };
const bodyOf = (additionalFields: unknown, initialMessage = '') =>
	start.prepare(itemWith({ ...WHO, initialMessage, additionalFields }), CONTEXT).body;

test('a conversation is read by its ID', () => {
	expect(get.prepare(itemWith({ conversationId: 'c' }), CONTEXT)).toEqual({
		target: 'gateway',
		method: 'GET',
		path: ['v1', 'external-support', 'p', 'conversations', 'c'],
	});
});

test('a conversation is started with no more than was filled in', () => {
	expect(start.prepare(itemWith(WHO), CONTEXT)).toEqual({
		target: 'gateway',
		method: 'POST',
		path: ['v1', 'external-support', 'p', 'conversations', 'start'],
		body: WHO,
	});
});

test('a conversation is started with everything', () => {
	const fields = {
		metadata: '{"ticketId":"T-12345"}',
		assignmentType: 'queue',
		assignmentTarget: ' SOPORTE ',
	};
	expect(bodyOf(fields, 'Hola')).toEqual({
		...WHO,
		initialMessage: 'Hola',
		metadata: { ticketId: 'T-12345' },
		assignment: { type: 'queue', target: 'SOPORTE' },
	});
});

test('metadata may come as an object, and empty as nothing', () => {
	expect(bodyOf({ metadata: { a: [1] } })).toEqual({ ...WHO, metadata: { a: [1] } });
	expect(bodyOf({ metadata: '' })).toEqual(WHO);
});

test.each([
	['broken JSON', { metadata: '{"a":' }, /^Metadata is not valid JSON/],
	['an array', { metadata: '[1]' }, /^Metadata is not a JSON object/],
	['a string', { metadata: '"text"' }, /^Metadata is not a JSON object/],
	['null', { metadata: 'null' }, /^Metadata is not a JSON object/],
	['a target without a type', { assignmentTarget: 'x' }, /^Assignment Target has no Assignment Type/],
	['a type without a target', { assignmentType: 'team' }, /^Assignment Target is empty/],
	[
		'an unknown type',
		{ assignmentType: 'robot', assignmentTarget: 'x' },
		/^Assignment Type "robot" is unknown/,
	],
])('%s is refused, naming the field', (_name, fields, message) => {
	expect(() => bodyOf(fields)).toThrow(FieldError);
	expect(() => bodyOf(fields)).toThrow(message);
});

test('an empty conversation ID is refused', () => {
	expect(() => get.prepare(itemWith({ conversationId: undefined }), CONTEXT)).toThrow(
		/^Conversation ID is empty/,
	);
});
