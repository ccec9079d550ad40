import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { waitUntil } from '../../scripts/n8n/waitUntil';
import { keepChats } from '../../scripts/start/keptChats';
import { call, endAll, integrate, INTEGRATION, PROJECT, receiver, send, start } from './support';

const N8N = 'http://127.0.0.1:5678';
const FIRST_ROOM = { id: 'first-room', userId: 'USER_ID' };

let folder: string;
let said: string[];
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), 'kept-chats-'));
	said = [];
	jest.spyOn(process.stdout, 'write').mockImplementation((text) => said.push(String(text)) > 0);
});
afterEach(async () => {
	jest.restoreAllMocks();
	await endAll();
	rmSync(folder, { recursive: true, force: true });
});

const file = () => join(folder, 'chats.json');

/** A sandbox that keeps its chats in the file. */
async function begin() {
	const sandbox = await start({ projects: [{ ...PROJECT, rooms: [FIRST_ROOM] }] });
	const save = keepChats(sandbox, file(), N8N);
	return { sandbox, save };
}

type Begun = Awaited<ReturnType<typeof begin>>;

/** What the page shows, as JSON. */
async function shown({ sandbox }: Begun): Promise<Record<string, unknown>> {
	const response = await fetch(`${sandbox.url}/sandbox/state`);
	const { conversations, desk, log, messages, roomEvents, rooms } = (await response.json()) as Record<
		string,
		unknown
	>;
	return { conversations, desk, log, messages, roomEvents, rooms };
}

/** Makes something of everything that is kept. */
async function talk({ sandbox }: Begun): Promise<void> {
	const hook = await receiver((response) => void response.end('{"status":"accepted"}'));
	const secret = await integrate(sandbox, hook.url);
	for (const userId of ['USER_ID', 'OTHER_USER']) {
		await sandbox.userWrites(PROJECT.id, { text: 'Hola', userId });
		await call(sandbox.url, `/sandbox/projects/${PROJECT.id}/messages?wait=true`, {
			body: { sample: 'image', userId },
		});
	}
	await send(sandbox, secret, { id: 'm1', type: 'text', content: { body: '¡Gracias!' } });
	await call(sandbox.gatewayUrl, `${INTEGRATION}/conversations/close`, {
		body: { botId: 'BOT_ID', userId: 'OTHER_USER' },
	});
	const { desk, store, url } = sandbox;
	await waitUntil('the end to be delivered', () =>
		store.log.some(({ title }) => title === 'conversation.close'),
	);
	const room = store.rooms.get('first-room');
	if (!room) throw new Error('The first room is missing');
	store.addMessage(room, 'agent', { type: 'text', content: { body: '¿Cuál?' } }, 'p1', {
		title: 'Lámparas',
		header: { type: 'image', url: `${url}/lampara.jpg`, filename: 'lampara.jpg' },
		template: { name: 'offer', language: 'ES' },
		buttons: [{ title: 'Azul', payload: 'blue' }],
		list: { name: 'Ver', entries: [{ title: 'Roja', description: 'La de siempre' }] },
		asksForLocation: true,
	});
	desk.store.webhookUrl = `${N8N}/webhook/desk`;
	const contact = desk.store.addContact('Ana', 'first-room');
	const conversation = desk.store.addConversation(contact, { room_id: 'first-room' });
	desk.store.addMessage(conversation, { from: 'agent', content: 'Es VIP', private: true });
}

test('what was said and done is restored, and continues', async () => {
	const first = await begin();
	await talk(first);
	first.sandbox.setFaults({ latencyMs: 5 });
	await first.save();
	const before = await shown(first);
	const { port } = first.sandbox;
	await first.sandbox.close();
	expect((statSync(file()).mode & 0o777).toString(8)).toBe('600');

	const second = await begin();
	// The pictures have moved with the sandbox.
	const moved: unknown = JSON.parse(
		JSON.stringify(before).replaceAll(`:${String(port)}/lamp`, `:${String(second.sandbox.port)}/lamp`),
	);
	const now = await shown(second);
	expect({ ...now, log: [] }).toEqual({ ...(moved as object), log: [] });
	expect(now.log).toEqual(before.log);
	expect(await (await fetch(`${second.sandbox.url}/sandbox/faults`)).json()).toEqual({});
	expect(said).toEqual([]);

	// The same room, the same conversation, and an ID that was received before is known.
	const secret = await integrate(second.sandbox, (await receiver()).url);
	await second.sandbox.userWrites(PROJECT.id, { text: '¿Siguen ahí?' });
	await send(second.sandbox, secret, { id: 'm1', type: 'text', content: { body: 'again' } });
	const messages = second.sandbox.store.messages.get('first-room') ?? [];
	expect(messages.map(({ content, duplicate }) => ['body' in content && content.body, duplicate])).toEqual([
		['Hola', false],
		[false, false],
		['¡Gracias!', false],
		['¿Cuál?', false],
		['¿Siguen ahí?', false],
		['again', true],
	]);
	const ids = second.sandbox.store.log.map(({ id }) => id);
	expect(new Set(ids).size).toBe(ids.length);
});

