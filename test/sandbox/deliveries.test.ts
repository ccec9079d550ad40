import {
	call,
	endAll,
	fixture,
	INTEGRATION,
	integrate,
	receiver,
	record,
	shape,
	signed,
	start,
	until,
	textWith,
} from './support';

afterEach(endAll);

const PARTIES = { botId: 'BOT_ID', userId: 'USER_ID' };

describe('events have the shape of Jelou’s examples', () => {
	test('a user writes: the conversation starts, then the message comes, each signed over its bytes', async () => {
		const [sandbox, hook] = [await start(), await receiver()];
		const secret = await integrate(sandbox, hook.url);
		const delivery = await sandbox.userWrites('PROJECT_ID', { text: '  ¿Qué tal? 👋🏽 "\u2028 ' });
		expect(delivery).toMatchObject({ event: 'message', status: 200, url: hook.url });
		expect(hook.received).toHaveLength(2);
		const [started, message] = hook.received;
		expect(shape(started?.json)).toEqual(shape(fixture('event-conversation-start')));
		expect(shape(message?.json)).toEqual(shape(fixture('event-message-text')));
		expect(started?.json).toMatchObject({ ...fixed('event-conversation-start'), value: {} });
		expect(message?.json).toMatchObject(fixed('event-message-text'));
		expect(message?.json.value).toMatchObject({ content: { body: '  ¿Qué tal? 👋🏽 "\u2028 ' } });
		for (const { headers, rawBody } of hook.received) {
			expect(headers['content-type']).toBe('application/json');
			expect(headers['x-jelou-signature']).toBe(signed(rawBody, secret));
			expect(headers.authorization ?? headers['x-api-key']).toBeUndefined();
		}
		expect(sandbox.store.deliveries.map(({ event }) => event)).toEqual(['conversation.start', 'message']);
		expect(delivery.rawBody).toEqual(message?.rawBody);

		await sandbox.userWrites('PROJECT_ID', {
			type: 'image',
			content: { url: 'https://x.example/a.jpg', mime_type: 'image/jpeg' },
		});
		expect(hook.received).toHaveLength(3);
		expect(shape(hook.received[2]?.json)).toEqual(shape(fixture('event-message-image')));
		expect(hook.received[2]?.json).toMatchObject({
			conversation: message?.json.conversation,
			room_id: message?.json.room_id,
		});
	});

	test.each([
		['queue', 'queue'],
		['operator', 'direct'],
		['team', 'direct'],
	])('started over the API, assigned to a %s: %s', async (type, told) => {
		const [sandbox, hook] = [await start(), await receiver()];
		await integrate(sandbox, hook.url);
		const { body } = await call(sandbox.gatewayUrl, `${INTEGRATION}/conversations/start`, {
			body: {
				...PARTIES,
				initialMessage: 'Hola buenos días',
				metadata: { ticketId: 'T-12345' },
				assignment: { type, target: 'SOPORTE' },
			},
		});
		await until('the event arrives', () => hook.received.length === 1);
		const event = hook.received[0]?.json;
		const example = fixture('event-conversation-start-assigned');
		expect(shape(event)).toEqual(shape(example));
		expect(event).toMatchObject({ ...fixed('event-conversation-start-assigned'), value: example.value });
		const id = record(body.data).conversationId;
		expect(event?.conversation).toEqual({ id, assignment: { type: told, target: 'SOPORTE' } });
	});

	test('closing says why; reading sends nothing', async () => {
		const [sandbox, hook] = [await start(), await receiver()];
		await integrate(sandbox, hook.url);
		await sandbox.userWrites('PROJECT_ID', { text: 'hola' });
		const [conversation] = sandbox.store.conversations.keys();
		await call(sandbox.gatewayUrl, `${INTEGRATION}/conversations/${conversation}`);
		const redirectPayload = { type: 'text', text: 'Adiós' };
		await call(sandbox.gatewayUrl, `${INTEGRATION}/conversations/close`, {
			body: { ...PARTIES, redirectPayload },
		});
		await until('the event arrives', () => hook.received.length === 3);
		expect(hook.received[2]?.json).toMatchObject({
			event: 'conversation.close',
			field: 'conversation',
			object: 'conversation_event',
			event_type: 'close',
			conversation: { id: conversation },
			value: { reason: 'closed_by_operator', closing_message: 'Adiós' },
		});
	});
});

/** The fields that are the same in every event of this kind. */
function fixed(name: string): Record<string, unknown> {
	const { event, field, object, event_type, project_id, contact, bot } = fixture(name);
	return { ...(event !== undefined && { event }), field, object, event_type, project_id, contact, bot };
}

test.each([
	['bearer', 'authorization', 'Bearer tok'],
	['basic', 'authorization', 'Basic tok'],
	['api_key', 'x-api-key', 'tok'],
])('authType %s sends the header %s', async (authType, header, value) => {
	const [sandbox, hook] = [await start(), await receiver()];
	await integrate(sandbox, hook.url, { authType, authorization: 'tok' });
	expect((await call(sandbox.gatewayUrl, INTEGRATION)).text).not.toContain('tok');
	await sandbox.userWrites('PROJECT_ID', { text: 'hola' });
	for (const { headers } of hook.received) expect(headers[header]).toBe(value);
});

