import { call, endAll, INTEGRATION, receiver, integrate, start } from './support';
import { DEMO_PROJECT } from '../../sandbox';
import { Store } from '../../sandbox/store';
import { KEPT } from '../../sandbox/recent';

afterEach(endAll);

const HALF_MEGABYTE = 'ñ'.repeat(250_000);
const bytesOf = (list: ReadonlyArray<{ rawBody: Buffer }>) =>
	list.reduce((sum, { rawBody }) => sum + rawBody.length, 0);

test('large messages are forgotten, oldest first over all rooms, before they fill the memory', () => {
	const store = new Store();
	const project = store.addProject({ id: 'P', apiKey: 'k' });
	const [bot, user, other] = [project.bots[0], ...project.users];
	if (!bot || !user || !other) throw new Error('The demo bot and users are missing');
	const rooms = [store.roomOf(project, bot, user), store.roomOf(project, bot, other)];
	for (let n = 0; n < 300; n++) {
		for (const room of rooms) {
			store.addMessage(room, 'agent', { type: 'text', content: { body: HALF_MEGABYTE } }, `m${n}`);
		}
	}
	const kept = rooms.map(({ id }) => store.messages.get(id) ?? []);
	expect(Buffer.byteLength(JSON.stringify(kept))).toBeLessThanOrEqual(KEPT.bytes);
	for (const messages of kept) expect(messages.at(-1)?.id).toBe('m299');
	for (const messages of kept) expect(messages.length).toBeGreaterThan(20);
});

test('a room keeps a limited number of small messages, and forgets the oldest', () => {
	const store = new Store();
	const project = store.addProject({ id: 'P', apiKey: 'k' });
	const [bot, user] = [project.bots[0], project.users[0]];
	if (!bot || !user) throw new Error('The demo bot and user are missing');
	const room = store.roomOf(project, bot, user);
	for (let n = 0; n < KEPT.number + 5; n++) {
		store.addMessage(room, 'agent', { type: 'text', content: { body: 'x' } }, `m${n}`);
	}
	const messages = store.messages.get(room.id) ?? [];
	expect(messages.length).toBe(KEPT.number);
	expect(messages[0]?.id).toBe('m5');
});

test('large requests and deliveries are forgotten before they fill the memory, the newest are kept', async () => {
	const [sandbox, hook] = [await start(), await receiver()];
	await integrate(sandbox, hook.url);
	const text = 'x'.repeat(900_000);
	for (let n = 0; n < 80; n++) {
		await call(sandbox.gatewayUrl, INTEGRATION, { method: 'PATCH', body: { text, n } });
		const { status } = await sandbox.userWrites('PROJECT_ID', { text: text + String(n) });
		expect(status).toBe(200);
	}
	const { requests, deliveries } = sandbox.store;
	for (const list of [requests, deliveries]) {
		expect(bytesOf(list)).toBeLessThanOrEqual(KEPT.bytes);
		expect(list.length).toBeGreaterThan(20);
	}
	expect(requests.at(-1)?.rawBody.toString()).toContain('"n":79');
	expect(deliveries.at(-1)?.rawBody.toString()).toContain('x79"');
});

test('first rooms exist from the start and after a reset, under their IDs, with their open conversations', () => {
	const store = new Store();
	const [ana] = DEMO_PROJECT.users;
	const rooms = [
		{ id: 'room-of-ana', userId: ana?.id ?? '', conversation: { id: 'open', openForHours: 30 } },
	];
	const project = store.addProject({ id: 'P', apiKey: 'k', rooms });
	const [bot, user] = [project.bots[0], project.users[0]];
	if (!bot || !user) throw new Error('The demo bot and user are missing');
	for (let round = 0; round < 2; round++) {
		const room = store.roomOf(project, bot, user);
		expect(room.id).toBe('room-of-ana');
		const { id, startAt = '' } = store.activeConversation(room) ?? {};
		expect(id).toBe('open');
		expect(Math.round((Date.now() - Date.parse(startAt)) / 3_600_000)).toBe(30);
		store.closeConversation(store.openConversation(room), 'closed_by_operator');
		store.reset();
	}
	expect(store.rooms.size).toBe(1);
});

test('a reset frees all the room', () => {
	const store = new Store();
	for (let round = 0; round < 2; round++) {
		const project = store.addProject({ id: 'P', apiKey: 'k' });
		const [bot, user] = [project.bots[0], project.users[0]];
		if (!bot || !user) throw new Error('The demo bot and user are missing');
		const room = store.roomOf(project, bot, user);
		for (let n = 0; n < 100; n++) {
			store.addMessage(room, 'agent', { type: 'text', content: { body: HALF_MEGABYTE } });
		}
		expect(store.messages.get(room.id)?.length).toBe(100);
		store.reset();
	}
});
