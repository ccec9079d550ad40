import { DEMO_PROJECT, type Sandbox } from '../../sandbox';
import { serve } from '../support/httpServer';
import { startRecorder } from '../support/recorder';
import { Engine, errorOf, outputOf } from './support/engine';
import { BOT, USER, credentialFor, openRoom, sandboxWithIntegration } from './support/setup';

let sandbox: Sandbox;
let secret: string;

beforeAll(async () => {
	({ sandbox, secret } = await sandboxWithIntegration());
});
afterAll(async () => sandbox.close());
beforeEach(() => sandbox.setFaults({}));

const engine = (extra = {}) =>
	new Engine({ credential: credentialFor(sandbox, { signingSecret: secret, ...extra }) });
const start = { resource: 'conversation', operation: 'start', botId: BOT, userId: USER };
const get = { resource: 'conversation', operation: 'get', conversationId: '={{ $json.id }}' };

test('start returns what Jelou documents, simplified or raw', async () => {
	const simple = outputOf(await engine().run(start, [{}]))[0]?.json;
	const conversationId: unknown = expect.any(String);
	expect(simple).toEqual({
		conversationId,
		botId: BOT,
		userId: USER,
		status: 'active',
		bot: { id: BOT },
		contact: { id: USER },
		conversation: { id: conversationId },
	});
	const whole = outputOf(await engine().run({ ...start, options: { simplify: false } }, [{}]))[0]?.json;
	expect(whole).toMatchObject({ status: 1, statusMessage: 'success', data: { botId: BOT } });
});

test('start sends the message, the metadata and the assignment', async () => {
	const additionalFields = {
		metadata: '{"ticketId":"T-12345"}',
		assignmentType: 'queue',
		assignmentTarget: 'SOPORTE',
	};
	await engine().run({ ...start, initialMessage: 'Hola buenos días', additionalFields }, [{}]);
	expect(JSON.parse(sandbox.store.requests.at(-1)?.rawBody.toString() ?? '')).toEqual({
		botId: BOT,
		userId: USER,
		initialMessage: 'Hola buenos días',
		metadata: { ticketId: 'T-12345' },
		assignment: { type: 'queue', target: 'SOPORTE' },
	});
});

test('get reads a conversation, with the API key and without a signature', async () => {
	const { conversationId, roomId } = openRoom(sandbox);
	const run = await engine().run(get, [{ id: conversationId }]);
	expect(outputOf(run)[0]?.json).toMatchObject({ _id: conversationId, roomId, state: 'active' });
	const headers = sandbox.store.requests.at(-1)?.headers;
	expect(headers).toHaveProperty('x-api-key', DEMO_PROJECT.apiKey);
	expect(headers).not.toHaveProperty('x-jelou-signature');
});

test('an ID that looks like a path reaches Jelou as one segment', async () => {
	const run = await engine().run(get, [{ id: '../../admin?x=1#y' }]);
	expect(sandbox.store.requests.at(-1)?.rawUrl).toBe(
		`/platform/v1/external-support/${DEMO_PROJECT.id}/conversations/..%2F..%2Fadmin%3Fx%3D1%23y`,
	);
	expect(errorOf(run)?.message).toBe('Jelou does not know this conversation, room, bot or user (404)');
});

test.each([
	['', /^Conversation ID is empty/],
	['..', /cannot be an ID/],
	[null, /^Conversation ID is empty/],
])('the conversation ID %j is refused before any request', async (id, message) => {
	const before = sandbox.store.requests.length;
	const run = await engine().run(get, [{ id }]);
	expect(errorOf(run)?.message).toMatch(message);
	expect(errorOf(run)?.context?.itemIndex).toBe(0);
	expect(sandbox.store.requests).toHaveLength(before);
});

test('Project ID in the options replaces the project of the credential', async () => {
	await engine().run({ ...start, options: { projectId: 'other/project' } }, [{}]);
	expect(sandbox.store.requests.at(-1)?.rawUrl).toContain(
		'/external-support/other%2Fproject/conversations/start',
	);
});

