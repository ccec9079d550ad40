import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { isWanted, parseEvent } from '../../nodes/Jelou/trigger/delivery/events';

const fixture = (name: string) => readFileSync(join(__dirname, '../fixtures', `${name}.json`));

test.each([
	['event-conversation-start', 'conversation.start'],
	['event-conversation-start-assigned', 'conversation.start'],
	['event-message-text', 'message'],
	['event-message-image', 'message'],
])('%s is passed on unchanged, with its name as "event"', (name, event) => {
	const body = fixture(name);
	expect(parseEvent(body)).toEqual({ ...JSON.parse(body.toString()), event });
});

test.each([
	[{ event: 'conversation.close', reason: { free: ['form'] } }, 'conversation.close'],
	[{ object: 'message_event' }, 'message'],
	[{ field: 'conversation', event_type: 'close' }, 'conversation.close'],
	[{ field: 'rating', event_type: 'given' }, 'rating.given'],
	[{ field: 3, event_type: null }, 'unknown'],
	[{}, 'unknown'],
])('%j is called %s', (payload, event) => {
	expect(parseEvent(Buffer.from(JSON.stringify(payload)))).toEqual({ ...payload, event });
});

test.each(['', 'not JSON', '[]', '"text"', 'null', '3', '\ufeff{}x'])('%j is no event', (body) => {
	expect(parseEvent(Buffer.from(body))).toBeUndefined();
});

test('only events that were asked for are wanted, or all of them', () => {
	expect(isWanted({ event: 'message' }, ['message', 'conversation.close'])).toBe(true);
	expect(isWanted({ event: 'message' }, ['conversation.close'])).toBe(false);
	expect(isWanted({ event: 'message' }, [])).toBe(false);
	expect(isWanted({ event: 'something.new' }, ['message'])).toBe(false);
	expect(isWanted({ event: 'something.new' }, ['*'])).toBe(true);
});
