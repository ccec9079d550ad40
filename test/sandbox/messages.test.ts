import type { Sandbox } from '../../sandbox';
import {
	call,
	endAll,
	expectFailure,
	fixture,
	integrate,
	receiver,
	send,
	SEND,
	signed,
	start,
	textWith,
} from './support';

afterEach(endAll);

const TEXT = { id: 'm1', type: 'text', content: { body: 'Hola' } };
const MEDIA = { url: 'https://example.com/file', mime_type: 'a/b' };

/** A sandbox with an integration and one room. */
async function ready(): Promise<{ sandbox: Sandbox; secret: string }> {
	const sandbox = await start();
	const secret = await integrate(sandbox, (await receiver()).url);
	await sandbox.userWrites('PROJECT_ID', { text: 'hola' });
	return { sandbox, secret };
}

function fromAgents({ store }: Sandbox) {
	return [...store.messages.values()].flat().filter(({ from }) => from === 'agent');
}

test.each([
	TEXT,
	{ id: 'm2', type: 'image', content: { ...MEDIA, caption: 'é' } },
	{ id: 'm3', type: 'video', content: MEDIA },
	{ id: 'm4', type: 'audio', content: MEDIA },
	{ id: 'm5', type: 'document', content: { ...MEDIA, filename: 'año.pdf' } },
	{ ...TEXT, extra: { further: 'fields' }, delivery: 'pass' },
])('accepts %j and needs no API key', async (value) => {
	const { sandbox, secret } = await ready();
	const answer = await send(sandbox, secret, value, { headers: { 'x-api-key': '' } });
	expect(answer).toMatchObject({ status: 200, body: { statusMessage: 'success', status: 1 } });
	const [message] = fromAgents(sandbox);
	expect(message).toMatchObject({ id: value.id, type: value.type, content: value.content, duplicate: false });
	expect(message?.delivery).toBeUndefined();
});

test('a repeated message ID is accepted and marked', async () => {
	const { sandbox, secret } = await ready();
	for (let times = 0; times < 2; times++) expect((await send(sandbox, secret, TEXT)).status).toBe(200);
	expect(fromAgents(sandbox).map(({ duplicate }) => duplicate)).toEqual([false, true]);
	expect(sandbox.store.log.at(-1)).toMatchObject({
		tone: 'warning',
		outcome: textWith('Duplicate'),
	});
});

test('an API key that is sent as well is recorded, with a remark', async () => {
	const { sandbox, secret } = await ready();
	await send(sandbox, secret, TEXT, { headers: { 'x-api-key': 'leaked' } });
	expect(sandbox.store.requests.at(-1)?.headers['x-api-key']).toBe('leaked');
	expect(sandbox.store.log.at(-1)).toMatchObject({
		tone: 'warning',
		outcome: textWith('API key'),
	});
});

describe('the signature', () => {
	test.each([
		'accents: ñ é ü',
		'emoji: 👩🏽‍💻🇪🇨',
		'  white space at both ends \n\t',
		'quotes " \' \\ and separators \u2028 \u2029',
		'x'.repeat(20_000),
	])('is over the raw bytes: %j', async (body) => {
		const { sandbox, secret } = await ready();
		expect((await send(sandbox, secret, { ...TEXT, content: { body } })).status).toBe(200);
		expect(fromAgents(sandbox)[0]).toMatchObject({ content: { body } });
	});

	test('is over the bytes as sent, with white space around and inside the JSON', async () => {
		const { sandbox, secret } = await ready();
		const [room] = sandbox.store.rooms.keys();
		const body = `\n  ${JSON.stringify({ ...fixture('request-message-text'), room_id: room }, null, 4)}\t\r\n `;
		const headers = { 'x-jelou-signature': signed(body, secret) };
		expect((await call(sandbox.chatbotUrl, SEND, { body, headers })).status).toBe(200);
		expect(sandbox.store.requests.at(-1)?.rawBody.toString()).toBe(body);
		expectFailure(await call(sandbox.chatbotUrl, SEND, { body: body.trim(), headers }), 401);
	});

	test.each<[string, (right: string, secret: string) => string]>([
		['none', () => ''],
		['without its prefix', (right) => right.slice('sha256='.length)],
		['with another prefix', (right) => right.replace('sha256', 'sha1')],
		['truncated', (right) => right.slice(0, -1)],
		['longer', (right) => `${right}0`],
		['in upper case', (right) => right.toUpperCase()],
		['of another body', (_right, secret) => signed('{}', secret)],
		['of no body', (_right, secret) => signed('', secret)],
		['by an empty secret', () => signed(JSON.stringify(fixture('request-message-text')), '')],
		[
			'by the secret decoded from hex',
			(_right, secret) => signed(fixtureText(), Buffer.from(secret, 'hex').toString('latin1')),
		],
	])('%s: 401, before anything else is looked at', async (_name, forge) => {
		const { sandbox, secret } = await ready();
		const body = fixtureText();
		const headers = { 'x-jelou-signature': forge(signed(body, secret), secret) };
		expectFailure(await call(sandbox.chatbotUrl, SEND, { body, headers }), 401);
		const invalid = '{"project_id":"PROJECT_ID","field":5}';
		expectFailure(await call(sandbox.chatbotUrl, SEND, { body: invalid, headers }), 401);
		expect(fromAgents(sandbox)).toHaveLength(0);
	});

	test('with a deleted secret: 404 without an integration, 401 with a new one', async () => {
		const { sandbox, secret } = await ready();
		await call(sandbox.gatewayUrl, '/v1/external-support/PROJECT_ID', { method: 'DELETE' });
		expectFailure(await send(sandbox, secret, TEXT), 404);
		await integrate(sandbox, (await receiver()).url);
		expectFailure(await send(sandbox, secret, TEXT), 401);
	});
});