test('an empty API key or project ID is refused before any request, naming the field', async () => {
	const before = sandbox.store.requests.length;
	expect(errorOf(await engine({ apiKey: '' }).run(start, [{}]))?.message).toMatch(/^API Key is empty/);
	expect(errorOf(await engine({ projectId: '' }).run(start, [{}]))?.message).toMatch(/^Project ID is empty/);
	expect(errorOf(await engine({ gatewayUrl: 'nonsense' }).run(start, [{}]))?.message).toMatch(/^Gateway URL/);
	expect(sandbox.store.requests).toHaveLength(before);
});

test('one failing item stops the run, or becomes an error item that is linked to it', async () => {
	const { conversationId } = openRoom(sandbox);
	const items = [{ id: conversationId }, { id: 'unknown' }, { id: conversationId }];
	const stopped = await engine().run(get, items);
	expect(errorOf(stopped)?.context?.itemIndex).toBe(1);
	const continued = await engine().run(get, items, { onError: 'continueRegularOutput' });
	expect(errorOf(continued)).toBeUndefined();
	const output = outputOf(continued);
	expect(output.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 0 }, { item: 1 }, { item: 2 }]);
	expect(output[1]?.json).toEqual({
		error: 'Jelou does not know this conversation, room, bot or user (404)',
		message: expect.stringMatching(/Check the IDs in the node/),
	});
});

test.each([
	['a 500', { respond: { status: 500 } }, /answered with a server error \(500\)/],
	['an HTML page', { respond: { status: 502, body: '<html>', contentType: 'text/html' } }, /\(502\)/],
	[
		'HTML with 200',
		{ respond: { status: 200, body: '<html>', contentType: 'text/html' } },
		/does not come from Jelou/,
	],
	['a dropped connection', { drop: true }, /^The connection to 127\.0\.0\.1:\d+ was lost/],
])('the error for %s says in plain words what happened', async (_name, faults, message) => {
	sandbox.setFaults(faults);
	const run = await engine().run({ ...get, options: { maxRetries: 0 } }, [{ id: 'c' }]);
	expect(errorOf(run)?.message).toMatch(message);
});

test('a refused connection is reported, naming the host', async () => {
	const run = await engine({ gatewayUrl: 'http://127.0.0.1:9' }).run(
		{ ...start, options: { maxRetries: 0 } },
		[{}],
	);
	expect(errorOf(run)?.message).toBe('127.0.0.1:9 refused the connection');
});

test('a redirect is not followed, so the API key stays where it belongs', async () => {
	const thief = await startRecorder();
	const lure = await serve((_request, response) => {
		response.writeHead(307, { location: thief.url }).end();
	});
	try {
		const run = await engine({ gatewayUrl: lure.url }).run(start, [{}]);
		expect(errorOf(run)?.message).toBe('Jelou answered with a redirect (307)');
		expect(thief.requests).toEqual([]);
	} finally {
		for (const server of [thief, lure]) await server.close();
	}
});

test('no error shows the API key or the secret, even when Jelou repeats them', async () => {
	const loud = { apiKey: 'KEY-recognisable', signingSecret: 'SECRET-recognisable' };
	const faults = [
		{
			respond: {
				status: 422,
				body: '{"message":"KEY-recognisable SECRET-recognisable"}',
				contentType: 'application/json',
			},
		},
		{ drop: true },
		{},
	];
	for (const fault of faults) {
		sandbox.setFaults(fault);
		for (const onError of [undefined, 'continueRegularOutput'] as const) {
			const run = await engine(loud).run(start, [{}], { onError });
			const shown = JSON.stringify([run, errorOf(run), errorOf(run)?.cause, errorOf(run)?.stack]);
			expect(shown).not.toMatch(/recognisable/);
		}
	}
});
