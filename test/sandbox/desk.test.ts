import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { DESK_TOKEN, type DeskConversation, type Sandbox } from '../../sandbox';
import { DeskStore } from '../../sandbox/desk/store';
import { Feed } from '../../sandbox/feed';
import { KEPT } from '../../sandbox/recent';
import { call, endAll, receiver, record, start, textWith, until, type Answer, type Call } from './support';

afterEach(endAll);

const ANA = { name: 'Ana Torres', identifier: 'room-of-ana', inbox_id: 1 };

async function api({ url }: Sandbox, path: string, options: Call = {}): Promise<Answer> {
	const headers = { api_access_token: DESK_TOKEN, ...options.headers };
	return await call(`${url}/chatwoot/api/v1/accounts`, path, { ...options, headers });
}

/** The conversation of a new contact. */
async function opened(sandbox: Sandbox, contact = ANA): Promise<{ id: number; contactId: number }> {
	const { payload } = (await api(sandbox, '/1/contacts', { body: contact })).body;
	const { contact: made, contact_inbox: inbox } = record(payload);
	const contactId = Number(record(made).id);
	const body = {
		source_id: record(inbox).source_id,
		inbox_id: 1,
		contact_id: contactId,
		custom_attributes: { room_id: contact.identifier },
	};
	const { body: conversation, status } = await api(sandbox, '/1/conversations', { body });
	expect(status).toBe(200);
	return { id: Number(conversation.id), contactId };
}

async function state({ url }: Sandbox): Promise<{ webhookUrl: unknown; conversations: DeskConversation[] }> {
	const { desk } = (await call(url, '/sandbox/state')).body;
	const { conversations, webhookUrl } = record(desk);
	return { webhookUrl, conversations: conversations as DeskConversation[] };
}

