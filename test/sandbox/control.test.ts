import { request } from 'node:http';
import { waitUntil } from '../../scripts/n8n/waitUntil';
import { startSandbox, DEMO_PROJECT } from '../../sandbox';
import {
	call,
	endAll,
	expectFailure,
	INTEGRATION,
	integrate,
	PROJECT,
	receiver,
	record,
	SEND,
	start,
	SOME_TEXT,
} from './support';

afterEach(endAll);

/** A request with a Host header of our own, which fetch does not allow. */
async function asHost(port: number, host: string, path: string, body?: object): Promise<number> {
	return await new Promise((resolve, reject) => {
		const headers = { Host: host, 'x-api-key': PROJECT.apiKey, 'Content-Type': 'application/json' };
		const method = body === undefined ? 'GET' : 'POST';
		request({ host: '127.0.0.1', port, path, headers, method }, (response) => {
			response.resume();
			resolve(response.statusCode ?? 0);
		})
			.on('error', reject)
			.end(body && JSON.stringify(body));
	});
}

describe('guards', () => {
	test.each(['https://evil.example', 'null', 'http://127.0.0.1:1', 'http://localhost'])(
		'orders from a page at %s are refused',
		async (origin) => {
			const { url, store } = await start();
			for (const path of ['projects/PROJECT_ID/messages', 'projects', 'faults', 'reset']) {
				expectFailure(await call(url, `/sandbox/${path}`, { body: { text: 'x' }, headers: { origin } }), 403);
			}
			expect(store.messages.size).toBe(0);
		},
	);

	test("the sandbox's own page, and programs without an origin, are accepted", async () => {
		const { url } = await start();
		for (const headers of [{ origin: url }, undefined]) {
			const path = '/sandbox/projects/PROJECT_ID/messages';
			expect((await call(url, path, { body: { text: 'x' }, headers })).status).toBe(202);
		}
	});

	test('state, stream and page respond under loopback names only', async () => {
		const { port } = await start();
		for (const path of ['/sandbox/state', '/sandbox/stream', '/', '/page.js']) {
			expect(await asHost(port, `rebound.example:${port}`, path)).toBe(403);
			expect(await asHost(port, `127.0.0.1.evil.example:${port}`, path)).toBe(403);
		}
		for (const host of ['localhost', '127.0.0.1', '[::1]']) {
			expect(await asHost(port, `${host}:${port}`, '/sandbox/state')).toBe(200);
		}
	});

	test.each([
		`/platform${INTEGRATION}`,
		`/jelouapi${INTEGRATION}`,
		`/platform${INTEGRATION}/conversations/start`,
		SEND,
		'/api/v2/databases',
		'/nowhere',
	])('a web page whose name was made to point here gets 403 from %s, with a valid key too', async (path) => {
		const { port, store } = await start();
		const body = { webhookUrl: 'https://evil.example/hook', botId: 'BOT_ID', userId: 'USER_ID' };
		expect(await asHost(port, `rebound.example:${port}`, path, body)).toBe(403);
		expect({ integration: store.projects.get(PROJECT.id)?.integration, rooms: store.rooms.size }).toEqual({
			integration: null,
			rooms: 0,
		});
	});
});

test('the state contains everything but the secrets of integrations', async () => {
	const sandbox = await start();
	const secret = await integrate(sandbox, (await receiver()).url, {
		authType: 'bearer',
		authorization: 'credential',
	});
	await sandbox.userWrites('PROJECT_ID', { text: 'hola' });
	const { body, text } = await call(sandbox.url, '/sandbox/state');
	expect(text).not.toMatch(new RegExp(`${secret}|credential`));
	expect(body).toMatchObject({
		projects: [{ id: PROJECT.id, apiKey: PROJECT.apiKey, integration: { webhookUrl: SOME_TEXT } }, {}],
		conversations: [{ state: 'active' }],
		deliveries: [{ event: 'conversation.start' }, { event: 'message', status: 200 }],
		requests: [{ method: 'POST', rawUrl: `/platform${INTEGRATION}`, status: 200 }],
		faults: {},
	});
	expect(Object.values(record(body.messages)).flat()).toMatchObject([
		{ from: 'user', content: { body: 'hola' } },
	]);
});

