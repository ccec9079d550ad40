import fc from 'fast-check';
import type { IDataObject, INodeParameters } from 'n8n-workflow';

import * as holding from '../../nodes/Jelou/trigger/rooms/held';
import { waitUntil } from '../../scripts/n8n/waitUntil';
import { passTime, stopTime } from '../support/time';
import { ANSWERED, STARTED, RoomStage, status } from './support/roomStage';
import { USER, useDemo } from './support/setup';
import { UNAVAILABLE } from './support/waitingRuns';

const demo = useDemo();
let stage: RoomStage;
let hold: jest.SpiedFunction<typeof holding.hold>;
beforeEach(() => {
	stopTime();
	hold = jest.spyOn(holding, 'hold');
});
afterEach(async () => {
	jest.useRealTimers();
	await stage.close();
	await waitUntil('the responses to be over', () => heldResponses().every((response) => response.closed));
	jest.restoreAllMocks();
});

const open = async (options: INodeParameters = { combineMessages: 1 }) => {
	stage = await RoomStage.open(demo, options);
	return stage;
};
const pause = async (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
/** The responses of the deliveries that were held in this test. */
function heldResponses() {
	const contexts = hold.mock.calls.filter((_, n) => hold.mock.results[n]?.value === true);
	return [...new Set(contexts.map(([context]) => context.getResponseObject()))];
}
const held = async (count: number) =>
	waitUntil(`${String(count)} to be held`, () => heldResponses().length >= count, 1);
/** Delivers one after the other, each as soon as the previous one is held. */
async function inOrder(...payloads: IDataObject[]) {
	const before = heldResponses().length;
	const replies: Array<Promise<unknown>> = [];
	for (const payload of payloads) {
		replies.push(stage.deliver(payload));
		await held(before + replies.length);
	}
	return await passTime(Promise.all(replies));
}
const texts = ({ messages }: IDataObject) => (messages as IDataObject[]).map(({ chatInput }) => chatInput);

const COMBINED = status('combined');
const DUPLICATE = status('duplicate');

test('in 200 rooms every message is in exactly one run, in order, and held for 15 seconds at most', async () => {
	await open({ combineMessages: 0.5 });
	const rooms = fc.sample(fc.array(fc.integer({ min: 0, max: 750 }), { minLength: 1, maxLength: 6 }), {
		numRuns: 200,
		seed: 20_261_121,
	});
	let longest = 0;
	const rounds = rooms.map(async (gaps, room) => {
		const replies: Array<Promise<unknown>> = [];
		// Keeps the number held at once below the limit.
		await pause(room * 100);
		for (const [n, gap] of gaps.entries()) {
			if (n > 0) await pause(gap);
			const from = Date.now();
			// Deliveries at the same moment overtake each other; their timestamps give the order.
			const reply = stage.says(String(n), { room_id: `room-${String(room)}`, timestamp: n });
			replies.push(reply.finally(() => (longest = Math.max(longest, Date.now() - from))));
		}
		return await Promise.all(replies);
	});
	const written = await passTime(Promise.all(rounds));
	const { runs } = stage.receiver;
	for (const [room, gaps] of rooms.entries()) {
		const mine = runs.filter((run) => run.sessionId === `room-${String(room)}`);
		expect(mine.flatMap(texts)).toEqual(gaps.map((_, n) => String(n)));
		const [started, combined] = [STARTED, COMBINED].map(
			(reply) => written[room]?.filter((each) => JSON.stringify(each) === JSON.stringify(reply)).length,
		);
		expect([started, combined]).toEqual([mine.length, gaps.length - mine.length]);
	}
	expect(runs.length).toBeLessThan(rooms.flat().length);
	expect(runs.length).toBeGreaterThan(rooms.length);
	expect(longest).toBeLessThan(15_000);
});

test('each message restarts the wait', async () => {
	await open();
	const replies: Array<Promise<unknown>> = [];
	for (const text of ['a', 'b']) {
		replies.push(stage.says(text));
		await held(replies.length);
		await jest.advanceTimersByTimeAsync(900);
	}
	replies.push(stage.says('c'));
	expect(await passTime(Promise.all(replies))).toEqual([COMBINED, COMBINED, STARTED]);
	expect(stage.receiver.runs.map(texts)).toEqual([['a', 'b', 'c']]);
});

test('a customer who never stops writing is not held for more than 15 seconds', async () => {
	await open({ combineMessages: 2 });
	let longest = 0;
	const replies: Array<Promise<unknown>> = [];
	const writing = async () => {
		for (let n = 0; n < 26; n++) {
			const from = Date.now();
			replies.push(stage.says(String(n)).finally(() => (longest = Math.max(longest, Date.now() - from))));
			await pause(500);
		}
		await Promise.all(replies);
	};
	await passTime(writing());
	expect(stage.receiver.runs.flatMap(texts)).toEqual(replies.map((_, n) => String(n)));
	expect(stage.receiver.runs.length).toBeGreaterThan(1);
	expect(longest).toBeLessThan(15_000);
});

test('a clock that is set back while a message is held holds it no longer', async () => {
	await open();
	await stage.ask('q');
	const from = performance.now();
	const reply = stage.says('Ana');
	await held(1);
	jest.setSystemTime(Date.now() - 3_600_000);
	await jest.advanceTimersByTimeAsync(1_500);
	await waitUntil('the answer', () => stage.answers().length === 1, 1);
	expect(await passTime(reply)).toEqual(ANSWERED);
	expect(performance.now() - from).toBeLessThan(15_000);
});

test('no more than 50 deliveries are held at once: the next ones do not wait, and the log says so', async () => {
	await open({ combineMessages: 5 });
	let answered = 0;
	const replies = Array.from({ length: 80 }, async (_, n) => {
		const reply = await stage.says('hola', { room_id: `room-${String(n)}` });
		answered++;
		return reply;
	});
	await waitUntil('what is too much to be answered', () => answered >= 30, 1);
	expect([answered, heldResponses().length]).toEqual([30, 50]);
	expect(await passTime(Promise.all(replies))).toEqual(replies.map(() => STARTED));
	expect(stage.receiver.runs).toHaveLength(80);
	expect(stage.engine.warnings).toEqual([expect.stringContaining('holds 50 deliveries already')]);
});

test('the run has the last event, all messages, and their texts and captions, one per line', async () => {
	await open();
	const photo = {
		id: 'photo',
		type: 'image',
		content: { url: 'https://cdn.example.com/a.jpg', caption: 'mira' },
	};
	const silent = { id: 'silent', type: 'image', content: { url: 'https://cdn.example.com/b.jpg' } };
	const [first, second, third, last] = [
		stage.message('hola'),
		stage.message('', { value: photo }),
		stage.message('', { value: silent }),
		stage.message('¿llegó?'),
	];
	expect(await inOrder(first, second, third, last)).toEqual([COMBINED, COMBINED, COMBINED, STARTED]);
	const event = (payload: IDataObject, chatInput: string) => ({
		...payload,
		event: 'message',
		sessionId: demo.roomId,
		chatInput,
	});
	expect(stage.receiver.runs).toEqual([
		{
			...event(last, 'hola\nmira\n¿llegó?'),
			messages: [event(first, 'hola'), event(second, 'mira'), event(third, ''), event(last, '¿llegó?')],
		},
	]);
});

test('a single message is the only one in its messages; without the option there are none', async () => {
	await open({ combineMessages: 0.1 });
	expect(await inOrder(stage.message('hola'))).toEqual([STARTED]);
	expect(stage.receiver.runs.map(texts)).toEqual([['hola']]);
	await stage.close();
	await open({});
	expect(await Promise.all([stage.says('a'), stage.says('b')])).toEqual([STARTED, STARTED]);
	expect(stage.receiver.runs.filter((run) => 'messages' in run)).toEqual([]);
});

test('messages that arrive out of order are put in order', async () => {
	await open();
	await inOrder(...[2, 3, 1].map((timestamp) => stage.message(String(timestamp), { timestamp })));
	expect(stage.receiver.runs).toMatchObject([{ chatInput: '1\n2\n3', timestamp: 3 }]);
});

test('two customers in one room are two runs, and so are two rooms', async () => {
	await open();
	await inOrder(
		stage.message('a'),
		stage.message('b', { contact: { id: 'another' } }),
		stage.message('c', { room_id: 'another' }),
		stage.message('d'),
	);
	expect(stage.receiver.runs.map(texts).sort()).toEqual([['a', 'd'], ['b'], ['c']]);
});

test('a message that was not asked for is in no run', async () => {
	await open({ combineMessages: 1, messageTypes: ['text'] });
	const photo = {
		value: { id: 'p', type: 'image', content: { url: 'https://cdn.example.com/a.jpg', caption: 'c' } },
	};
	await inOrder(stage.message('a'), stage.message('b'), stage.message('', photo));
	expect(stage.receiver.runs).toMatchObject([{ chatInput: 'a\nb', value: { type: 'text' } }]);
	const alone = stage.message('', { value: { ...photo.value, id: 'q' } });
	expect(await inOrder(alone)).toEqual([status('ignored')]);
});

describe('as an answer', () => {
	test('to a question for any text, they are the answer together', async () => {
		await open();
		await stage.ask('q', { type: 'text' });
		expect(await inOrder(stage.message('Ana'), stage.message('María'))).toEqual([COMBINED, ANSWERED]);
		expect(stage.answers()).toMatchObject([{ outcome: 'answered', valid: true, answer: 'Ana\nMaría' }]);
		expect(stage.runs.resumed).toMatchObject([{ answer: { event: { chatInput: 'Ana\nMaría' } } }]);
		expect(stage.receiver.runs).toEqual([]);
	});

	test('to a question for a number, it is the one that fits', async () => {
		await open();
		await stage.ask('q', { type: 'number' });
		await inOrder(stage.message('es'), stage.message('el 8'), stage.message('gracias'));
		expect(stage.answers()).toMatchObject([{ valid: true, answer: 8 }]);
	});

	test('that contradict each other are asked again, and approve nothing after the last attempt', async () => {
		await open();
		await stage.ask('q', { type: 'approval', choices: ['Sí', 'No'], maxAttempts: 1 });
		const both = () => inOrder(stage.message('sí'), stage.message('no, espera'));
		expect(await both()).toContainEqual(status('asked again'));
		expect(stage.answers()).toEqual([]);
		expect(await both()).toEqual([COMBINED, status('invalid')]);
		expect(stage.answers()).toMatchObject([
			{ valid: false, answer: 'sí\nno, espera', data: { approved: false } },
		]);
	});

	test('that does not fit, they are asked for again once, and are passed on together after the last attempt', async () => {
		await open();
		await stage.ask('q', { type: 'number', maxAttempts: 1 });
		expect(await inOrder(stage.message('no'), stage.message('sé'))).toContainEqual({
			status: 200,
			body: { status: 'asked again' },
		});
		await inOrder(stage.message('de'), stage.message('veras'));
		expect(stage.answers()).toMatchObject([{ valid: false, answer: 'de\nveras' }]);
	});

	test('that cannot be passed on, each delivery fails, and their repetitions are the answer', async () => {
		await open();
		await stage.ask('q');
		stage.runs.replies.push(...Array.from({ length: 100 }, () => UNAVAILABLE));
		const both = [stage.message('Ana'), stage.message('María')];
		expect(await inOrder(...both)).toEqual([status('not combined', 503), status('not passed on', 503)]);
		expect(stage.engine.warnings).toEqual([
			expect.stringContaining('could not pass on an answer to its run'),
			expect.stringContaining(
				'refused a message: the delivery that it was combined with failed. Workflow ID',
			),
		]);
		stage.runs.replies.length = 0;
		expect(await inOrder(...both)).toEqual([COMBINED, ANSWERED]);
		expect(stage.answers()).toMatchObject([{ answer: 'Ana\nMaría' }]);
	});
});

describe('a delivery that is aborted while it is held', () => {
	test.each([
		['the first', 0],
		['the last', 2],
	])('%s loses no message, and is a duplicate when it comes again', async (_name, index) => {
		await open();
		const messages = ['a', 'b', 'c'].map((text) => stage.message(text));
		const client = new AbortController();
		const replies = [];
		for (const [n, message] of messages.entries()) {
			replies.push(stage.deliver(message, undefined, n === index ? client.signal : undefined));
			await held(n + 1);
		}
		client.abort();
		const again = stage.deliver(messages[index] ?? {});
		const settled = await passTime(Promise.allSettled(replies));
		expect(settled.map(({ status }) => status).sort()).toEqual(['fulfilled', 'fulfilled', 'rejected']);
		expect(await again).toEqual(DUPLICATE);
		expect(stage.receiver.runs.map(texts)).toEqual([['a', 'b', 'c']]);
	});

	test('like all the others: the messages run, and do so again when they are repeated', async () => {
		await open();
		const client = new AbortController();
		const messages = ['a', 'b'].map((text) => stage.message(text));
		const replies = [];
		for (const [n, message] of messages.entries()) {
			replies.push(stage.deliver(message, undefined, client.signal));
			await held(n + 1);
		}
		client.abort();
		await Promise.allSettled(replies);
		await passTime(waitUntil('the run', () => stage.receiver.runs.length === 1, 1));
		expect(await inOrder(...messages)).toEqual([COMBINED, STARTED]);
		expect(stage.receiver.runs.map(texts)).toEqual([
			['a', 'b'],
			['a', 'b'],
		]);
	});
});

test('the repetition of a message that is held waits, and is a duplicate', async () => {
	await open();
	const twice = stage.message('a');
	const first = stage.deliver(twice);
	await held(1);
	const second = stage.deliver(twice);
	const other = stage.deliver(stage.message('b'));
	expect(await passTime(Promise.all([first, second, other]))).toEqual([COMBINED, DUPLICATE, STARTED]);
	expect(stage.receiver.runs.map(texts)).toEqual([['a', 'b']]);
});

test('the repetitions of a message that is held count as well: those beyond 50 are refused, and nothing waits then', async () => {
	await open({ combineMessages: 5 });
	const message = stage.message('a');
	const first = stage.deliver(message);
	await held(1);
	let refused = 0;
	const repetitions = Array.from({ length: 60 }, async () => {
		const reply = await stage.deliver(message);
		if (reply.status === 503) refused++;
		return reply;
	});
	await waitUntil('what is too much to be refused', () => refused >= 11, 1);
	const other = stage.says('b', { room_id: 'another' });
	expect([await other, heldResponses().length]).toEqual([STARTED, 50]);
	expect(await passTime(first)).toEqual(STARTED);
	const replies = await passTime(Promise.all(repetitions));
	expect(replies.filter((reply) => reply.status === 503)).toEqual(
		Array.from({ length: 11 }, () => status('busy', 503)),
	);
	expect(replies.filter((reply) => reply.status === 200)).toEqual(
		Array.from({ length: 49 }, () => DUPLICATE),
	);
	expect(await stage.deliver(message)).toEqual(DUPLICATE);
	expect(stage.receiver.runs).toHaveLength(2);
});

test.each<[string, (close: IDataObject) => IDataObject]>([
	['of the customer', (close) => close],
	['that names no customer', ({ contact, ...close }) => (contact ? close : {})],
])(
	'the end of the conversation %s is not waited for: the messages before it run, and then it does',
	async (_name, closeOf) => {
		await open({ combineMessages: 10 });
		const [a, b] = [stage.says('a'), held(1).then(async () => stage.says('b'))];
		await held(2);
		const close = stage.deliver(
			closeOf({ event: 'conversation.close', room_id: demo.roomId, contact: { id: USER } }),
		);
		expect(await passTime(Promise.all([a, b, close]))).toEqual([COMBINED, STARTED, STARTED]);
		expect(stage.receiver.runs).toMatchObject([{ chatInput: 'a\nb' }, { event: 'conversation.close' }]);
	},
);

test('the end of the conversation ends no wait in another room', async () => {
	await open({ combineMessages: 10 });
	const other = stage.says('a', { room_id: 'another' });
	await held(1);
	expect(await stage.closes()).toEqual(STARTED);
	expect(stage.receiver.runs).toMatchObject([{ event: 'conversation.close' }]);
	expect(await passTime(other)).toEqual(STARTED);
});

test('the same end of a conversation twice is one, and a different end is another', async () => {
	await open({});
	expect([await stage.closes(), await stage.closes()]).toEqual([STARTED, DUPLICATE]);
	const close = { event: 'conversation.close', room_id: demo.roomId, timestamp: 7 };
	expect([await stage.deliver(close), await stage.deliver(close)]).toEqual([STARTED, DUPLICATE]);
	expect(stage.receiver.runs).toHaveLength(2);
});

test('messages without an ID are never duplicates, and a number is an ID', async () => {
	await open({});
	const withId = (id: string | number, body: string) =>
		stage.message('', { value: { id, type: 'text', content: { body } } });
	const replies = [];
	for (const message of [withId('', 'hola'), withId('', 'hola'), withId(7, 'hola'), withId(7, 'hola')]) {
		replies.push(await stage.deliver(message));
	}
	expect(replies).toEqual([STARTED, STARTED, STARTED, DUPLICATE]);
});