describe('the application API', () => {
	test('knows one token and one account', async () => {
		const sandbox = await start();
		for (const headers of [{ api_access_token: 'other' }, { api_access_token: '' }]) {
			expect(await api(sandbox, '/1/contacts', { body: ANA, headers })).toMatchObject({
				status: 401,
				body: { error: 'Invalid Access Token' },
			});
		}
		for (const path of ['/2/contacts', '/1/nothing', '/x/contacts']) {
			expect(await api(sandbox, path, { body: ANA })).toMatchObject({
				status: 404,
				body: { error: 'Resource could not be found' },
			});
		}
		expect(sandbox.desk.store.contacts.size).toBe(0);
	});

	test('creates a contact with an identifier of its own, and finds it', async () => {
		const sandbox = await start();
		const { body, status } = await api(sandbox, '/1/contacts', { body: ANA });
		expect(status).toBe(200);
		const payload = record(body.payload);
		expect(payload.contact).toMatchObject({ name: 'Ana Torres', identifier: 'room-of-ana' });
		expect(record(payload.contact_inbox).source_id).toEqual(expect.any(String));

		expect(await api(sandbox, '/1/contacts', { body: { ...ANA, name: 'Other' } })).toMatchObject({
			status: 422,
			body: { message: 'Identifier has already been taken', attributes: ['identifier'] },
		});
		const filter = (value: string) => ({
			payload: [
				{
					attribute_key: 'identifier',
					filter_operator: 'equal_to',
					values: [value],
					query_operator: null,
				},
			],
		});
		const found = async (value: string) =>
			(await api(sandbox, '/1/contacts/filter', { body: filter(value) })).body;
		expect(await found('room-of-ana')).toMatchObject({
			meta: { count: 1 },
			payload: [{ identifier: 'room-of-ana', contact_inboxes: [{ inbox: { id: 1 } }] }],
		});
		expect(await found('room-of')).toMatchObject({ meta: { count: 0 }, payload: [] });
		expect((await api(sandbox, '/1/contacts/search?q=room-of')).body).toMatchObject({ meta: { count: 1 } });
	});

	test.each([
		['/1/contacts', { name: 'Ana' }, 'inbox_id'],
		['/1/conversations', { inbox_id: 1 }, 'source_id'],
		['/1/conversations', { source_id: 'x' }, 'inbox_id'],
		['/1/conversations/ID/messages', { message_type: 'incoming' }, 'content'],
		['/1/conversations/ID/messages', { content: 'x', message_type: 'other' }, 'message_type'],
		['/1/conversations/ID/toggle_status', {}, 'status'],
		['/1/conversations/ID/toggle_status', { status: 'gone' }, 'status'],
		['/1/conversations/ID/custom_attributes', {}, 'custom_attributes'],
		['/1/contacts/filter', { payload: [{ attribute_key: 'color' }] }, 'attribute'],
		['/1/contacts/filter', {}, 'attribute'],
	])('refuses at %s %j, and names %s', async (path, body, field) => {
		const sandbox = await start();
		const { id } = await opened(sandbox);
		const answer = await api(sandbox, path.replace('ID', String(id)), { body });
		expect(answer).toMatchObject({ status: 422, text: textWith(field) });
	});

	test.each([
		['POST', '/1/conversations/99/messages', { content: 'x' }],
		['POST', '/1/conversations/99/toggle_status', { status: 'open' }],
		['POST', '/1/conversations', { source_id: 'nobody', inbox_id: 1 }],
		['POST', '/1/conversations', { source_id: 'nobody', inbox_id: 7 }],
		['GET', '/1/contacts/99/conversations', undefined],
		['GET', '/1/conversations/99', undefined],
		['GET', '/1/conversations/99/messages', undefined],
	])('%s %s with %j: not found', async (method, path, body) => {
		const sandbox = await start();
		await opened(sandbox);
		expect((await api(sandbox, path, { method, body })).status).toBe(404);
	});

	test('opens a conversation with attributes, adds a message, and lists both', async () => {
		const sandbox = await start();
		const { contactId, id } = await opened(sandbox);
		await opened(sandbox, { ...ANA, identifier: 'room-of-luis' });
		const messages = `/1/conversations/${id}/messages`;
		for (const body of [
			{ content: 'Hola', message_type: 'incoming' },
			{ content: 'Dijo: hola', private: true },
		]) {
			expect((await api(sandbox, messages, { body })).status).toBe(200);
		}
		const { payload } = (await api(sandbox, messages)).body;
		expect(payload).toMatchObject([
			{ content: 'Hola', message_type: 0, private: false, sender: { type: 'contact' } },
			{ content: 'Dijo: hola', message_type: 1, private: true, sender: { type: 'user' } },
		]);
		expect((await api(sandbox, `/1/contacts/${contactId}/conversations`)).body.payload).toMatchObject([
			{ id, status: 'open', custom_attributes: { room_id: 'room-of-ana' }, inbox_id: 1 },
		]);
		expect((await state(sandbox)).conversations[0]).toMatchObject({
			id,
			contact: { id: contactId, identifier: 'room-of-ana', name: 'Ana Torres' },
			messages: [
				{ from: 'customer', private: false, content: 'Hola' },
				{ from: 'bot', private: true, content: 'Dijo: hola' },
			],
		});
	});

	test('accepts files of several megabytes as multipart, and serves them byte for byte', async () => {
		const sandbox = await start();
		const { id } = await opened(sandbox);
		const bytes = Buffer.alloc(3_000_000, 'ñ');
		const form = new FormData();
		form.append('content', 'Mira');
		form.append('message_type', 'incoming');
		form.append('attachments[]', new Blob([new Uint8Array(bytes)], { type: 'image/png' }), 'caja rota.png');
		form.append('attachments[]', new Blob(['%PDF'], { type: 'application/pdf' }), 'factura.pdf');
		const response = await fetch(`${sandbox.url}/chatwoot/api/v1/accounts/1/conversations/${id}/messages`, {
			method: 'POST',
			headers: { api_access_token: DESK_TOKEN },
			body: form,
		});
		expect(response.status).toBe(200);
		const { attachments } = record(await response.json());
		expect(attachments).toMatchObject([{ file_type: 'image' }, { file_type: 'file' }]);
		const shown = (await state(sandbox)).conversations[0]?.messages[0]?.attachments ?? [];
		expect(shown).toMatchObject([
			{ fileType: 'image', name: 'caja rota.png', url: textWith(`${sandbox.url}/chatwoot/`) },
			{ fileType: 'file', name: 'factura.pdf' },
		]);
		const served = await fetch(shown[0]?.url ?? '');
		expect(served.headers.get('content-type')).toBe('image/png');
		expect(Buffer.from(await served.arrayBuffer()).equals(bytes)).toBe(true);
	});
});

