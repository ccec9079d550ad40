import type { JelouEvent } from '../../nodes/Jelou/trigger/event/events';
import { asOne, combine, readGap } from '../../nodes/Jelou/trigger/rooms/combine';
import { isFirst } from '../../nodes/Jelou/trigger/rooms/duplicates';
import { hold } from '../../nodes/Jelou/trigger/rooms/held';
import { passTime, stopTime } from '../support/time';
import { breakOffAll, deliveryOf, warnings } from './support/delivery';

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

const GAP = 1_000;
const COMBINED = { code: 200, status: 'combined' };

beforeEach(() => stopTime());
afterEach(() => {
	breakOffAll();
	jest.useRealTimers();
});

/** A delivery, and its outcome. */
function delivery(...given: Parameters<typeof deliveryOf>) {
	const { context, deadline, ...response } = deliveryOf(...given);
	const take = async (event: JelouEvent, { gap = GAP, key = undefined as string | undefined } = {}) =>
		await combine(context, 'trigger', event, key, gap, deadline);
	return { ...response, context, deadline, take };
}

const message = (room: string, body = 'hola', customer = 'ana') => ({
	event: 'message',
	room_id: room,
	contact: { id: customer },
	chatInput: body,
	value: { content: { body } },
});
const close = (room: string) => ({ event: 'conversation.close', room_id: room });

/** Whether a promise is settled. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
	const open = Symbol('open');
	await new Promise((resolve) => setImmediate(resolve));
	return (await Promise.race([promise, Promise.resolve(open)])) !== open;
}

test('a test event in the editor is not held, and has the shape of a combined one', async () => {
	const event = message('editor');
	const { deadline, take } = delivery({ mode: 'manual' });
	const group = await take(event);
	if ('code' in group) throw new Error(group.status);
	expect(asOne(group)).toEqual({ ...event, messages: [event] });
	expect(deadline.hasWaited).toBe(false);
});

test('without the option nothing is held, and there are no messages', async () => {
	const event = message('no option');
	const group = await delivery().take(event, { gap: 0 });
	if ('code' in group) throw new Error(group.status);
	expect(asOne(group)).toEqual(event);
});

test('earlier messages come with the event, and no events give nothing', async () => {
	const group = await delivery().take(message('before'), { gap: 0 });
	if ('code' in group) throw new Error(group.status);
	const before = message('before', 'antes');
	expect(asOne({ ...group, messagesBefore: [before] })).toMatchObject({ messagesBefore: [before] });
	expect(asOne({ ...group, arrivals: [] })).toBeUndefined();
});

test("one customer's messages continue with the last, at the deadline of the first, and all get its outcome", async () => {
	const [one, two] = [delivery(), delivery()];
	const first = one.take(message('pair', 'a'));
	const second = two.take(message('pair', 'b'));
	const group = await passTime(second);
	if ('code' in group) throw new Error(group.status);
	expect(asOne(group)).toMatchObject({ chatInput: 'a\nb' });
	expect(group.deadline).toBe(one.deadline);
	expect([one.deadline.hasWaited, two.deadline.hasWaited]).toEqual([true, true]);
	two.answer(200);
	expect(await first).toEqual(COMBINED);
});

test.each([
	['succeeds', 200, false],
	['fails', 503, true],
])(
	'the repetition of a message that was combined is a first one only if that %s',
	async (_name, code, isNew) => {
		const key = `repeated ${String(code)}`;
		const [one, two, again] = [delivery(), delivery(), delivery()];
		const first = one.take(message(key, 'a'), { key });
		const second = two.take(message(key, 'b'));
		const repeated = isFirst(again.context, key, again.deadline);
		await passTime(second);
		expect(await isSettled(repeated)).toBe(false);
		two.answer(code);
		expect(await repeated).toBe(isNew);
		expect(await first).toMatchObject({ code });
	},
);

test.each([
	['that names no customer', close('closing')],
	['of its customer', { ...close('closing'), contact: { id: 'ana' } }],
])('the end of a conversation, %s, comes after what is held in its room', async (_name, event) => {
	const [one, other, elsewhere, closing] = [delivery(), delivery(), delivery(), delivery()];
	const held = [one.take(message('closing', 'a')), other.take(message('closing', 'b', 'luis'))];
	const notHeld = elsewhere.take(message('another', 'c'));
	const closed = closing.take(event);
	// It does not wait for them, only for their outcomes.
	for (const group of await Promise.all(held)) expect(group).toMatchObject({ isCombined: true });
	one.answer(200);
	expect(await isSettled(closed)).toBe(false);
	other.answer(503);
	expect(await closed).toMatchObject({ arrivals: [{ event }], isCombined: false });
	expect([closing.deadline.hasWaited, await isSettled(notHeld)]).toEqual([true, false]);
	await passTime(notHeld);
});

test('the end of a conversation does not wait where nothing is held, nor for another trigger', async () => {
	const [one, closing] = [delivery(), delivery()];
	const held = combine(one.context, 'other', message('triggers'), undefined, GAP, one.deadline);
	expect(await closing.take(close('triggers'))).toMatchObject({ isCombined: false });
	expect([closing.deadline.hasWaited, await isSettled(held)]).toEqual([false, false]);
	await passTime(held);
});

test('50 deliveries are held, for whatever reason; one more continues at once, with all that it was held with', async () => {
	const first = delivery();
	const held = first.take(message('full', 'a'), { key: 'full' });
	for (let n = 0; n < 48; n++) expect(hold(delivery().context)).toBe(true);
	const repeated = delivery();
	const repetition = isFirst(repeated.context, 'full', repeated.deadline);
	const [alone, last] = [delivery(), delivery()];
	expect(await alone.take(message('beyond', 'b'))).toMatchObject({ arrivals: [{}] });
	expect(warnings).toEqual([expect.stringContaining('holds 50 deliveries already')]);
	expect(await isSettled(held)).toBe(false);
	expect(await last.take(message('full', 'c'))).toMatchObject({ arrivals: [{}, {}] });
	last.answer(200);
	expect(await held).toEqual(COMBINED);
	expect(await repetition).toBe(false);
});

test('deliveries whose connection is gone hold nothing: Combine Messages still works, and an end does not wait', async () => {
	for (let n = 0; n <= 50; n++) {
		await passTime(delivery({ closed: true }).take(message(`closed ${String(n)}`), { gap: 1 }));
	}
	await passTime(delivery().take(message('closed 0'), { gap: 1 }));
	expect(warnings).toEqual([]);
	const gone = delivery({ closed: true }).take(message('closed 0'));
	const event = close('closed 0');
	expect(await delivery().take(event, { gap: 0 })).toMatchObject({ arrivals: [{ event }] });
	await gone;
});
