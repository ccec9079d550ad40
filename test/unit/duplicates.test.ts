import * as clock from '../../nodes/Jelou/shared/clock';
import { parseEvent } from '../../nodes/Jelou/trigger/event/events';
import { eventKey, isFirst } from '../../nodes/Jelou/trigger/rooms/duplicates';
import { hold, outcomeOf } from '../../nodes/Jelou/trigger/rooms/held';
import { breakOffAll, deliveryOf, warnings } from './support/delivery';

afterEach(breakOffAll);

/** A delivery, and whether it is the first with a key. */
function delivery(mode?: string) {
	const { context, deadline, ...response } = deliveryOf({ mode });
	const first = async (key: string) => await isFirst(context, key, deadline);
	return { ...response, context, deadline, first };
}

async function handled(key: string, status = 200): Promise<boolean | 'busy'> {
	const { answer, first } = delivery();
	const isNew = await first(key);
	if (isNew === true) answer(status);
	return isNew;
}

test('a message that was handled is a duplicate the second time, for an hour', async () => {
	expect(await handled('a')).toBe(true);
	expect(await handled('a')).toBe(false);
	const later = clock.uptime() + 3_600_000;
	jest.spyOn(clock, 'uptime').mockReturnValue(later);
	expect(await handled('a')).toBe(true);
	jest.restoreAllMocks();
});

test.each([500, 503, 401])('a message that got %d runs when it comes again', async (status) => {
	expect(await handled(`failed ${String(status)}`, status)).toBe(true);
	expect(await handled(`failed ${String(status)}`)).toBe(true);
});

test('a message that comes twice at once waits for the first: it runs when that is aborted', async () => {
	const [one, two, three] = [delivery(), delivery(), delivery()];
	expect(await one.first('b')).toBe(true);
	const second = two.first('b');
	const third = three.first('b');
	one.breakOff();
	expect(await second).toBe(true);
	two.answer(200);
	expect(await third).toBe(false);
});

test('a delivery that was aborted before it was read has failed, and its repetition runs', async () => {
	const [one, two] = [delivery(), delivery()];
	one.breakOff();
	expect(await one.first('broken off')).toBe(true);
	expect(await two.first('broken off')).toBe(true);
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
	for (const { first } of [delivery('manual'), delivery('manual')]) {
		expect(await first('c')).toBe(true);
	}
});

test('a delivery that has waited for another one has an old copy of the static data', async () => {
	const [one, two] = [delivery(), delivery()];
	await one.first('waited');
	const second = two.first('waited');
	one.answer(200);
	expect([await second, one.deadline.hasWaited, two.deadline.hasWaited]).toEqual([false, false, true]);
});

test('at most 50 are held, whatever they wait for; one more is busy, and can be first again later', async () => {
	const first = delivery();
	await first.first('stuck');
	const other = delivery();
	expect(hold(other.context)).toBe(true);
	const waiting = Array.from({ length: 49 }, () => delivery());
	const firsts = waiting.map(async (each) => await each.first('stuck'));
	expect(await delivery().first('stuck')).toBe('busy');
	expect([hold(other.context), hold(delivery().context)]).toEqual([true, false]);
	expect(await handled('not held')).toBe(true);
	expect(warnings).toEqual([expect.stringContaining('holds 50 deliveries already')]);

	first.answer(200);
	expect(await Promise.all(firsts)).toEqual(firsts.map(() => false));
	expect(hold(delivery().context)).toBe(false);
	for (const each of waiting) each.answer(200);
	expect(await handled('stuck')).toBe(false);
	expect(hold(delivery().context)).toBe(true);
});

test('deliveries that are already over hold nothing', async () => {
	for (let n = 0; n < 60; n++) {
		const { breakOff, context } = delivery();
		breakOff();
		expect(hold(context)).toBe(true);
		await outcomeOf(context);
	}
});

describe('an event is named', () => {
	const keyOf = (payload: object, trigger = 'trigger') => {
		const body = Buffer.from(JSON.stringify(payload));
		const event = parseEvent(body);
		return event && eventKey(trigger, event, body);
	};
	const message = (id: unknown, extra: object = {}) => ({
		...{ event: 'message', room_id: 'room', value: { id, type: 'text', content: { body: 'hola' } } },
		...extra,
	});
	const close = { event: 'conversation.close', room_id: 'room', timestamp: 1 };

	test.each([[''], [undefined], [null], [{}], [true], [['id']]])(
		'not if it is a message with the ID %j',
		(id) => {
			expect(keyOf(message(id))).toBeUndefined();
		},
	);

	test('by the ID of the message, in its room, at its trigger, whatever else is in it', () => {
		for (const id of ['id', 7, 0]) {
			const same = [message(id), message(id, { timestamp: 2 })].map((each) => keyOf(each));
			const others = [
				keyOf(message(`${String(id)}.`)),
				keyOf(message(id, { room_id: 'other' })),
				keyOf(message(id), 'other'),
			];
			expect(new Set(same).size).toBe(1);
			expect(new Set([...same, ...others]).size).toBe(4);
		}
	});

	test.each([
		['the end of a conversation', close],
		['its beginning', { ...close, event: 'conversation.start' }],
		['an event that Jelou adds later', { event: 'conversation.rated', room_id: 'room', value: { id: '' } }],
	])('by its bytes if it is not a message: %s', (_name, payload) => {
		expect(keyOf(payload)).toBeDefined();
		expect(keyOf({ ...payload })).toBe(keyOf(payload));
		expect(keyOf({ ...payload, timestamp: 2 })).not.toBe(keyOf(payload));
		expect(keyOf(payload, 'other')).not.toBe(keyOf(payload));
	});
});