describe('the inbox', () => {
	/** A desk whose inbox has a webhook, with one open conversation. */
	async function connected(answer?: Parameters<typeof receiver>[0]) {
		const [sandbox, hook] = [await start(), await receiver(answer)];
		await call(sandbox.url, '/sandbox/desk', { body: { webhookUrl: hook.url } });
		const { id } = await opened(sandbox);
		await until('the event of the conversation', () => hook.received.length === 1);
		const events = () => hook.received.slice(1).map(({ json }) => json);
		const write = async (body: object) => {
			const { status } = await call(sandbox.url, `/sandbox/desk/conversations/${id}/messages`, { body });
			expect(status).toBe(202);
		};
		return { sandbox, id, events, write };
	}

	test('posts each message, whoever wrote it, and says so in its event', async () => {
		const { events, id, sandbox, write } = await connected();
		await write({ content: 'Le ayudo' });
		await until('the first', () => events().length === 1);
		await write({ content: 'Cliente difícil', private: true });
		await until('the second', () => events().length === 2);
		await api(sandbox, `/1/conversations/${id}/messages`, {
			body: { content: 'Gracias', message_type: 'incoming' },
		});
		await until('the third', () => events().length === 3);
		expect(events()).toMatchObject([
			{
				event: 'message_created',
				message_type: 'outgoing',
				private: false,
				content: 'Le ayudo',
				sender: { type: 'user' },
				conversation: {
					id,
					custom_attributes: { room_id: 'room-of-ana' },
					meta: { sender: { identifier: 'room-of-ana' } },
				},
				account: { id: 1 },
				inbox: { id: 1 },
			},
			{ message_type: 'outgoing', private: true },
			{ message_type: 'incoming', private: false, sender: { type: 'contact', name: 'Ana Torres' } },
		]);
		const { messages } = (await state(sandbox)).conversations[0] ?? { messages: [] };
		expect(messages.map(({ from, private: isPrivate }) => [from, isPrivate])).toEqual([
			['agent', false],
			['agent', true],
			['customer', false],
		]);
	});

	test("posts an agent's file with its address", async () => {
		const { events, write } = await connected();
		await write({ content: 'Su factura', sample: 'document' });
		await until('the event', () => events().length === 1);
		const [event] = events();
		expect(event).toMatchObject({ content: 'Su factura', attachments: [{ file_type: 'file' }] });
		const [attachment] = event?.attachments as Array<{ data_url: string }>;
		const served = await fetch(attachment?.data_url ?? '');
		const file = readFileSync(join(__dirname, '../../sandbox/page/factura-1042.pdf'));
		expect(Buffer.from(await served.arrayBuffer()).equals(file)).toBe(true);
	});

	test('posts once that a conversation is resolved, and that a customer reopens it', async () => {
		const { events, id, sandbox } = await connected();
		for (let times = 0; times < 2; times++) {
			const body = { status: 'resolved' };
			await call(sandbox.url, `/sandbox/desk/conversations/${id}/status`, { body });
		}
		await until('the event', () => events().length === 1);
		await api(sandbox, `/1/conversations/${id}/messages`, {
			body: { content: 'Hola', message_type: 'incoming' },
		});
		await until('the other events', () => events().length === 3);
		expect(events().map(({ event, status }) => [event, status])).toEqual(
			expect.arrayContaining([
				['conversation_status_changed', 'resolved'],
				['conversation_status_changed', 'open'],
				['message_created', undefined],
			]),
		);
	});

	test.each([
		[500, 'failed', 'the webhook answered 500'],
		[204, 'delivered', undefined],
	])('when the webhook answers %d, the message is %s', async (status, state_, note) => {
		const { id, sandbox, write } = await connected((response) => {
			response.statusCode = status;
			response.end();
		});
		await write({ content: 'Hola' });
		const message = () => sandbox.desk.conversation(id).messages[0];
		await until('the delivery', () => message()?.delivery?.state === state_);
		expect(message()?.delivery).toEqual(note === undefined ? { state: state_ } : { state: state_, note });
	});

	test('says that nobody receives what an agent writes where it has no webhook', async () => {
		const sandbox = await start();
		const { id } = await opened(sandbox);
		await call(sandbox.url, `/sandbox/desk/conversations/${id}/messages`, { body: { content: 'Hola' } });
		const message = () => sandbox.desk.conversation(id).messages[0];
		await until('the delivery', () => message()?.delivery?.state === 'failed');
		expect(message()?.delivery?.note).toBe('the inbox has no webhook URL');
	});
});

