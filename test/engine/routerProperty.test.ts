import fc from 'fast-check';
import type { IDataObject } from 'n8n-workflow';

import { trafficOf, type Faults, type Sandbox } from '../../sandbox';
import { Engine, errorOf, outputOf } from './support/engine';
import { BOT, addRooms, credentialFor, sandboxWithIntegration } from './support/setup';

const ROOMS = 4;
let sandbox: Sandbox;
let secret: string;
let rooms: ReturnType<typeof addRooms>;

beforeAll(async () => {
	({ sandbox, secret } = await sandboxWithIntegration());
	rooms = addRooms(sandbox, ROOMS);
});
afterAll(async () => sandbox.close());

const parameters = {
	resource: 'message',
	operation: 'send',
	roomId: '={{ $json.room }}',
	botId: BOT,
	userId: '={{ $json.user }}',
	text: '={{ $json.text }}',
};

/** What is wrong with an item, if anything. */
const kind = fc.constantFrom('fine', 'fine', 'fine', 'fine', 'no text', 'no such room');
const items = fc.array(fc.record({ place: fc.nat(ROOMS - 1), kind }), { minLength: 1, maxLength: 30 });
const faults: fc.Arbitrary<Faults> = fc.oneof(
	fc.constant({}),
	fc.record({ latencyMs: fc.nat(4) }),
	fc.record({
		respond: fc.record({ status: fc.constantFrom(500, 422), times: fc.integer({ min: 1, max: 3 }) }),
	}),
	fc.record({ respond: fc.constant({ status: 429, retryAfter: '0', times: 2 }) }),
	fc.record({ dropAfterProcessing: fc.constant(true), times: fc.integer({ min: 1, max: 2 }) }),
);

function toItem({ place, kind }: { place: number; kind: string }, index: number): IDataObject {
	const { room, user } = rooms[place] ?? { room: '', user: '' };
	return {
		room: kind === 'no such room' ? 'unknown-room' : room,
		user,
		text: kind === 'no text' ? '' : String(index),
	};
}

const numbersIn = (room: string) =>
	(sandbox.store.messages.get(room) ?? []).map(({ content }) =>
		Number('body' in content ? content.body : Number.NaN),
	);

test('for any items and faults, order and Concurrency hold, each item is counted once, and nothing is sent twice or leaks', async () => {
	await fc.assert(
		fc.asyncProperty(
			items,
			faults,
			fc.integer({ min: 1, max: 6 }),
			fc.boolean(),
			async (drawn, fault, concurrency, goOn) => {
				sandbox.store.messages.clear();
				sandbox.store.requests.length = 0;
				sandbox.setFaults(fault);
				const engine = new Engine({ credential: credentialFor(sandbox, { signingSecret: secret }) });
				const input = drawn.map(toItem);
				const onError = goOn ? 'continueRegularOutput' : 'stopWorkflow';
				const run = await engine.run({ ...parameters, options: { concurrency } }, input, { onError });

				const traffic = trafficOf(sandbox.store.requests);
				expect(traffic.mostUnderWay).toBeLessThanOrEqual(concurrency);
				expect(traffic.roomOverlaps).toBe(0);
				const sent = rooms.flatMap(({ room }) => numbersIn(room));
				expect(new Set(sent).size).toBe(sent.length);
				for (const { room } of rooms)
					expect(numbersIn(room)).toEqual([...numbersIn(room)].sort((a, b) => a - b));

				const error = errorOf(run);
				if (goOn) {
					expect(outputOf(run).map(({ pairedItem }) => pairedItem)).toEqual(
						input.map((_, item) => ({ item })),
					);
					const failed = outputOf(run).filter(({ json }) => json.error !== undefined).length;
					const done = outputOf(run).filter(({ json }) => json.messageId !== undefined).length;
					expect(done + failed).toBe(input.length);
				} else if (error && input.length > 1) {
					const [, done, of, , failed = '0', , left = '0'] =
						/(\d+) of (\d+) items succeeded(, (\d+) failed \([^)]*\))?(, (\d+) (?:was|were) not started \([^)]*\))?\.$/.exec(
							error.description ?? '',
						) ?? [];
					expect(Number(of)).toBe(input.length);
					expect(Number(done) + Number(failed) + Number(left)).toBe(input.length);
				} else if (!error) {
					expect(outputOf(run)).toHaveLength(input.length);
				}
				expect(
					JSON.stringify([run.data.resultData.runData, error?.message, error?.description]),
				).not.toContain(secret);
			},
		),
		{ numRuns: 60 },
	);
});
