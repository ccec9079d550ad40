import { setTimeout as sleep } from 'node:timers/promises';

import { waitUntil } from '../../scripts/n8n/waitUntil';
import type { Sandbox } from '../../sandbox';
import { stopTime } from '../support/time';
import { Engine } from './support/engine';
import { BOT, USER, credentialFor, openRoom, sandboxWithIntegration } from './support/setup';

let sandbox: Sandbox;
let secret: string;
let roomId: string;
beforeAll(async () => {
	({ sandbox, secret } = await sandboxWithIntegration());
	({ roomId } = openRoom(sandbox));
});
afterAll(async () => sandbox.close());
beforeEach(() => {
	sandbox.setFaults({});
	sandbox.store.requests.length = 0;
});

const engine = () => new Engine({ credential: credentialFor(sandbox, { signingSecret: secret }) });
const send = { resource: 'message', operation: 'send', botId: BOT, userId: USER, text: 'x' };
const parameters = () => ({ ...send, roomId });
const items = Array.from({ length: 50 }, () => ({}));
const requests = () => sandbox.store.requests.length;

test.each(['stopWorkflow', 'continueRegularOutput'] as const)(
	'cancelled in the middle with onError %s: nothing new is tried',
	async (onError) => {
		sandbox.setFaults({ latencyMs: 30 });
		const own = engine();
		// n8n sends no request of a cancelled execution, so attempts can only be seen where they are authenticated.
		const authenticate = jest.spyOn(own.credentials, 'authenticate');
		const execution = own.start(parameters(), items, { onError });
		await waitUntil('some messages', () => Promise.resolve(requests() >= 3));
		execution.cancel();
		await execution.catch(() => undefined);
		// What had already left may still arrive; a run that continued would send one every 30 ms.
		await sleep(100);
		const atCancel = requests();
		const triedAtCancel = authenticate.mock.calls.length;
		expect(atCancel).toBeLessThan(items.length);
		expect(triedAtCancel).toBeLessThan(items.length);
		await sleep(200);
		expect(requests()).toBe(atCancel);
		expect(authenticate).toHaveBeenCalledTimes(triedAtCancel);
	},
);

test('cancelled while waiting to try again: it is not tried again', async () => {
	sandbox.setFaults({ respond: { status: 429, retryAfter: '1' } });
	const own = engine();
	const authenticate = jest.spyOn(own.credentials, 'authenticate');
	stopTime();
	const execution = own.start(parameters(), [{}]);
	await waitUntil('the wait after the first attempt', () =>
		Promise.resolve(requests() === 1 && jest.getTimerCount() > 0),
	);
	execution.cancel();
	await execution.catch(() => undefined);
	await jest.advanceTimersByTimeAsync(60_000);
	jest.useRealTimers();
	await sleep(100);
	expect(requests()).toBe(1);
	expect(authenticate).toHaveBeenCalledTimes(1);
});
