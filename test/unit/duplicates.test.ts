import { EventEmitter } from 'node:events';

import type { IWebhookFunctions } from 'n8n-workflow';

import * as clock from '../../nodes/Jelou/shared/clock';
import { isFirst, outcomeOf } from '../../nodes/Jelou/trigger/rooms/duplicates';

/** A delivery, and its answer to Jelou. */
function delivery(mode = 'webhook') {
	const response = Object.assign(new EventEmitter(), {
		closed: false,
		writableFinished: false,
		statusCode: 200,
	});
	const context = { getMode: () => mode, getResponseObject: () => response } as unknown as IWebhookFunctions;
	const answer = (statusCode: number) => {
		Object.assign(response, { writableFinished: true, statusCode });
		response.emit('finish');
	};
	const breakOff = () => {
		response.closed = true;
		response.emit('close');
	};
	return { context, answer, breakOff };
}

async function handled(key: string, status = 200): Promise<boolean> {
	const { answer, context } = delivery();
	const first = await isFirst(context, key);
	if (first) answer(status);
	return first;
}

test('a message that was handled is none the second time, for an hour', async () => {
	expect(await handled('a')).toBe(true);
	expect(await handled('a')).toBe(false);
	const later = clock.uptime() + 3_600_000;
	jest.spyOn(clock, 'uptime').mockReturnValue(later);
	expect(await handled('a')).toBe(true);
	jest.restoreAllMocks();
});

test.each([500, 503, 401])('a message that was answered with %d runs when it comes again', async (status) => {
	expect(await handled(`failed ${String(status)}`, status)).toBe(true);
	expect(await handled(`failed ${String(status)}`)).toBe(true);
});

test('a message that comes twice at once waits for the first: it runs when that breaks off', async () => {
	const [one, two, three] = [delivery(), delivery(), delivery()];
	expect(await isFirst(one.context, 'b')).toBe(true);
	const second = isFirst(two.context, 'b');
	const third = isFirst(three.context, 'b');
	one.breakOff();
	expect(await second).toBe(true);
	two.answer(200);
	expect(await third).toBe(false);
});

test('a delivery that broke off before anybody looked at it has failed, and its repetition runs', async () => {
	const [one, two] = [delivery(), delivery()];
	one.breakOff();
	expect(await isFirst(one.context, 'broken off')).toBe(true);
	expect(await isFirst(two.context, 'broken off')).toBe(true);
});

test.each([
	[200, true],
	[503, false],
])(
	'what became of a delivery that was answered with %d before is known at once',
	async (status, isSuccess) => {
		const { answer, context } = delivery();
		answer(status);
		expect(await outcomeOf(context)).toBe(isSuccess);
	},
);

test('of 10,000 messages the oldest is forgotten', async () => {
	for (let n = 0; n <= 10_000; n++) await handled(`many ${String(n)}`);
	expect(await handled('many 10000')).toBe(false);
	expect(await handled('many 0')).toBe(true);
});

test('in the editor an event may be sent again and again', async () => {
	for (const { context } of [delivery('manual'), delivery('manual')]) {
		expect(await isFirst(context, 'c')).toBe(true);
	}
});
