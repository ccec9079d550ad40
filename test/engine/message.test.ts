import { createHmac } from 'node:crypto';

import { send } from '../../nodes/Jelou/actions/message/send.operation';
import { DEMO_PROJECT, type Sandbox } from '../../sandbox';
import { Engine, errorOf, outputOf } from './support/engine';
import {
	BOT,
	DEFAULT_IDS,
	PROJECT,
	USER,
	credentialFor,
	openRoom,
	sandboxWithIntegration,
} from './support/setup';

let sandbox: Sandbox;
let secret: string;
let roomId: string;

beforeAll(async () => {
	({ sandbox, secret } = await sandboxWithIntegration());
	({ roomId } = openRoom(sandbox));
});
afterAll(async () => sandbox.close());
beforeEach(() => sandbox.setFaults({}));

const engine = (extra = {}) =>
	new Engine({ credential: credentialFor(sandbox, { signingSecret: secret, ...extra }) });
const text = (body: string, extra = {}) => ({
	resource: 'message',
	operation: 'send',
	roomId,
	botId: BOT,
	userId: USER,
	messageType: 'text',
	text: body,
	...extra,
});
const lastRequest = () => sandbox.store.requests.at(-1);
const messages = () => sandbox.store.messages.get(roomId) ?? [];

test.each([
	['accents and emoji', '¿Cómo estás, Ñandú? 👩‍👧 ǅ'],
	['quotes and backslashes', `"double" 'single' \\ \\n \`back\``],
	['U+2028, U+2029 and a NUL', 'one\u2028two\u2029three\u0000four'],
	['white space at both ends', ' \t\r\n text \n\u00a0 '],
	['20 kB', 'ñandú 👋 '.repeat(1_600)],
])('the bytes that Jelou receives are the bytes that were signed: %s', async (_name, body) => {
	const run = await engine().run(text(body), [{}]);
	expect(errorOf(run)).toBeUndefined();
	const request = lastRequest();
	const digest = createHmac('sha256', secret)
		.update(request?.rawBody ?? '')
		.digest('hex');
	expect(request?.headers['x-jelou-signature']).toBe(`sha256=${digest}`);
	expect(request?.status).toBe(200);
	expect(messages().at(-1)?.content).toEqual({ body });
});

test("a message's output fills in the next message, and closes the conversation", async () => {
	const [first] = outputOf(await engine().run(text('one'), [{}]));
	const second = await engine().run(text('two', DEFAULT_IDS), [first?.json ?? {}]);
	expect(errorOf(second)).toBeUndefined();
	expect(messages().at(-1)?.content).toEqual({ body: 'two' });
	const { botId, userId } = DEFAULT_IDS;
	const close = { resource: 'conversation', operation: 'close', botId, userId };
	expect(errorOf(await engine().run(close, [first?.json ?? {}]))).toBeUndefined();
	// Later tests write to this room.
	({ roomId } = openRoom(sandbox));
});

test('the API key is not sent with a message', async () => {
	await engine().run(text('x'), [{}]);
	expect(lastRequest()?.headers).not.toHaveProperty('x-api-key');
	expect(JSON.stringify(lastRequest()?.headers)).not.toContain(DEMO_PROJECT.apiKey);
});

test.each([
	['image', { mediaUrl: 'https://x.example/a.png', caption: 'A' }, { mime_type: 'image/png', caption: 'A' }],
	['video', { mediaUrl: 'https://x.example/a.mp4', caption: '' }, { mime_type: 'video/mp4' }],
	['audio', { mediaUrl: 'https://x.example/a.ogg' }, { mime_type: 'audio/ogg' }],
	[
		'document',
		{ mediaUrl: 'https://x.example/a', mimeType: 'text/x', fileName: 'a.txt' },
		{ mime_type: 'text/x', filename: 'a.txt' },
	],
])('media of type %s are sent with their content', async (messageType, fields, content) => {
	const run = await engine().run({ ...text(''), messageType, ...fields }, [{}]);
	expect(errorOf(run)).toBeUndefined();
	expect(messages().at(-1)).toMatchObject({
		type: messageType,
		content: { url: fields.mediaUrl, ...content },
	});
});

