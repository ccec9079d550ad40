import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';

import type { INodeParameters } from 'n8n-workflow';

import { sign } from '../../nodes/Jelou/shared/signature';
import type { Sandbox } from '../../sandbox';
import { forgeries } from '../support/forgeries';
import { startRecorder } from '../support/recorder';
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
	// A separate trigger for each test, since each handles a message once.
	engine = new Engine({
		credential: credentialFor(sandbox, { signingSecret: secret }),
		workflowId: randomUUID(),
	}),
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
	expect(receiver.runs).toEqual([expect.objectContaining({ ...JSON.parse(fixture(name)), event })]);
	const added = event === 'message' ? ['chatInput', 'event', 'sessionId'] : ['event'];
	const given = Object.keys(JSON.parse(fixture(name)) as object);
	expect(
		Object.keys(receiver.runs[0] ?? {})
			.filter((key) => key === 'event' || !given.includes(key))
			.sort(),
	).toEqual(added);
});

test.each([
	['a status', { event_type: 'delivered' }, 'messages.delivered'],
	['a message with a type of event that is not known', { event_type: 'reaction' }, 'messages.reaction'],
])('%s is not a message from the customer, and reaches only All Events', async (_name, change, event) => {
	const body = JSON.stringify({ ...JSON.parse(EVENT), ...change });
	const messages = await receive(['message', 'conversation.start', 'conversation.close']);
	expect((await messages.deliver({ body })).body).toBe('{"status":"ignored"}');
	expect(messages.receiver.runs).toEqual([]);
	const all = await receive(['*']);
	expect((await all.deliver({ body })).status).toBe(200);
	expect(all.receiver.runs).toEqual([{ ...JSON.parse(body), event }]);
});

test('the bytes are verified as they arrived: accents, emoji, odd white space, escapes', async () => {
	const { receiver, deliver } = await receive(['*']);
	const body = ' {"event" : "x", "a":"¿ñ👋\u2028\\u00f1" ,"a":"twice"}\n\n';
	expect((await deliver({ body })).status).toBe(200);
	expect(receiver.runs).toEqual([{ event: 'x', a: 'twice' }]);
});

