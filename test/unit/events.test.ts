import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { Workflow } from 'n8n-workflow';

import { JelouTrigger } from '../../nodes/Jelou/JelouTrigger.node';
import { EVENT_OPTIONS, isOutgoingMessage, parseEvent } from '../../nodes/Jelou/trigger/event/events';

const fixture = (name: string) => readFileSync(join(__dirname, '../fixtures', `${name}.json`));

test.each([
	['event-conversation-start', 'conversation.start'],
	['event-conversation-start-assigned', 'conversation.start'],
	['event-message-text', 'message'],
	['event-message-image', 'message'],
])('%s is passed on unchanged, with its name as "event"', (name, event) => {
	const body = fixture(name);
	const { chatInput, sessionId, ...rest } = parseEvent(body) ?? { event: '' };
	expect(rest).toEqual({ ...JSON.parse(body.toString()), event });
	expect([typeof sessionId, typeof chatInput]).toEqual(
		event === 'message' ? ['string', 'string'] : ['undefined', 'undefined'],
	);
});

test.each([
	['the text', { type: 'text', content: { body: 'Hola' } }, 'Hola'],
	[
		'the caption',
		{ type: 'image', content: { url: 'https://x.example/a.jpg', caption: 'Mi recibo' } },
		'Mi recibo',
	],
	[
		'the caption beside an empty body',
		{
			type: 'image',
			content: { body: '', url: 'https://x.example/a.jpg', caption: '\u200bMi recibo\u200e' },
		},
		'Mi recibo',
	],
	['nothing of what nobody sees', { type: 'text', content: { body: '\u200b\u200e' } }, ''],
	['nothing', { type: 'audio', content: { url: 'https://x.example/a.ogg' } }, ''],
	['nothing, without content', { type: 'text' }, ''],
])('for agents, a message has its room as sessionId, and %s as chatInput', (_name, value, chatInput) => {
	const payload = {
		event_type: 'message',
		field: 'messages',
		object: 'message_event',
		room_id: 'room-1',
		value,
	};
	expect(parseEvent(Buffer.from(JSON.stringify(payload)))).toMatchObject({ sessionId: 'room-1', chatInput });
});

const message = { field: 'messages', object: 'message_event', value: { id: 'm', type: 'text' } };

test.each([
	[{ event: 'conversation.close', reason: { free: ['form'] } }, 'conversation.close'],
	[{ field: 'conversation', event_type: 'close' }, 'conversation.close'],
	[{ field: 'conversation', event_type: 'start' }, 'conversation.start'],
	[{ event: '', field: 'conversation', event_type: 'start' }, 'conversation.start'],
	// A message says so in event_type.
	[{ ...message, event_type: 'message' }, 'message'],
	[{ object: 'message_event', event_type: 'message' }, 'message'],
	[{ field: 'messages', event_type: 'message' }, 'message'],
	[{ event: 'message', event_type: 'message' }, 'message'],
	// Jelou does not promise event_type; without it, everything else must be that of a message.
	[message, 'message'],
	[{ event: 'message' }, 'message'],
	[{ ...message, object: undefined }, 'messages'],
	[{ ...message, field: undefined }, 'unknown'],
	[{ ...message, value: undefined }, 'messages'],
	[{ ...message, value: {} }, 'messages'],
	[{ ...message, value: { type: 7 } }, 'messages'],
	[{ ...message, value: ['text'] }, 'messages'],
	[{ ...message, event_type: null }, 'messages'],
	[{ ...message, event_type: 7 }, 'messages'],
	[{ ...message, event_type: '' }, 'messages'],
	// Another event_type is another event, whatever else it looks like.
	[{ ...message, event_type: 'delivered' }, 'messages.delivered'],
	[{ ...message, event_type: 'Message' }, 'messages.Message'],
	[{ ...message, event: 'message', event_type: 'read' }, 'messages.read'],
	[{ ...message, event: 'message.read', event_type: 'message' }, 'message.read'],
	[{ ...message, event: 'conversation.close', event_type: 'message' }, 'conversation.close'],
	// What is not recognised as a known event is never named like one.
	[{ event_type: 'message' }, 'unknown'],
	[{ field: 'message' }, 'unknown'],
	[{ event: 'x', field: 'message' }, 'x'],
	[{ field: 'conversation.close' }, 'unknown'],
	[{ field: 'rating', event_type: 'given' }, 'rating.given'],
	[{ event: 'rating.given' }, 'rating.given'],
	[{ field: 3, event_type: null }, 'unknown'],
	[{}, 'unknown'],
])('%j is called %s', (payload, event) => {
	const body = JSON.stringify(payload);
	expect(parseEvent(Buffer.from(body))).toMatchObject({ ...JSON.parse(body), event });
});

test.each([
	['incoming_message', true],
	['message', false],
	[undefined, false],
])('with the event_type %s, it is a message sent to Jelou: %s', (event_type, expected) => {
	expect(isOutgoingMessage({ ...message, event: 'x', event_type })).toBe(expected);
});

test.each(['', 'not JSON', '[]', '"text"', 'null', '3', '\ufeff{}x', '\ufeff\ufeff{}', ' \ufeff{}'])(
	'%j is not an event',
	(body) => {
		expect(parseEvent(Buffer.from(body))).toBeUndefined();
	},
);

test('a user chooses messages first, and all events last', () => {
	expect(EVENT_OPTIONS.map(({ name, value }) => [name, value])).toEqual([
		['Message Received', 'message'],
		['Conversation Started', 'conversation.start'],
		['Conversation Closed', 'conversation.close'],
		['All Events', '*'],
	]);
});

test('below the node, the canvas says what was chosen by the names of the menu', () => {
	const trigger = new JelouTrigger();
	const node = {
		id: '1',
		name: 'Jelou Trigger',
		type: 'jelouTrigger',
		typeVersion: 2,
		position: [0, 0] satisfies [number, number],
		parameters: { events: ['message', '*', 'conversation.rated'] },
	};
	const nodeTypes = {
		getByName: () => trigger,
		getByNameAndVersion: () => trigger,
		getKnownTypes: () => ({}),
	};
	const { expression } = new Workflow({ nodes: [node], connections: {}, active: false, nodeTypes });
	expect(expression.getSimpleParameterValue(node, trigger.description.subtitle, 'internal', {})).toBe(
		'Message Received, All Events, conversation.rated',
	);
});