test('messages over the control API: at once, or after their delivery', async () => {
	const [sandbox, hook] = [await start(), await receiver()];
	await integrate(sandbox, hook.url);
	const path = '/sandbox/projects/PROJECT_ID/messages';
	const waited = await call(sandbox.url, `${path}?wait=true`, {
		body: { userId: 'OTHER_USER', text: 'hola' },
	});
	expect(waited).toMatchObject({
		status: 200,
		body: { delivery: { status: 200 }, message: { from: 'user' } },
	});
	expect(hook.received[1]?.json.contact).toEqual({ id: 'OTHER_USER', name: 'Íñigo' });
	expectFailure(await call(sandbox.url, path, { body: {} }), 422, ['text']);
	expectFailure(await call(sandbox.url, path, { body: { type: 'image', content: {} } }), 422, [
		'content.mime_type',
		'content.url',
	]);
	expectFailure(await call(sandbox.url, path, { body: { userId: 'nobody', text: 'x' } }), 404);
	expectFailure(await call(sandbox.url, '/sandbox/projects/NOBODY/messages', { body: { text: 'x' } }), 404);
});

test.each([
	['image', 'image', 'image/jpeg'],
	['document', 'document', 'application/pdf'],
	['audio', 'audio', 'audio/ogg'],
])('the sample %s is sent as a message whose file is there', async (sample, type, mime_type) => {
	const { url, store } = await start();
	const path = '/sandbox/projects/PROJECT_ID/messages?wait=true';
	const sent = await call(url, path, { body: { sample, userId: 'OTHER_USER' } });
	expect(sent).toMatchObject({ status: 200, body: { message: { type, content: { mime_type } } } });
	const message = [...store.messages.values()].flat()[0];
	const content: object = message?.content ?? {};
	const file = await fetch('url' in content ? String(content.url) : '');
	expect([file.status, file.headers.get('content-type')]).toEqual([200, mime_type]);
	expect((await file.arrayBuffer()).byteLength).toBeGreaterThan(500);
	expect(store.rooms.get(message?.roomId ?? '')?.userId).toBe('OTHER_USER');
	expectFailure(await call(url, path, { body: { sample: 'toString' } }), 422, ['sample']);
});

test('the state says what happened to conversations, and what the webhook did with a message', async () => {
	const [sandbox, hook] = [
		await start(),
		await receiver((response) => void response.end('{"status":"paused"}')),
	];
	await integrate(sandbox, hook.url);
	await sandbox.userWrites('PROJECT_ID', { text: 'hola' });
	const parties = { botId: 'BOT_ID', userId: 'USER_ID' };
	const assignment = { type: 'team', target: 'sales' };
	await call(sandbox.gatewayUrl, `${INTEGRATION}/conversations/start`, { body: { ...parties, assignment } });
	await call(sandbox.gatewayUrl, `${INTEGRATION}/conversations/close`, { body: parties });
	await call(sandbox.gatewayUrl, `${INTEGRATION}/conversations/start`, { body: parties });
	const { body } = await call(sandbox.url, '/sandbox/state');
	expect(body.roomEvents).toMatchObject([
		{ kind: 'started', by: 'customer' },
		{ kind: 'assigned', by: 'workflow', assignment },
		{ kind: 'closed', by: 'workflow' },
		{ kind: 'started', by: 'workflow' },
	]);
	expect(Object.values(record(body.messages)).flat()).toMatchObject([
		{ delivery: { state: 'delivered', answer: 'paused' } },
	]);
	sandbox.store.reset();
	expect((await call(sandbox.url, '/sandbox/state')).body.roomEvents).toEqual([]);
});

test('an agent closes the conversation of a customer, and the webhook is told', async () => {
	const [sandbox, hook] = [await start(), await receiver((response) => void response.end())];
	await integrate(sandbox, hook.url);
	await sandbox.userWrites('PROJECT_ID', { text: 'hola', userId: 'OTHER_USER' });
	const close = async (userId: string) =>
		call(sandbox.url, '/sandbox/projects/PROJECT_ID/close', { body: { botId: 'BOT_ID', userId } });
	expect(await close('OTHER_USER')).toMatchObject({ status: 200, body: { state: 'closed' } });
	expect(sandbox.store.roomEvents.at(-1)).toMatchObject({ kind: 'closed', by: 'agent' });
	await waitUntil('the close event', () => sandbox.store.deliveries.at(-1)?.event === 'conversation.close');
	expectFailure(await close('OTHER_USER'), 404);
	expectFailure(await close('NOBODY'), 404);
});

