import { Jelou } from '../../nodes/Jelou/Jelou.node';
import { waitUntil } from '../../scripts/n8n/waitUntil';
import { passTime, stopTime } from '../support/time';
import { Engine } from './support/engine';
import { BOT, USER, credentialFor, useDemo } from './support/setup';

const demo = useDemo();
let executed: jest.SpiedFunction<Jelou['execute']>;
beforeEach(() => {
	demo.sandbox.setFaults({});
	demo.sandbox.store.requests.length = 0;
	executed = jest.spyOn(Jelou.prototype, 'execute');
});
afterEach(() => jest.restoreAllMocks());

/** Waits until the node has ended, which goes on in the background: n8n waits for no execution that was cancelled. */
const ended = async () => Promise.allSettled(executed.mock.results.map(({ value }) => value as unknown));

const engine = () => new Engine({ credential: credentialFor(demo.sandbox, { signingSecret: demo.secret }) });
const send = { resource: 'message', operation: 'send', botId: BOT, userId: USER, text: 'x' };
const parameters = () => ({ ...send, roomId: demo.roomId });
const items = Array.from({ length: 50 }, () => ({}));
const requests = () => demo.sandbox.store.requests.length;

test.each(['stopWorkflow', 'continueRegularOutput'] as const)(
	'cancelled in the middle with onError %s: nothing new is tried',
	async (onError) => {
		demo.sandbox.setFaults({ latencyMs: 30 });
		const own = engine();
		// n8n sends no request of a cancelled execution, so attempts can only be seen where they are authenticated.
		const authenticate = jest.spyOn(own.credentials, 'authenticate');
		const execution = own.start(parameters(), items, { onError });
		await waitUntil('some messages', () => requests() >= 3);
		execution.cancel();
		const triedAtCancel = authenticate.mock.calls.length;
		await execution.catch(() => undefined);
		await ended();
		expect(executed).toHaveBeenCalledTimes(1);
		expect(triedAtCancel).toBeLessThan(items.length);
		// What was on its way to be authenticated at that moment comes to no more than one, since the items are in one order.
		expect(authenticate.mock.calls.length).toBeLessThanOrEqual(triedAtCancel + 1);
	},
);

test('cancelled while waiting to try again: it is not tried again', async () => {
	demo.sandbox.setFaults({ respond: { status: 429, retryAfter: '1' } });
	const own = engine();
	const authenticate = jest.spyOn(own.credentials, 'authenticate');
	stopTime();
	const execution = own.start(parameters(), [{}]);
	await waitUntil('the wait after the first attempt', () => requests() === 1 && jest.getTimerCount() > 0);
	execution.cancel();
	await execution.catch(() => undefined);
	await passTime(ended(), 1_000);
	jest.useRealTimers();
	expect(requests()).toBe(1);
	expect(authenticate).toHaveBeenCalledTimes(1);
});
