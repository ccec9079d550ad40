import { EventEmitter } from 'node:events';

import type { IWebhookFunctions } from 'n8n-workflow';

import { MAX_HELD, asOne, bursts, combine, readGap } from '../../nodes/Jelou/trigger/rooms/combine';

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

test('deliveries whose connection is gone hold nothing: Combine Messages works on, and an end does not wait', async () => {
	const warnings: string[] = [];
	const delivery = (closed: boolean) => {
		const response = Object.assign(new EventEmitter(), { closed, writableFinished: false, statusCode: 200 });
		const context = {
			getMode: () => 'webhook',
			getNode: () => ({ id: 'node', name: 'Jelou Trigger' }),
			getResponseObject: () => response,
			getWorkflow: () => ({ id: 'workflow' }),
			logger: { warn: (line: string) => warnings.push(line) },
		} as unknown as IWebhookFunctions;
		return { context, end: () => response.emit('close') };
	};
	const message = (room: number) => ({ event: 'message', room_id: `closed ${String(room)}` });
	for (let n = 0; n <= MAX_HELD; n++) {
		await combine(delivery(true).context, 'trigger', message(n), undefined, 1);
	}
	const { context, end } = delivery(false);
	const turn = combine(context, 'trigger', message(0), undefined, 1);
	expect(warnings).toEqual([]);
	await turn;
	end();

	const gone = combine(delivery(true).context, 'trigger', message(0), undefined, 10_000);
	const close = { event: 'conversation.close', room_id: 'closed 0' };
	expect(await combine(delivery(false).context, 'trigger', close, undefined, 0)).toMatchObject({
		events: [close],
	});
	await gone;
});
