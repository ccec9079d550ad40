import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { trafficOf, type Sandbox } from '../../sandbox';
import { Engine, errorOf, outputOf } from './support/engine';
import { BOT, addRooms, credentialFor, sandboxWithIntegration } from './support/setup';

let sandbox: Sandbox;
let secret: string;
/** Rooms of the demo bot, one for each of many users. */
let rooms: ReturnType<typeof addRooms>;

beforeAll(async () => {
	({ sandbox, secret } = await sandboxWithIntegration());
	rooms = addRooms(sandbox, 20);
});
afterAll(async () => sandbox.close());
beforeEach(() => {
	sandbox.setFaults({});
	sandbox.store.messages.clear();
	sandbox.store.requests.length = 0;
});

const engine = () => new Engine({ credential: credentialFor(sandbox, { signingSecret: secret }) });
const send = (options: INodeParameters = {}) => ({
	resource: 'message',
	operation: 'send',
	roomId: '={{ $json.room }}',
	botId: BOT,
	userId: '={{ $json.user }}',
	text: '={{ $json.text }}',
	options,
});
/** Items that cycle through the rooms, numbered from 0. */
const itemsFor = (count: number, roomCount = rooms.length) =>
	Array.from({ length: count }, (_, n) => ({ ...rooms[n % roomCount], text: `message ${String(n)}` }));
const textsIn = (room: string) =>
	(sandbox.store.messages.get(room) ?? []).map(({ content }) => ('body' in content ? content.body : ''));
const allTexts = () => [...sandbox.store.messages.keys()].flatMap(textsIn);
/** Delays the responses, so that requests would overtake each other if they could. */
const spread = () => sandbox.setFaults({ latencyMs: 5 });

test('messages to one room are sent one at a time, and no more requests run at once than Concurrency allows', async () => {
	sandbox.setFaults({ latencyMs: 40 });
	await engine().run(send({ concurrency: 7 }), itemsFor(140));
	expect(trafficOf(sandbox.store.requests)).toEqual({
		requests: 140,
		accepted: 140,
		duplicates: 0,
		mostUnderWay: 7,
		roomOverlaps: 0,
	});
	sandbox.store.requests.length = 0;
	await engine().run(send({ concurrency: 25 }), itemsFor(15, 1));
	expect(trafficOf(sandbox.store.requests)).toMatchObject({ accepted: 15, mostUnderWay: 1, roomOverlaps: 0 });
});

test('Concurrency holds when the first item is wrong', async () => {
	spread();
	const [first, ...others] = itemsFor(40);
	const items = [{ ...first, text: '' }, ...others];
	await engine().run(send({ concurrency: 2 }), items, { onError: 'continueRegularOutput' });
	expect(trafficOf(sandbox.store.requests)).toMatchObject({ mostUnderWay: 2, accepted: 39 });
});

test("with an expression, the first item's Concurrency is used for the whole run", async () => {
	sandbox.setFaults({ latencyMs: 20 });
	const items = itemsFor(40).map((item, n) => ({ ...item, limit: n === 0 ? 2 : 0 }));
	const run = await engine().run(send({ concurrency: '={{ $json.limit }}' }), items);
	expect(errorOf(run)?.message).toBeUndefined();
	expect(trafficOf(sandbox.store.requests)).toMatchObject({ mostUnderWay: 2, accepted: 40 });
});

test('a Concurrency that is not valid is one error, and nothing is sent', async () => {
	const items = itemsFor(3).map((item, n) => ({ ...item, limit: n === 0 ? 0 : 10 }));
	const parameters = send({ concurrency: '={{ $json.limit }}' });
	const stopped = await engine().run(parameters, items);
	expect(errorOf(stopped)?.message).toBe('Concurrency is 0');
	expect(errorOf(stopped)?.description).toMatch(/^Enter a whole number from 1 to 100\./);
	const continued = await engine().run(parameters, items, { onError: 'continueRegularOutput' });
	expect(outputOf(continued).map(({ json }) => json.error)).toEqual(items.map(() => 'Concurrency is 0'));
	expect(sandbox.store.requests).toHaveLength(0);
});

test('when an item fails the run stops: nothing new starts, and the error counts every item', async () => {
	const items: IDataObject[] = itemsFor(40);
	items[10] = { ...items[10], text: '' };
	const run = await engine().run(send({ concurrency: 5 }), items);
	const sent = allTexts().length;
	expect(sent).toBeLessThan(40);
	const error = errorOf(run);
	expect(error?.message).toBe('Text is empty');
	expect(error?.context?.itemIndex).toBe(10);
	expect(error?.description).toContain(`${String(sent)} of 40 items succeeded, 1 failed (item 10), `);
	expect(error?.description).toMatch(/were not started \(items \d+ to 39\)\.$/);
});