test('a content type that n8n does not parse itself is verified too', async () => {
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

describe('a request that is smuggled past its framing starts nothing:', () => {
	const OTHER = '{"event":"conversation.close"}';
	const chunk = (text: string) => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;
	const length = `Content-Length: ${String(Buffer.byteLength(EVENT))}`;
	const head = (...lines: string[]) =>
		[
			'POST /webhook/webhook-1/webhook HTTP/1.1',
			'Host: x',
			'Content-Type: application/json',
			...lines,
			'\r\n',
		].join('\r\n');
	/** How many workflows are started by these bytes. */
	async function startedBy(wire: string): Promise<number> {
		const { receiver } = await receive(['*']);
		await new Promise<void>((resolve) => {
			const socket = connect(Number(new URL(receiver.url).port), '127.0.0.1');
			socket.on('error', () => resolve()).on('close', () => resolve());
			socket.resume();
			socket.end(wire);
		});
		return receiver.runs.length;
	}

	test.each<[string, (right: string) => string, number]>([
		['not the genuine one, by which the others are judged', (right) => head(right, length) + EVENT, 1],
		[
			'both a length and chunks',
			(right) => `${head(right, length, 'Transfer-Encoding: chunked')}${chunk(OTHER)}0\r\n\r\n`,
			0,
		],
		['two lengths', (right) => head(right, length, 'Content-Length: 30') + OTHER, 0],
		[
			'a wrong signature before the right one',
			(right) => head(`X-Jelou-Signature: sha256=${'0'.repeat(64)}`, right, length) + EVENT,
			0,
		],
		[
			'a second request inside the body of the first',
			(right) => head('Content-Length: 0') + head(right, 'Content-Length: 30') + OTHER,
			0,
		],
		['a folded header', (right) => head(right.replace(': ', ':\r\n '), length) + OTHER, 0],
	])('%s', async (_name, build, runs) => {
		expect(await startedBy(build(`X-Jelou-Signature: ${sign(Buffer.from(EVENT), secret)}`))).toBe(runs);
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
	// n8n passes a form on without its bytes.
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

test.each<[string, string[], INodeParameters]>([
	['an event', ['conversation.close'], {}],
	['an event of a bot', ['message'], { botIds: 'other' }],
	['a message of a type', ['message'], { messageTypes: ['image'] }],
	['an old event', ['conversation.close'], { maximumAge: 300 }],
])('%s that was not asked for is answered and starts nothing', async (_name, events, options) => {
	const { receiver, deliver } = await receive(events, undefined, options);
	const posted = await deliver({ body: EVENT });
	expect([posted.status, posted.body]).toEqual([200, '{"status":"ignored"}']);
	expect(receiver.runs).toEqual([]);
});

test.each(['[]', '"text"', 'not JSON', '\ufeff\ufeff{}'])(
	'%j, though signed, is not an event: it starts nothing, and the log says so',
	async (body) => {
		const engine = new Engine({
			credential: credentialFor(sandbox, { signingSecret: secret }),
			workflowId: randomUUID(),
		});
		const { receiver, deliver } = await receive(['*'], engine);
		expect((await deliver({ body, headers: { 'Content-Type': 'application/octet-stream' } })).status).toBe(
			400,
		);
		expect(receiver.runs).toEqual([]);
		expect(engine.warnings).toEqual([
			expect.stringContaining('refused a delivery: it is signed, but not a JSON object. Workflow ID'),
		]);
	},
);

test('a byte order mark before the JSON is signed with it, and removed', async () => {
	const { receiver, deliver } = await receive(['*']);
	const body = `\ufeff${EVENT}`;
	expect((await deliver({ body })).status).toBe(200);
	expect(receiver.runs).toEqual([expect.objectContaining(JSON.parse(EVENT))]);
});

describe('an error while a delivery is handled', () => {
	const workflowId = randomUUID();
	const engine = () =>
		new Engine({ credential: credentialFor(sandbox, { signingSecret: secret }), workflowId });
	const broken = { botIds: "={{ $('Another node').item.json.secret }}" };

	test('starts nothing, gets a 500, and leaves a log line that names what failed without content', async () => {
		const failing = engine();
		const { receiver, deliver } = await receive(['*'], failing, broken);
		const { status, body } = await deliver({ body: EVENT });
		expect({ status, body, runs: receiver.runs }).toEqual({
			status: 500,
			body: '{"status":"not handled"}',
			runs: [],
		});
		expect(failing.warnings).toEqual([
			`Jelou Trigger "Jelou Trigger" in workflow "Test" could not handle a delivery (ExpressionError in the parameter "options"). Workflow ID: ${workflowId}.`,
		]);
	});

	test('loses no message: it is handled when it comes again', async () => {
		await (await receive(['*'], engine(), broken)).deliver({ body: EVENT });
		const { receiver, deliver } = await receive(['*'], engine());
		expect((await deliver({ body: EVENT })).body).toBe('{"status":"accepted"}');
		expect(receiver.runs).toHaveLength(1);
	});
});

test('a genuine event that is older than Maximum Age is refused, and not silently dropped', async () => {
	const { receiver, deliver } = await receive(['*'], undefined, { maximumAge: 300 });
	expect((await deliver({ body: EVENT })).status).toBe(401);
	const fresh = JSON.stringify({ ...JSON.parse(EVENT), timestamp: Date.now() });
	expect((await deliver({ body: fresh })).status).toBe(200);
	expect(receiver.runs).toHaveLength(1);
});

describe('media of a private address', () => {
	const image = (origin: string) => {
		const event = JSON.parse(fixture('event-message-image')) as { value: { content: { url: string } } };
		event.value.content.url = `${origin}/a.png`;
		return JSON.stringify(event);
	};

	test.each([
		['a custom environment whose gateway is public', 'https://gateway.example.com/platform', 0],
		['a custom environment with plain HTTP to a public gateway', 'http://gateway.example.com/platform', 0],
		['a custom environment whose gateway is private', undefined, 1],
	])('in %s', async (_name, gatewayUrl, downloads) => {
		const files = await startRecorder(() => ({ body: 'x' }));
		try {
			const credential = credentialFor(sandbox, { signingSecret: secret, ...(gatewayUrl && { gatewayUrl }) });
			const engine = new Engine({ credential, credentialId: `media of ${String(gatewayUrl)}` });
			const { receiver, deliver } = await receive(['*'], engine, { downloadMedia: true });
			expect((await deliver({ body: image(files.url) })).status).toBe(200);
			expect({ runs: receiver.runs.length, downloads: files.requests.length }).toEqual({
				runs: 1,
				downloads,
			});
		} finally {
			await files.close();
		}
	});
});
