import { isAskedFor, exceedsMaximumAge, readFilters } from '../../nodes/Jelou/trigger/delivery/filters';

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

test('only events that were asked for are taken, or all of them', () => {
	const takes = (event: string, events: string[]) => isAskedFor({ event }, readFilters(events, {}));
	expect(takes('message', ['message', 'conversation.close'])).toBe(true);
	expect(takes('message', ['conversation.close'])).toBe(false);
	expect(takes('message', [])).toBe(false);
	expect(takes('something.new', ['message'])).toBe(false);
	expect(takes('something.new', ['*'])).toBe(true);
});

test('events are filtered by bot', () => {
	const filters = readFilters(['*'], { botIds: 'b1, 42' });
	expect(isAskedFor(close, filters)).toBe(true);
	expect(isAskedFor({ ...close, bot: { id: 42 } }, filters)).toBe(true);
	expect(isAskedFor({ ...close, bot: { id: 'b2' } }, filters)).toBe(false);
	expect(isAskedFor({ event: 'something.new' }, filters)).toBe(false);
	expect(isAskedFor({ ...close, bot: 'b1' }, filters)).toBe(false);
});

test('messages are filtered by type, other events are not', () => {
	const filters = readFilters(['*'], { messageTypes: ['text', 'image'] });
	expect(isAskedFor(message('image'), filters)).toBe(true);
	expect(isAskedFor(message('audio'), filters)).toBe(false);
	expect(isAskedFor(message(undefined), filters)).toBe(false);
	expect(isAskedFor(close, filters)).toBe(true);
});

test('without filters everything that was asked for is taken', () => {
	expect(isAskedFor(message('sticker', undefined), readFilters(['message'], {}))).toBe(true);
	expect(isAskedFor(close, readFilters(['message'], {}))).toBe(false);
	expect(isAskedFor(close, readFilters(undefined, {}))).toBe(false);
});

test('an event exceeds Maximum Age in the past, in the future, and without a timestamp', () => {
	const now = 1_776_134_278_574;
	const filters = readFilters(['*'], { maximumAge: 60 });
	const at = (timestamp: unknown) => ({ event: 'message', timestamp }) as never;
	expect(exceedsMaximumAge(at(now - 60_000), filters, now)).toBe(false);
	expect(exceedsMaximumAge(at(now - 60_001), filters, now)).toBe(true);
	expect(exceedsMaximumAge(at(now + 60_000), filters, now)).toBe(false);
	expect(exceedsMaximumAge(at(now + 60_001), filters, now)).toBe(true);
	expect(exceedsMaximumAge(at(Infinity), filters, now)).toBe(true);
	expect(exceedsMaximumAge(at(undefined), filters, now)).toBe(true);
	expect(exceedsMaximumAge(at('2026'), filters, now)).toBe(true);
	expect(exceedsMaximumAge(at(undefined), readFilters(['*'], {}), now)).toBe(false);
});