function fixtureText(): string {
	return JSON.stringify(fixture('request-message-text'));
}

describe('refusals of signed messages', () => {
	test.each<[unknown, string[]]>([
		['text', ['value']],
		[{}, ['value.id', 'value.type']],
		[{ ...TEXT, id: '' }, ['value.id']],
		[{ ...TEXT, type: 'sticker' }, ['value.type']],
		[{ id: 'x', type: 'text' }, ['value.content']],
		[{ ...TEXT, content: {} }, ['value.content.body']],
		[{ ...TEXT, content: { body: 5 } }, ['value.content.body']],
		[{ id: 'x', type: 'image', content: {} }, ['value.content.mime_type', 'value.content.url']],
		[{ id: 'x', type: 'audio', content: { url: MEDIA.url } }, ['value.content.mime_type']],
		[{ id: 'x', type: 'video', content: { ...MEDIA, url: 'http://example.com/a' } }, ['value.content.url']],
		[{ id: 'x', type: 'document', content: { ...MEDIA, url: 'data:text/plain,x' } }, ['value.content.url']],
		[{ id: 'x', type: 'image', content: { ...MEDIA, url: 'https://' } }, ['value.content.url']],
	])('value %j: 422', async (value, fields) => {
		const { sandbox, secret } = await ready();
		expectFailure(await send(sandbox, secret, value), 422, fields);
	});

	test.each<[object, number, string[]]>([
		[{ field: 'other' }, 422, ['field']],
		[{ object: undefined }, 422, ['object']],
		[{ event_type: 'message' }, 422, ['event_type']],
		[{ project_id: undefined }, 422, ['project_id']],
		[{ project_id: 'NOBODY' }, 404, []],
		[{ room_id: 'nowhere' }, 404, []],
		[{ bot_id: 'nobody' }, 404, []],
		[{ user_id: 'nobody' }, 404, []],
		[{ user_id: 'OTHER_USER' }, 422, ['user_id']],
		[{ room_id: undefined, bot_id: undefined, user_id: undefined }, 422, ['bot_id', 'room_id', 'user_id']],
	])('%j: %d', async (fields, status, named) => {
		const { sandbox, secret } = await ready();
		expectFailure(await send(sandbox, secret, TEXT, { fields }), status, named);
	});

	test('a room of another project: 404', async () => {
		const { sandbox, secret } = await ready();
		await sandbox.userWrites('OTHER_PROJECT', { text: 'hola' });
		const foreign = [...sandbox.store.rooms.values()].find(({ projectId }) => projectId === 'OTHER_PROJECT');
		expectFailure(await send(sandbox, secret, TEXT, { fields: { room_id: foreign?.id } }), 404);
	});

	test('another content type: 415', async () => {
		const { sandbox, secret } = await ready();
		expectFailure(await send(sandbox, secret, TEXT, { headers: { 'content-type': 'text/plain' } }), 415);
	});
});