describe('one attempt, whatever its outcome', () => {
	test.each([401, 404, 429, 500, 503, 302])('the receiver responds with %d', async (status) => {
		const sandbox = await start();
		const hook = await receiver((response) => {
			response.writeHead(status, { Location: '/elsewhere', 'Retry-After': '0' }).end('no');
		});
		await integrate(sandbox, hook.url);
		const delivery = await sandbox.userWrites('PROJECT_ID', { text: 'hola' });
		expect(delivery).toMatchObject({ status, answer: 'no' });
		expect(hook.received).toHaveLength(2);
		const [messages] = sandbox.store.messages.values();
		expect(messages?.[0]?.delivery).toMatchObject({
			state: 'failed',
			note: textWith(String(status)),
		});
	});

	test('the receiver is silent', async () => {
		const [sandbox, hook] = [await start({ deliveryTimeoutMs: 100 }), await receiver(() => undefined)];
		await integrate(sandbox, hook.url);
		const delivery = await sandbox.userWrites('PROJECT_ID', { text: 'hola' });
		expect(delivery).toMatchObject({ status: null, error: 'no answer within 0.1 s' });
		expect(hook.received).toHaveLength(2);
	});

	test('the receiver cuts the connection', async () => {
		const [sandbox, hook] = [await start(), await receiver((response) => void response.destroy())];
		await integrate(sandbox, hook.url);
		const delivery = await sandbox.userWrites('PROJECT_ID', { text: 'hola' });
		expect(delivery).toMatchObject({
			status: null,
			error: 'the connection was closed before an answer arrived',
		});
		expect(hook.received).toHaveLength(2);
	});

	test('there is no receiver', async () => {
		const sandbox = await start();
		await integrate(sandbox, 'http://127.0.0.1:1/hook');
		const delivery = await sandbox.userWrites('PROJECT_ID', { text: 'hola' });
		expect(delivery).toMatchObject({ status: null, error: 'nothing is listening at 127.0.0.1:1' });
	});
});

test('without an integration nothing is delivered, and the log says so and what to do', async () => {
	const sandbox = await start();
	const delivery = await sandbox.userWrites('PROJECT_ID', { text: 'hola' });
	expect(delivery).toMatchObject({ status: null, error: textWith('no webhook is registered') });
	expect(sandbox.store.deliveries).toHaveLength(0);
	expect(sandbox.store.log.at(-1)?.outcome).toMatch(
		/^Not delivered: no webhook is registered yet\. Publish a workflow with a Jelou Trigger in n8n/,
	);
});

test('responses of the API do not wait for the event', async () => {
	const [sandbox, hook] = [await start(), await receiver(() => undefined)];
	await integrate(sandbox, hook.url);
	const { status } = await call(sandbox.gatewayUrl, `${INTEGRATION}/conversations/start`, { body: PARTIES });
	expect(status).toBe(200);
	expect(sandbox.store.deliveries[0]?.status ?? null).toBeNull();
});

test('messages written at once come after the start of their conversation', async () => {
	const [sandbox, hook] = [await start(), await receiver()];
	await integrate(sandbox, hook.url);
	await Promise.all(Array.from({ length: 20 }, (_, n) => sandbox.userWrites('PROJECT_ID', { text: `${n}` })));
	expect(hook.received).toHaveLength(21);
	expect(hook.received.map(({ json }) => json.event_type).indexOf('start')).toBe(0);
});

test('unknown project, user or bot: refused', async () => {
	const sandbox = await start();
	await expect(sandbox.userWrites('NOBODY', { text: 'x' })).rejects.toThrow('Project NOBODY');
	await expect(sandbox.userWrites('PROJECT_ID', { userId: 'nobody', text: 'x' })).rejects.toThrow(
		'User nobody',
	);
	await expect(sandbox.userWrites('PROJECT_ID', { botId: 'nobody', text: 'x' })).rejects.toThrow(
		'Bot nobody',
	);
});

test('deliver sends any bytes with any signature, and returns the response', async () => {
	const [sandbox, hook, other] = [
		await start(),
		await receiver(),
		await receiver((r) => void r.writeHead(401).end('no')),
	];
	const secret = await integrate(sandbox, hook.url);
	expect(await sandbox.deliver('PROJECT_ID', { body: ' {"a": 1} ' })).toMatchObject({
		status: 200,
		body: 'ok',
	});
	await sandbox.deliver('PROJECT_ID', {
		body: 'x',
		signature: null,
		headers: { 'Content-Type': 'text/plain' },
	});
	await sandbox.deliver('PROJECT_ID', {
		body: Buffer.from([0xff, 0xfe]),
		signature: 'sha256=é'.normalize('NFC'),
	});
	await sandbox.deliver('PROJECT_ID', { signature: 'undefined' });
	expect(hook.received.map(({ rawBody }) => rawBody.toString('latin1'))).toEqual([
		' {"a": 1} ',
		'x',
		'ÿþ',
		'',
	]);
	const signatures = hook.received.map(({ headers }) => headers['x-jelou-signature']);
	expect(signatures).toEqual([signed(' {"a": 1} ', secret), undefined, 'sha256=é', 'undefined']);
	expect(hook.received[1]?.headers['content-type']).toBe('text/plain');
	expect(await sandbox.deliver('PROJECT_ID', { body: '{}', url: other.url })).toMatchObject({
		status: 401,
		body: 'no',
	});
});
