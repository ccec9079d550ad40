import type { IWebhookFunctions } from 'n8n-workflow';

import { asOne, bursts, combine, readGap } from '../../nodes/Jelou/trigger/rooms/combine';

test.each([
	[undefined, 0],
	['', 0],
	['text', 0],
	[-1, 0],
	[0, 0],
	[0.5, 500],
	['2', 2_000],
	[10, 10_000],
	[11, 10_000],
	[Infinity, 10_000],
])('Combine Messages %j waits for %d ms', (seconds, milliseconds) => {
	expect(readGap(seconds)).toBe(milliseconds);
});

test('a test event in the editor is not held, and has the shape of a combined one', async () => {
	const context = { getMode: () => 'manual' } as unknown as IWebhookFunctions;
	const event = {
		event: 'message',
		room_id: 'room',
		chatInput: 'hola',
		value: { content: { body: 'hola' } },
	};
	const turn = await combine(context, 'trigger', event, 'message', 10_000);
	expect(bursts.size).toBe(0);
	if ('code' in turn) throw new Error(turn.status);
	expect(asOne(turn)).toEqual({ ...event, messages: [event] });
});