test('after the trigger no field but the text is needed: the defaults read the event', async () => {
	const event = {
		room_id: roomId,
		bot: { id: BOT },
		contact: { id: USER },
		value: { content: { body: 'hola' } },
	};
	const run = await engine().run({ text: '=You said: {{ $json.value.content.body }}' }, [event]);
	expect(errorOf(run)).toBeUndefined();
	expect(messages().at(-1)?.content).toEqual({ body: 'You said: hola' });
});

test('the output names the message, its room and its type, and each item its origin', async () => {
	const run = await engine().run(text('={{ $json.n }}', { options: { messageId: '=id-{{ $json.n }}' } }), [
		{ n: 'a' },
		{ n: 'b' },
	]);
	expect(outputOf(run)).toEqual([
		expect.objectContaining({
			json: expect.objectContaining({ messageId: 'id-a', roomId, type: 'text' }),
			pairedItem: { item: 0 },
		}),
		expect.objectContaining({
			json: expect.objectContaining({ messageId: 'id-b' }),
			pairedItem: { item: 1 },
		}),
	]);
});

test.each([undefined, null, '', ' '])(
	"a Project ID expression that gives %j is an error: the credential's project is not used instead",
	async (project) => {
		const before = sandbox.store.requests.length;
		for (const projectId of ['={{ $json.project }}', '={{ $json.project ?? "" }}']) {
			const run = await engine().run(text('x', { options: { projectId } }), [{ project }]);
			expect(errorOf(run)?.message).toBe('Project ID in the options is empty');
		}
		expect(sandbox.store.requests).toHaveLength(before);
	},
);

test("a Project ID option that was added and left empty means the credential's project", async () => {
	const run = await engine().run(text('x', { options: { projectId: '' } }), [{}]);
	expect(errorOf(run)).toBeUndefined();
});

test('each item is prepared once, however often it is read', async () => {
	const prepare = jest.spyOn(send, 'buildRequest');
	await engine().run(text('x'), [{}, {}, {}]);
	expect(prepare.mock.calls.map(([{ index }]) => index)).toEqual([0, 1, 2]);
	prepare.mockRestore();
});

test('the credential is not decrypted for each item', async () => {
	const own = engine();
	await own.run(text('x'), [{}, {}, {}, {}]);
	expect(own.credentials.reads).toBe(2);
});

