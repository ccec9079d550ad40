import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { INodeParameters } from 'n8n-workflow';

import { sign } from '../../nodes/Jelou/shared/signature';
import type { Sandbox } from '../../sandbox';
import { forgeries } from '../forgeries';
import { Engine } from './support/engine';
import { startReceiver, type Receiver } from './support/receiver';
import { PROJECT, credentialFor, sandboxWithIntegration } from './support/setup';

const fixture = (name: string) => readFileSync(join(__dirname, '../fixtures', `${name}.json`), 'utf8');
const EVENT = fixture('event-message-text');

let sandbox: Sandbox;
let secret: string;
let receivers: Receiver[] = [];

beforeAll(async () => {
	({ sandbox, secret } = await sandboxWithIntegration());
});
afterAll(async () => sandbox.close());
afterEach(async () => {
	await Promise.all(receivers.map(async (receiver) => receiver.close()));
	receivers = [];
});

async function receive(
	events: string[],
	engine = new Engine({ credential: credentialFor(sandbox, { signingSecret: secret }) }),
	options: INodeParameters = {},
) {
	const receiver = await startReceiver(engine, { events, options });
	receivers.push(receiver);
	const url = `${receiver.url}/webhook/webhook-1/webhook`;
	return {
		receiver,
		deliver: async (custom: Parameters<Sandbox['deliver']>[1]) =>
			sandbox.deliver(PROJECT, { url, ...custom }),
	};
}

test.each([
	['event-conversation-start', 'conversation.start'],
	['event-conversation-start-assigned', 'conversation.start'],
	['event-message-text', 'message'],
	['event-message-image', 'message'],
])('%s, signed by Jelou, starts the workflow with its payload and its name', async (name, event) => {
	const { receiver, deliver } = await receive(['conversation.start', 'message']);
	const posted = await deliver({ body: fixture(name) });
	expect(posted.status).toBe(200);
	expect(receiver.runs).toEqual([{ ...JSON.parse(fixture(name)), event }]);
});

test('the bytes are verified as they came: accents, emoji, odd white space, escapes', async () => {
	const { receiver, deliver } = await receive(['*']);
	const body = ' {"event" : "x", "a":"¿ñ👋\u2028\\u00f1" ,"a":"twice"}\n\n';
	expect((await deliver({ body })).status).toBe(200);
	expect(receiver.runs).toEqual([{ event: 'x', a: 'twice' }]);
});

test('a content type that n8n does not read itself is verified too', async () => {
	const { receiver, deliver } = await receive(['*']);
	expect(
		(await deliver({ body: EVENT, headers: { 'Content-Type': 'application/octet-stream' } })).status,
	).toBe(200);
	expect(receiver.runs).toHaveLength(1);
});

describe('a forgery is refused with 401 and starts nothing', () => {
	test.each(forgeries(EVENT, 'x').map(({ name }) => name))('%s', async (name) => {
		const forgery = forgeries(EVENT, secret).find((entry) => entry.name === name);
		const { receiver, deliver } = await receive(['*']);
		const posted = await deliver(forgery ?? {});
		expect(posted.status).toBe(401);
		expect(receiver.runs).toEqual([]);
		expect((await deliver({ body: EVENT })).status).toBe(200);
	});
});

test('with no secret known anywhere even a genuine delivery is refused: never fail open', async () => {
	const engine = new Engine({ credential: credentialFor(sandbox), credentialId: 'knows-nothing' });
	const { receiver, deliver } = await receive(['*'], engine);
	expect((await deliver({ body: EVENT })).status).toBe(401);
	expect(receiver.runs).toEqual([]);
});

test('the secret that the trigger was given is enough', async () => {
	const registration = { [`${sandbox.gatewayUrl} ${PROJECT}`]: { signingSecret: secret } };
	const engine = new Engine({
		credential: credentialFor(sandbox),
		staticData: { global: { jelou: registration } },
		credentialId: 'typed-none',
	});
	const before = JSON.stringify(engine.staticData);
	const { receiver, deliver } = await receive(['*'], engine);
	expect((await deliver({ body: EVENT })).status).toBe(200);
	expect(receiver.runs).toHaveLength(1);
	expect(JSON.stringify(engine.staticData)).toBe(before);
});

test.each([
	['believed', {}, 200],
	['refused', { signature: 'sha256=forged' }, 401],
	['ignored', { body: '{"event":"other"}' }, 200],
])('a delivery that is %s writes nothing into the static data', async (_name, custom, status) => {
	const engine = new Engine({
		credential: credentialFor(sandbox, { signingSecret: secret }),
		staticData: { global: {}, 'node:Jelou Trigger': {} },
	});
	const before = JSON.stringify(engine.staticData);
	const { deliver } = await receive(['message'], engine);
	expect((await deliver({ body: EVENT, ...custom })).status).toBe(status);
	expect(JSON.stringify(engine.staticData)).toBe(before);
});

test('a delivery without bytes to verify is refused, even with a genuine signature over nothing', async () => {
	const { receiver, deliver } = await receive(['*']);
	const signature = sign(Buffer.alloc(0), secret);
	expect((await deliver({ signature })).status).toBe(401);
	// n8n hands a form over without its bytes.
	const headers = { 'Content-Type': 'multipart/form-data; boundary=x' };
	expect((await deliver({ body: EVENT, signature, headers })).status).toBe(401);
	expect(receiver.runs).toEqual([]);
});

test('a credential that cannot be read refuses every delivery instead of starting an empty run', async () => {
	const engine = new Engine({ credential: { projectId: '', apiKey: '' }, credentialId: 'cannot-be-read' });
	const { receiver, deliver } = await receive(['*'], engine);
	expect((await deliver({ body: EVENT })).status).toBe(401);
	expect(receiver.runs).toEqual([]);
});

test('an event that was not asked for is answered and starts nothing', async () => {
	const { receiver, deliver } = await receive(['conversation.close']);
	const posted = await deliver({ body: EVENT });
	expect([posted.status, posted.body]).toEqual([200, '{"status":"ignored"}']);
	expect(receiver.runs).toEqual([]);
});

test.each(['[]', '"text"', 'not JSON'])('%s, though signed, is no event and starts nothing', async (body) => {
	const { receiver, deliver } = await receive(['*']);
	expect((await deliver({ body, headers: { 'Content-Type': 'application/octet-stream' } })).status).toBe(400);
	expect(receiver.runs).toEqual([]);
});

test('a genuine event that is older than Maximum Age is refused, and not silently dropped', async () => {
	const { receiver, deliver } = await receive(['*'], undefined, { maximumAge: 300 });
	expect((await deliver({ body: EVENT })).status).toBe(401);
	const fresh = JSON.stringify({ ...JSON.parse(EVENT), timestamp: Date.now() });
	expect((await deliver({ body: fresh })).status).toBe(200);
	expect(receiver.runs).toHaveLength(1);
});

test('an event of another bot or of another message type is answered and starts nothing', async () => {
	for (const options of [{ botIds: 'other' }, { messageTypes: ['image'] }]) {
		const { receiver, deliver } = await receive(['message'], undefined, options);
		const posted = await deliver({ body: EVENT });
		expect([posted.status, posted.body]).toEqual([200, '{"status":"ignored"}']);
		expect(receiver.runs).toEqual([]);
	}
});
