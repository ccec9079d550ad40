import { createHmac } from 'node:crypto';

import type { Request, Response } from 'express';

import * as clock from '../../nodes/Jelou/shared/clock';
import * as verification from '../../nodes/Jelou/trigger/delivery/verify';
import { Engine } from './support/engine';

const BODY = Buffer.from('{"event":"conversation.close","timestamp":1}');
const sign = (secret: string) => `sha256=${createHmac('sha256', secret).update(BODY).digest('hex')}`;

/** Passes one delivery to the trigger. Returns the status of the response. */
async function deliver(engine: Engine, signature: string): Promise<number> {
	let answered = 200;
	const response = {
		// Already over, so that the next delivery of the same event does not wait.
		closed: true,
		status: (status: number) => ((answered = status), response),
		json: () => response,
		end: () => response,
	};
	const request = { headers: { 'x-jelou-signature': signature }, rawBody: BODY };
	const events = ['*'];
	await engine.webhook(request as unknown as Request, response as unknown as Response, { events });
	return answered;
}

let now = 0;
let count = 0;

function engineWith(signingSecret: string, credentialId = `credential-${String(++count)}`): Engine {
	return new Engine({ credential: { projectId: 'p', apiKey: 'k', signingSecret }, credentialId });
}

beforeEach(() => jest.spyOn(clock, 'uptime').mockImplementation(() => now));
afterEach(() => jest.restoreAllMocks());

test('genuine deliveries read the credential once a minute, however many there are', async () => {
	const engine = engineWith('secret');
	for (let n = 0; n < 10; n++) expect(await deliver(engine, sign('secret'))).toBe(200);
	expect(engine.credentials.reads).toBe(1);
	now += 61_000;
	for (let n = 0; n < 10; n++) expect(await deliver(engine, sign('secret'))).toBe(200);
	expect(engine.credentials.reads).toBe(2);
});

test('deliveries that come together share one reading', async () => {
	const engine = engineWith('secret');
	const answers = await Promise.all(Array.from({ length: 20 }, async () => deliver(engine, sign('secret'))));
	expect(new Set(answers)).toEqual(new Set([200]));
	expect(engine.credentials.reads).toBe(1);
});

test('a secret that was changed in the credential works on the next delivery', async () => {
	const engine = engineWith('old');
	expect(await deliver(engine, sign('old'))).toBe(200);
	engine.credentials.data.signingSecret = 'new';
	expect(await deliver(engine, sign('new'))).toBe(200);
	expect(await deliver(engine, sign('old'))).toBe(401);
});

test('a changed secret also works in the first second of a process', async () => {
	const engine = engineWith('old');
	now = 100;
	await deliver(engine, sign('old'));
	engine.credentials.data.signingSecret = 'new';
	expect(await deliver(engine, sign('new'))).toBe(200);
});

test('a changed secret also works after the clock was set back', async () => {
	const engine = engineWith('old');
	const time = jest.spyOn(Date, 'now').mockReturnValue(Date.UTC(2026, 0, 15, 11));
	expect(await deliver(engine, sign('forged'))).toBe(401);
	time.mockReturnValue(Date.UTC(2026, 0, 15, 10));
	now += 1_000;
	engine.credentials.data.signingSecret = 'new';
	expect(await deliver(engine, sign('new'))).toBe(200);
	expect(await deliver(engine, sign('old'))).toBe(401);
});

test('a secret that was changed right after the minute was over also works', async () => {
	const engine = engineWith('old');
	await deliver(engine, sign('old'));
	now += 61_000;
	await deliver(engine, sign('old'));
	engine.credentials.data.signingSecret = 'new';
	expect(await deliver(engine, sign('new'))).toBe(200);
});

const INTEGRATION = 'https://gateway.jelou.ai/platform p';
const stored = (signingSecret: string) => JSON.stringify({ integration: INTEGRATION, signingSecret });

test('a secret that another process stored works on the next delivery, and the one before no longer', async () => {
	const engine = engineWith('');
	expect(await deliver(engine, sign('first'))).toBe(401);
	now += 1_000;
	engine.credentials.data.registration = stored('first');
	expect(await deliver(engine, sign('first'))).toBe(200);
	now += 1_000;
	engine.credentials.data.registration = stored('second');
	expect(await deliver(engine, sign('second'))).toBe(200);
	expect(await deliver(engine, sign('first'))).toBe(401);
});

test('a delivery is assigned to its integration, and what is sent for it is signed with its secret', async () => {
	const verifyDelivery = jest.spyOn(verification, 'verifyDelivery');
	const engine = engineWith('');
	engine.credentials.data.registration = stored('given');
	await deliver(engine, sign('given'));
	expect(await verifyDelivery.mock.results[0]?.value).toMatchObject({
		project: INTEGRATION,
		secret: 'given',
	});
});

test('once a secret is typed, the one that a trigger was given is refused within a minute', async () => {
	const engine = engineWith('');
	engine.credentials.data.registration = stored('leaked');
	expect(await deliver(engine, sign('leaked'))).toBe(200);
	engine.credentials.data.signingSecret = 'typed';
	now += 60_000;
	expect(await deliver(engine, sign('leaked'))).toBe(401);
	expect(await deliver(engine, sign('typed'))).toBe(200);
});

test('a flood of forgeries reads the credential once a second at most', async () => {
	const engine = engineWith('secret');
	await deliver(engine, sign('secret'));
	for (let n = 0; n < 50; n++) expect(await deliver(engine, sign('wrong'))).toBe(401);
	expect(engine.credentials.reads).toBe(2);
	now += 1_000;
	for (let n = 0; n < 50; n++) expect(await deliver(engine, sign('wrong'))).toBe(401);
	expect(engine.credentials.reads).toBe(3);
	expect(await deliver(engine, sign('secret'))).toBe(200);
});

test('what does not even look like a signature reads nothing', async () => {
	const engine = engineWith('secret');
	for (const header of ['', 'sha256=', sign('secret').slice(7), `${sign('secret')}0`]) {
		expect(await deliver(engine, header)).toBe(401);
	}
	expect(engine.credentials.reads).toBe(0);
});

test('what one credential learned is not used for another', async () => {
	const knows = engineWith('secret');
	expect(await deliver(knows, sign('secret'))).toBe(200);
	expect(await deliver(engineWith('other'), sign('secret'))).toBe(401);
	expect(await deliver(engineWith(''), sign('secret'))).toBe(401);
});

test('more triggers than are kept in memory are still served', async () => {
	for (let n = 0; n < 600; n++) expect(await deliver(engineWith('secret'), sign('secret'))).toBe(200);
	expect(await deliver(engineWith('secret', 'credential-1'), sign('secret'))).toBe(200);
});
