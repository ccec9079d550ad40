import { isAskedFor, exceedsMaximumAge, readFilters } from '../../nodes/Jelou/trigger/event/filters';

const message = (type: unknown, bot: unknown = { id: 'b1' }) =>
	({ event: 'message', bot, value: { type } }) as never;
const close = { event: 'conversation.close', bot: { id: 'b1' } };

test('the fields are read, however they come', () => {
	expect(readFilters(['message'], { botIds: ' b1, b2 ,', messageTypes: ['text'], maximumAge: 60 })).toEqual({
		events: ['message'],
		botIds: ['b1', 'b2'],
		messageTypes: ['text'],
		maximumAge: 60_000,
	});
	expect(readFilters(undefined, { botIds: 7, maximumAge: 'x' })).toEqual({
		events: [],
		botIds: [],
		messageTypes: [],
		maximumAge: 0,
	});
});

const ALL = ['*'];

test.each<[string, Parameters<typeof readFilters>, object, boolean]>([
	['an event that was asked for', [['message', 'conversation.close'], {}], { event: 'message' }, true],
	['one that was not', [['conversation.close'], {}], { event: 'message' }, false],
	['one where none was', [[], {}], { event: 'message' }, false],
	['one where the field is missing', [undefined, {}], close, false],
	['a new one among those asked for', [['message'], {}], { event: 'something.new' }, false],
	['a new one where all were', [ALL, {}], { event: 'something.new' }, true],
	['one of a bot', [ALL, { botIds: 'b1, 42' }], close, true],
	['one of a bot with a number', [ALL, { botIds: 'b1, 42' }], { ...close, bot: { id: 42 } }, true],
	['one of another bot', [ALL, { botIds: 'b1, 42' }], { ...close, bot: { id: 'b2' } }, false],
	['one of no bot', [ALL, { botIds: 'b1, 42' }], { event: 'something.new' }, false],
	['one whose bot is a text', [ALL, { botIds: 'b1, 42' }], { ...close, bot: 'b1' }, false],
	['a message of a type', [ALL, { messageTypes: ['text', 'image'] }], message('image'), true],
	['a message of another type', [ALL, { messageTypes: ['text', 'image'] }], message('audio'), false],
	['a message of no type', [ALL, { messageTypes: ['text', 'image'] }], message(undefined), false],
	['what is no message, whatever types', [ALL, { messageTypes: ['text'] }], close, true],
	['a message of any type', [['message'], {}], message('sticker', undefined), true],
])('%s, by %j: %j is taken: %s', (_name, given, event, isTaken) => {
	expect(isAskedFor(event as never, readFilters(...given))).toBe(isTaken);
});

const NOW = 1_776_134_278_574;

test.each([
	['a minute ago', NOW - 60_000, 60, false],
	['longer ago', NOW - 60_001, 60, true],
	['a minute ahead', NOW + 60_000, 60, false],
	['further ahead', NOW + 60_001, 60, true],
	['never', Infinity, 60, true],
	['without a time', undefined, 60, true],
	['with a text for a time', '2026', 60, true],
	['without a time, where none is asked for', undefined, undefined, false],
])('an event from %s (%s) exceeds a Maximum Age of %s s: %s', (_name, timestamp, maximumAge, exceeds) => {
	const event = { event: 'message', timestamp } as never;
	expect(exceedsMaximumAge(event, readFilters(ALL, { maximumAge }), NOW)).toBe(exceeds);
});