test('a busy project does not push the log of another out of view', async () => {
	const sandbox = await start();
	await call(sandbox.gatewayUrl, '/v1/external-support/OTHER_PROJECT', { headers: { 'x-api-key': 'key-2' } });
	for (let times = 0; times < 210; times++) await call(sandbox.gatewayUrl, INTEGRATION);
	const log = (await call(sandbox.url, '/sandbox/state')).body.log as Array<{ projectId: string }>;
	expect(log.filter(({ projectId }) => projectId === 'PROJECT_ID')).toHaveLength(200);
	expect(log[0]?.projectId).toBe('OTHER_PROJECT');
});

test('a project is added, and a reset forgets all but projects', async () => {
	const { url, gatewayUrl, store } = await start();
	const added = await call(url, '/sandbox/projects', { body: { id: 'NEW', apiKey: 'k' } });
	expect(added).toMatchObject({ status: 201, body: { id: 'NEW', bots: [{ id: DEMO_PROJECT.bots[0]?.id }] } });
	const headers = { 'x-api-key': 'k' };
	const path = '/v1/external-support/NEW';
	expect((await call(gatewayUrl, path, { body: { webhookUrl: 'https://x.example' }, headers })).status).toBe(
		200,
	);
	await call(url, '/sandbox/projects/NEW/messages', { body: { text: 'x' } });
	await call(url, '/sandbox/reset', { body: { keepIntegrations: true } });
	expect(store.messages.size + store.rooms.size + store.requests.length).toBe(0);
	expect((await call(gatewayUrl, path, { headers })).status).toBe(200);
	await call(url, '/sandbox/reset', { method: 'POST' });
	expectFailure(await call(gatewayUrl, path, { headers }), 404);
});

test('the stream begins with a snapshot and reports what happens', async () => {
	const sandbox = await start();
	const response = await fetch(`${sandbox.url}/sandbox/stream`);
	expect(response.headers.get('content-type')).toBe('text/event-stream');
	await sandbox.userWrites('PROJECT_ID', { text: 'línea\n"dos" \u2028' });
	let text = '';
	for await (const chunk of response.body ?? []) {
		text += Buffer.from(chunk).toString('utf8');
		if (text.includes('Not delivered')) break;
	}
	const events = text.split('\n\n').filter((each) => each.startsWith('event: '));
	expect(events[0]).toMatch(/^event: snapshot\ndata: \{"projects":/);
	expect(events.map((each) => each.split('\n')[0])).toEqual(
		expect.arrayContaining(['event: overview', 'event: message', 'event: log']),
	);
});

test('the page comes with all its files and allows nothing from elsewhere', async () => {
	const { url } = await start();
	const page = await call(url, '/');
	expect(page.headers.get('content-security-policy')).toContain("default-src 'none'; script-src 'self'");
	const files = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, file]) => file);
	expect(files).toEqual(expect.arrayContaining(['favicon.svg', 'page.js', 'page.css']));
	for (const file of files) expect((await call(url, `/${file}`)).status).toBe(200);
	expectFailure(await call(url, '/..%2findex'), 404);
	expectFailure(await call(url, '/index'), 404);
});

describe('starting and ending', () => {
	test('the demo project is there when none is given', async () => {
		const sandbox = await startSandbox();
		try {
			const headers = { 'x-api-key': DEMO_PROJECT.apiKey };
			expectFailure(
				await call(sandbox.gatewayUrl, `/v1/external-support/${DEMO_PROJECT.id}`, { headers }),
				404,
			);
			expect(sandbox).toMatchObject({ gatewayUrl: `${sandbox.url}/platform`, chatbotUrl: sandbox.url });
		} finally {
			await sandbox.close();
		}
	});

	test('a port in use is reported, and free again after closing, with streams and deliveries open', async () => {
		const [first, hook] = [await start(), await receiver(() => undefined)];
		const { port } = first;
		await expect(startSandbox({ port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
		await integrate(first, hook.url);
		const stream = await fetch(`${first.url}/sandbox/stream`);
		const ended = stream.text().catch(() => 'ended');
		const delivery = first.userWrites('PROJECT_ID', { text: 'hola' });
		while (hook.received.length === 0) await new Promise(setImmediate);
		await first.close();
		expect(await ended).toBeDefined();
		expect(await delivery).toMatchObject({ status: null, error: 'the sandbox was closed' });
		const second = await start({ port });
		expect(second.port).toBe(port);
		expectFailure(await call(second.gatewayUrl, INTEGRATION), 404);
	});
});