describe('the signing secret', () => {
	const stored = (signingSecret: string) => ({
		registration: JSON.stringify({ integration: `${sandbox.gatewayUrl} ${PROJECT}`, signingSecret }),
	});

	test.each(['manual', 'webhook'] as const)(
		'may be the one that a trigger was given, in mode %s',
		async (mode) => {
			const credential = credentialFor(sandbox, stored(secret));
			const run = await new Engine({ credential, workflowId: 'another', mode }).run(text('x'), [{}]);
			expect(errorOf(run)).toBeUndefined();
		},
	);

	test('is the one that a version before 1.1 saved in the workflow, until it moves to the credential', async () => {
		const jelou = { [`${sandbox.gatewayUrl} ${PROJECT}`]: { signingSecret: secret, isOwner: true } };
		const credential = credentialFor(sandbox);
		const run = await new Engine({ credential, staticData: { global: { jelou } } }).run(text('x'), [{}]);
		expect(errorOf(run)).toBeUndefined();
	});

	test('typed in the credential wins', async () => {
		const credential = credentialFor(sandbox, { signingSecret: secret, ...stored('an older one') });
		const run = await new Engine({ credential }).run(text('x'), [{}]);
		expect(errorOf(run)).toBeUndefined();
	});

	test.each([
		['project', 'https://gateway.example other'],
		['gateway', `https://proxy.example ${PROJECT}`],
	])('is not the one of another %s that the credential had before', async (_what, integration) => {
		const registration = JSON.stringify({ integration, signingSecret: secret });
		const run = await new Engine({ credential: credentialFor(sandbox, { registration }) }).run(text('x'), [
			{},
		]);
		expect(errorOf(run)?.message).toBe('No signing secret is known, so nothing can be sent');
	});

	test('that a trigger received does not sign for another project', async () => {
		const own = new Engine({ credential: credentialFor(sandbox, stored(secret)) });
		const options = { projectId: '={{ $json.project }}', concurrency: 1 };
		const before = sandbox.store.requests.length;
		const run = await own.run(text('x', { options }), [{ project: 'other' }, { project: PROJECT }], {
			onError: 'continueRegularOutput',
		});
		expect(outputOf(run).map(({ json }) => json.error)).toEqual([
			'No signing secret is known, so nothing can be sent',
			undefined,
		]);
		expect(sandbox.store.requests.slice(before)).toHaveLength(1);
	});

	test.each(['webhook', 'manual'] as const)(
		'known to nobody, in mode %s: nothing is sent, and the error says what to do',
		async (mode) => {
			const before = sandbox.store.requests.length;
			const run = await new Engine({ credential: credentialFor(sandbox), mode }).run(text('x'), [{}]);
			expect(errorOf(run)?.message).toBe('No signing secret is known, so nothing can be sent');
			expect(errorOf(run)?.description).toMatch(
				/^Choose the credential that the project's Jelou Trigger has, or enter Signing Secret in this one\./,
			);
			expect(sandbox.store.requests).toHaveLength(before);
		},
	);

	test('that is wrong: Jelou refuses, and the error names the field', async () => {
		const run = await engine({ signingSecret: 'wrong-secret' }).run(text('x'), [{}]);
		expect(errorOf(run)?.message).toBe('Jelou rejected the signature (401)');
		expect(errorOf(run)?.description).toMatch(/Signing Secret/);
	});
});

test('a refused message is sent once: n8n does not repeat it either', async () => {
	const before = sandbox.store.requests.length;
	await engine({ signingSecret: 'wrong-secret' }).run(text('x'), [{}]);
	expect(sandbox.store.requests).toHaveLength(before + 1);
});

const hintsOf = (run: Awaited<ReturnType<Engine['run']>>) =>
	Object.values(run.data.resultData.runData).flatMap((runs) => runs.flatMap(({ hints = [] }) => hints));

test.each([
	['text', 'text', { text: 'x'.repeat(4_097) }],
	['caption', 'image', { mediaUrl: 'https://example.com/a.png', caption: 'x'.repeat(1_025) }],
])('a %s that WhatsApp may not deliver is sent, with a warning', async (what, messageType, extra) => {
	const run = await engine().run(text('short', { messageType, ...extra }), [{}, {}]);
	expect(outputOf(run)).toHaveLength(2);
	expect(hintsOf(run)).toEqual([
		{ type: 'warning', location: 'outputPane', message: expect.stringMatching(`^A ${what} has more than`) },
	]);
	const shorter = Object.fromEntries(
		Object.entries(extra).map(([name, value]) => [name, name === 'mediaUrl' ? value : value.slice(1)]),
	);
	expect(hintsOf(await engine().run(text('short', { messageType, ...shorter }), [{}]))).toEqual([]);
});

test('a refused text that is too long is not reported as sent', async () => {
	const refused = engine({ signingSecret: 'wrong-secret' });
	const run = await refused.run(text('x'.repeat(4_097)), [{}], { onError: 'continueRegularOutput' });
	expect(outputOf(run)[0]?.json.error).toBe('Jelou rejected the signature (401)');
	expect(hintsOf(run)).toEqual([]);
});
