import { close } from '../../nodes/Jelou/actions/conversation/close.operation';
import { get } from '../../nodes/Jelou/actions/conversation/get.operation';
import { start } from '../../nodes/Jelou/actions/conversation/start.operation';
import { itemWith } from './support/item';
import { FieldError } from '../../nodes/Jelou/shared/errors';

const CONTEXT = { projectId: 'p', allowsPlainHttp: false, timezone: 'UTC' };
const WHO = { botId: 'b', userId: 'u' };
const bodyOf = (additionalFields: unknown, initialMessage = '') =>
	start.buildRequest(itemWith({ ...WHO, initialMessage, additionalFields }), CONTEXT).body;

test('a conversation is read by its ID', () => {
	expect(get.buildRequest(itemWith({ conversationId: 'c' }), CONTEXT)).toEqual({
		target: 'gateway',
		method: 'GET',
		path: ['v1', 'external-support', 'p', 'conversations', 'c'],
	});
});

test('a conversation is started with no more than was filled in', () => {
	expect(start.buildRequest(itemWith(WHO), CONTEXT)).toEqual({
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
	['broken JSON', { metadata: '{"a":' }, /^Metadata is not a JSON object/],
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
	expect(() => get.buildRequest(itemWith({ conversationId: undefined }), CONTEXT)).toThrow(
		/^Conversation ID is empty/,
	);
});

const closeBody = (values: Record<string, unknown>) =>
	close.buildRequest(itemWith({ ...WHO, ...values }), CONTEXT).body;

test('a conversation is closed with a text, with an edge, or without a message', () => {
	expect(close.buildRequest(itemWith(WHO), CONTEXT)).toEqual({
		target: 'gateway',
		method: 'POST',
		path: ['v1', 'external-support', 'p', 'conversations', 'close'],
		body: WHO,
	});
	expect(closeBody({ closingMessage: 'Adiós' })).toEqual({
		...WHO,
		redirectPayload: { type: 'text', text: 'Adiós' },
	});
	const edge = (redirectPayload: unknown) => closeBody({ additionalFields: { redirectPayload } });
	expect(edge('{"edgeId":"e1"}')).toEqual({ ...WHO, redirectPayload: { type: 'edge', edgeId: 'e1' } });
	expect(edge({ type: 'text', text: 'x' })).toEqual({ ...WHO, redirectPayload: { type: 'text', text: 'x' } });
});

test.each([
	[
		'a text and an edge',
		{ closingMessage: 'x', additionalFields: { redirectPayload: '{}' } },
		/both filled in/,
	],
	[
		'an edge that is broken',
		{ additionalFields: { redirectPayload: '{' } },
		/^Redirect Payload is not a JSON object/,
	],
	[
		'an edge that is a list',
		{ additionalFields: { redirectPayload: '[]' } },
		/^Redirect Payload is not a JSON object/,
	],
])('closing with %s is refused', (_name, values, message) => {
	expect(() => closeBody(values)).toThrow(message);
});

test('start and close have one ordering key for each user, and get has none', () => {
	const keyOf = (operation: typeof close, user: string) =>
		operation.orderingKey?.(operation.buildRequest(itemWith({ botId: 'b', userId: user }), CONTEXT));
	expect(keyOf(close, 'u')).toBe(keyOf(start, 'u'));
	expect(keyOf(close, 'u')).not.toBe(keyOf(close, 'v'));
	expect(get.orderingKey).toBeUndefined();
});

describe('an ID', () => {
	test.each(['a\tb', 'a\nb', 'half an emoji \ud83d.'])('%j is refused before anything is sent', (id) => {
		expect(() => close.buildRequest(itemWith({ botId: id, userId: 'u' }), CONTEXT)).toThrow(
			/^Bot ID is not a valid ID/,
		);
		expect(() => close.buildRequest(itemWith({ botId: 'b', userId: id }), CONTEXT)).toThrow(
			/^User ID is not a valid ID/,
		);
		expect(() => get.buildRequest(itemWith({ conversationId: id }), CONTEXT)).toThrow(
			/^Conversation ID is not a valid ID/,
		);
	});

	test.each(['593990000001@c.us', '+593-99:bot_1=', 'a.b~c', 'urn:mbid:A/x', 'María', 'a\\b'])(
		'%j is accepted, and in a path it is one segment',
		(id) => {
			expect(closeBody({ userId: id })).toEqual({ botId: 'b', userId: id });
			expect(get.buildRequest(itemWith({ conversationId: id }), CONTEXT).path.at(-1)).toBe(id);
		},
	);
});

test('a text may be a number or a truth value, as an expression gives them', () => {
	expect(bodyOf({}, true as never)).toEqual({ ...WHO, initialMessage: 'true' });
	expect(bodyOf({}, 7 as never)).toEqual({ ...WHO, initialMessage: '7' });
});

test('a text of a megabyte is refused before anything is sent, and one of 64 K characters is not', () => {
	expect(closeBody({ closingMessage: 'x'.repeat(65_536) })).toHaveProperty('redirectPayload');
	expect(() => closeBody({ closingMessage: 'x'.repeat(65_537) })).toThrow(/^Closing Message is too long/);
	expect(() => closeBody({ closingMessage: 'x'.repeat(1_000_000) })).toThrow(/^Closing Message is too long/);
});

test('half an emoji is left out of the texts that the user reads', () => {
	expect(bodyOf({}, 'Hola 👋\ud83d')).toEqual({ ...WHO, initialMessage: 'Hola 👋' });
	expect(bodyOf({}, '\ud83d')).toEqual(WHO);
	expect(closeBody({ closingMessage: '\udc4bAdiós' })).toEqual({
		...WHO,
		redirectPayload: { type: 'text', text: 'Adiós' },
	});
});