describe('the control API', () => {
	test.each([
		['/sandbox/desk', {}, 422],
		['/sandbox/desk', { webhookUrl: 'ftp://x' }, 422],
		['/sandbox/desk/faults', { endless: true }, 422],
		['/sandbox/desk/conversations/99/messages', { content: 'x' }, 404],
		['/sandbox/desk/conversations/99/status', { status: 'open' }, 404],
		['/sandbox/desk/conversations/ID/status', { status: 'gone' }, 422],
		['/sandbox/desk/conversations/ID/messages', {}, 422],
		['/sandbox/desk/conversations/ID/messages', { content: '' }, 422],
		['/sandbox/desk/conversations/ID/messages', { sample: 'movie' }, 422],
	])('%s refuses %j', async (path, body, status) => {
		const sandbox = await start();
		const { id } = await opened(sandbox);
		expect((await call(sandbox.url, path.replace('ID', String(id)), { body })).status).toBe(status);
	});

	test.each([
		[{ respond: { status: 401 } }, 401],
		[{ respond: { status: 429, retryAfter: 1 } }, 429],
		[{ respond: { status: 200, body: '<html>', contentType: 'text/html' } }, 200],
	])('the fault %j hits the desk until it is switched off, and Jelou never', async (fault, status) => {
		const sandbox = await start();
		await call(sandbox.url, '/sandbox/desk/faults', { body: fault });
		expect((await api(sandbox, '/1/contacts', { body: ANA })).status).toBe(status);
		expect(sandbox.desk.store.contacts.size).toBe(0);
		const path = '/v1/external-support/PROJECT_ID';
		expect((await call(sandbox.gatewayUrl, path)).status).toBe(404);
		await call(sandbox.url, '/sandbox/desk/faults', { body: {} });
		expect((await api(sandbox, '/1/contacts', { body: ANA })).status).toBe(200);
	});

	test('the desk goes away for a while, and comes back', async () => {
		const sandbox = await start();
		await call(sandbox.url, '/sandbox/desk/faults', { body: { awayMs: 200 } });
		await expect(api(sandbox, '/1/contacts', { body: ANA })).rejects.toThrow('fetch failed');
		await until('the desk to be back', () => sandbox.desk.faults.current.drop === undefined);
		expect((await api(sandbox, '/1/contacts', { body: ANA })).status).toBe(200);
		expect(sandbox.desk.requests.map(({ status }) => status)).toEqual([null, 200]);
	});

	test('each event comes twice where a fault asks for it', async () => {
		const [sandbox, hook] = [await start(), await receiver()];
		await call(sandbox.url, '/sandbox/desk', { body: { webhookUrl: hook.url } });
		await call(sandbox.url, '/sandbox/desk/faults', { body: { deliverTwice: true } });
		await opened(sandbox);
		await until('both', () => hook.received.length === 2);
		expect(hook.received[0]?.json).toEqual(hook.received[1]?.json);
	});

	test('a reset forgets conversations and faults, and the webhook only with the integrations', async () => {
		const sandbox = await start();
		await call(sandbox.url, '/sandbox/desk', { body: { webhookUrl: 'http://127.0.0.1:1/hook' } });
		await opened(sandbox);
		sandbox.desk.setFaults({ drop: true });
		await call(sandbox.url, '/sandbox/reset', { body: { keepIntegrations: true } });
		expect(await state(sandbox)).toEqual({ webhookUrl: 'http://127.0.0.1:1/hook', conversations: [] });
		expect(sandbox.desk.faults.current).toEqual({});
		await call(sandbox.url, '/sandbox/reset', { body: {} });
		expect((await state(sandbox)).webhookUrl).toBe('');
	});
});