test('with continue on error, every item is in the output once: its result, or its error', async () => {
	const items: IDataObject[] = itemsFor(30);
	items[3] = { ...items[3], room: 'no\nroom' };
	items[7] = { ...items[7], text: '' };
	items[11] = { ...items[11], room: 'unknown-room' };
	const run = await engine().run(send(), items, { onError: 'continueRegularOutput' });
	expect(errorOf(run)).toBeUndefined();
	const output = outputOf(run);
	expect(output.map(({ pairedItem }) => pairedItem)).toEqual(items.map((_, item) => ({ item })));
	const errors = output.flatMap(({ json }, index) => (json.error === undefined ? [] : [[index, json.error]]));
	expect(errors).toEqual([
		[3, 'Room ID is not a valid ID'],
		[7, 'Text is empty'],
		[11, 'Jelou does not know this conversation, room, bot or user (404)'],
	]);
	expect(allTexts()).toHaveLength(27);
});

test('with an error output, results and errors are separate, each linked to its input item', async () => {
	const items: IDataObject[] = itemsFor(4);
	items[1] = { ...items[1], text: '' };
	const run = await engine().run(send(), items, { onError: 'continueErrorOutput' });
	expect(outputOf(run, 0).map(({ pairedItem }) => pairedItem)).toEqual([
		{ item: 0 },
		{ item: 2 },
		{ item: 3 },
	]);
	expect(outputOf(run, 1)).toEqual([
		expect.objectContaining({
			json: expect.objectContaining({
				error: 'Text is empty',
				message: expect.stringMatching(/^Fill in Text/),
			}),
			pairedItem: { item: 1 },
		}),
	]);
});

describe('retries', () => {
	const PERHAPS = 'It may have been sent: check in Jelou before you run it again.';
	const one = () => itemsFor(1);
	const ids = () =>
		sandbox.store.requests.map(
			({ rawBody }) => (JSON.parse(rawBody.toString()) as { value: { id: string } }).value.id,
		);

	test.each([
		[429, { retryAfter: '0' }],
		[503, { retryAfter: '0' }],
	])(
		'a message answered with %i is retried with the same message ID and signature',
		async (status, extra) => {
			sandbox.setFaults({ respond: { status, times: 2, ...extra } });
			const run = await engine().run(send(), one());
			expect(errorOf(run)).toBeUndefined();
			expect(ids()).toHaveLength(3);
			expect(new Set(ids()).size).toBe(1);
			expect(new Set(sandbox.store.requests.map(({ headers }) => headers['x-jelou-signature'])).size).toBe(1);
			expect(allTexts()).toHaveLength(1);
		},
	);

	test.each([
		['a 500', { respond: { status: 500 } }],
		['a 502', { respond: { status: 502 } }],
		['a 503 that does not say when to come back', { respond: { status: 503 } }],
		['a connection lost after Jelou took the message', { dropAfterProcessing: true }],
	])('a message that got %s is not retried: the user would see it twice', async (_name, faults) => {
		sandbox.setFaults(faults);
		const run = await engine().run(send(), one());
		expect(sandbox.store.requests).toHaveLength(1);
		expect(errorOf(run)?.description).toContain(PERHAPS);
	});

	test.each([
		['start', { botId: 'b', userId: 'u', initialMessage: 'x' }],
		['close', { botId: 'b', userId: 'u', closingMessage: 'x' }],
	])('a %s that got a 503 is not retried either', async (operation, values) => {
		sandbox.setFaults({ respond: { status: 503 } });
		const run = await engine().run({ resource: 'conversation', operation, ...values }, [{}]);
		expect(sandbox.store.requests).toHaveLength(1);
		expect(errorOf(run)?.description).toContain(PERHAPS);
	});

	test.each([
		['update', { webhookUrl: 'https://n8n.example.com/x' }],
		['delete', {}],
		['get', {}],
	])(
		'an integration: %s that got a 503 is retried: twice changes nothing more',
		async (operation, values) => {
			sandbox.setFaults({ respond: { status: 503 }, times: 2 });
			await engine().run({ resource: 'integration', operation, ...values }, [{}]);
			expect(sandbox.store.requests).toHaveLength(3);
		},
	);

	test('a message that timed out is not retried, and the error says that it may have arrived', async () => {
		sandbox.setFaults({ latencyMs: 2_000 });
		const run = await engine().run(send({ timeout: 1 }), one());
		expect(sandbox.store.requests).toHaveLength(1);
		expect(errorOf(run)?.description).toContain(PERHAPS);
	});

	test('a read is retried after a dropped connection', async () => {
		sandbox.setFaults({ drop: true, times: 2 });
		const get = { resource: 'conversation', operation: 'get', conversationId: 'c' };
		const run = await engine().run(get, [{}]);
		expect(errorOf(run)?.message).toBe('Jelou does not know this conversation, room, bot or user (404)');
		expect(sandbox.store.requests).toHaveLength(3);
	});

	test('there are no more retries than Max Retries', async () => {
		sandbox.setFaults({ respond: { status: 429 } });
		await engine().run(send({ maxRetries: 1 }), one());
		expect(sandbox.store.requests).toHaveLength(2);
		sandbox.store.requests.length = 0;
		await engine().run(send({ maxRetries: 0 }), one());
		expect(sandbox.store.requests).toHaveLength(1);
	});
});