test('it is written soon after a change, even when the sandbox is not ended properly', async () => {
	const first = await begin();
	await talk(first);
	await waitUntil(
		'the chats to be written',
		() => existsSync(file()) && readFileSync(file(), 'utf8').includes('Es VIP'),
	);
	const before = await shown(first);
	expect((await shown(await begin())).roomEvents).toEqual(before.roomEvents);
	await first.save();
});

test('a message that was being delivered says that it was cut off', async () => {
	const first = await begin();
	const hook = await receiver(() => undefined);
	await integrate(first.sandbox, hook.url);
	void first.sandbox.userWrites(PROJECT.id, { text: 'Hola' });
	await waitUntil('the message', () => hook.received.length > 0);
	await first.save();
	const { sandbox } = await begin();
	expect(sandbox.store.messages.get('first-room')).toMatchObject([
		{ delivery: { state: 'failed', note: expect.stringContaining('Send it again') as unknown } },
	]);
});

test('after a reset nothing is restored', async () => {
	const first = await begin();
	await talk(first);
	await call(first.sandbox.url, '/sandbox/reset', { method: 'POST' });
	await first.save();
	const second = await begin();
	expect([...second.sandbox.store.messages.values()]).toEqual([]);
	expect([...second.sandbox.desk.store.conversations.values()]).toEqual([]);
});

test('the newest part of a long chat is kept', async () => {
	const first = await begin();
	const { store } = first.sandbox;
	const room = store.rooms.get(FIRST_ROOM.id);
	if (!room) throw new Error('The first room is missing');
	for (let n = 0; n < 300; n++) {
		store.addMessage(
			room,
			'agent',
			{ type: 'text', content: { body: 'x'.repeat(100_000) } },
			`m${String(n)}`,
		);
	}
	await first.save();
	expect(statSync(file()).size).toBeLessThan(9_000_000);
	const kept = (await begin()).sandbox.store.messages.get(FIRST_ROOM.id) ?? [];
	expect(kept.at(-1)?.id).toBe('m299');
	expect(kept.length).toBeGreaterThan(50);
	expect(kept.length).toBeLessThanOrEqual(200);
});

test.each([
	['no JSON', '{"past":'],
	['something else', '{"past": {"rooms": 5}}'],
	['nothing', ''],
	['a past that is not whole', '{"urls":{"sandbox":"","n8n":""},"past":{"rooms":[]},"desk":{}}'],
])('a file with %s is put aside, with one line, and stops nothing', async (_name, text) => {
	writeFileSync(file(), text);
	const first = await begin();
	expect(said).toEqual([expect.stringMatching(/^Could not read the chats .*chats\.json\.unreadable\.\n$/)]);
	expect(readdirSync(folder)).toEqual(['chats.json.unreadable']);
	expect(readFileSync(`${file()}.unreadable`, 'utf8')).toBe(text);
	await talk(first);
	await first.save();
	const before = await shown(first);
	expect((await shown(await begin())).roomEvents).toEqual(before.roomEvents);
	expect(said).toHaveLength(1);
});

test('what belongs to a customer who no longer exists is left out', async () => {
	const first = await begin();
	await talk(first);
	await first.save();
	const [ana] = PROJECT.users;
	const { store } = await start({
		projects: [{ ...PROJECT, users: ana ? [ana] : [], rooms: [FIRST_ROOM] }],
	}).then((sandbox) => {
		keepChats(sandbox, file(), N8N);
		return sandbox;
	});
	expect([...store.messages.keys()]).toEqual(['first-room']);
	expect(store.roomEvents.every(({ roomId }) => roomId === 'first-room')).toBe(true);
});