describe('the store', () => {
	function withConversation() {
		const feed = new Feed();
		const store = new DeskStore(feed);
		const conversation = store.addConversation(store.addContact('Ana', 'room-of-ana'), { room_id: 'r' });
		return { feed, store, conversation };
	}

	test('reports each change to the feed', () => {
		const { conversation, feed, store } = withConversation();
		const told: DeskConversation[] = [];
		feed.watch((change) => void (change.type === 'desk' && told.push(change.conversation)));
		const message = store.addMessage(conversation, { from: 'agent', content: 'Hola' });
		store.setDelivery(conversation, message, { state: 'delivered' });
		store.setStatus(conversation, 'resolved');
		expect(told.map(({ messages, status }) => [status, messages[0]?.delivery?.state])).toEqual([
			['open', undefined],
			['open', 'delivered'],
			['resolved', 'delivered'],
		]);
	});

	test('forgets the oldest messages, with their files, before they fill the memory', () => {
		const { conversation, store } = withConversation();
		const bytes = Buffer.alloc(5_000_000);
		for (let n = 0; n < 20; n++) {
			const files = [{ name: `${n}.bin`, mimeType: 'image/png', bytes }];
			store.addMessage(conversation, { from: 'customer', content: String(n), files });
		}
		const kept = [...store.files.values()].reduce((sum, file) => sum + file.bytes.length, 0);
		expect(kept).toBeLessThanOrEqual(KEPT.bytes);
		expect(conversation.messages).toHaveLength(store.files.size);
		expect(conversation.messages.at(-1)?.content).toBe('19');
	});

	test('keeps a limited number of conversations, and forgets the oldest', () => {
		const { conversation, store } = withConversation();
		for (let n = 0; n < 1_000; n++) store.addConversation(store.addContact('Luis', `room-${n}`), {});
		expect(store.conversations.size).toBe(1_000);
		expect(store.conversations.has(conversation.id)).toBe(false);
		for (let n = 1_000; n < 4_000; n++) store.addContact('Luis', `room-${n}`);
		expect(store.contacts.size).toBe(2_000);
		for (const { contactId } of store.conversations.values())
			expect(store.contacts.has(contactId)).toBe(true);
	});

	test('a snapshot, as JSON, restores everything, at another address too', () => {
		const { conversation, store } = withConversation();
		store.webhookUrl = 'http://127.0.0.1:1/hook';
		const files = [{ name: 'a.png', mimeType: 'image/png', bytes: Buffer.from([0, 255, 10]) }];
		store.addMessage(conversation, { from: 'customer', content: 'Mira', files });
		const waiting = store.addMessage(conversation, { from: 'agent', content: 'Voy' });
		store.setDelivery(conversation, waiting, { state: 'sending' });
		const other = new DeskStore(new Feed());
		other.origin = 'http://127.0.0.1:2';
		const text = JSON.stringify(store.snapshot());
		expect(other.restore(JSON.parse(text))).toBe(true);
		expect(other.state()).toMatchObject({
			webhookUrl: 'http://127.0.0.1:1/hook',
			conversations: [
				{
					id: conversation.id,
					customAttributes: { room_id: 'r' },
					messages: [
						{ content: 'Mira', attachments: [{ url: textWith('http://127.0.0.1:2/chatwoot/') }] },
						{ content: 'Voy', delivery: { state: 'failed' } },
					],
				},
			],
		});
		expect([...other.files.values()][0]?.bytes).toEqual(Buffer.from([0, 255, 10]));
		expect(other.addContact('Luis', 'room-of-luis').id).toBeGreaterThan(waiting.id);
		expect(() => other.addContact('Ana', 'room-of-ana')).toThrow('already been taken');
	});

	test.each([null, 'x', {}, { conversations: 1 }])('%j is not a snapshot, and changes nothing', (value) => {
		const { store } = withConversation();
		expect(store.restore(value)).toBe(false);
		expect(store.state().conversations).toHaveLength(1);
	});
});
