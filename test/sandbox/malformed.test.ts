import { connect } from 'node:net';
import { call, endAll, expectFailure, INTEGRATION, record, SEND, start } from './support';

afterEach(endAll);

const SIGNATURE = { 'x-jelou-signature': 'sha256=00' };

test.each(['', '{', '{"webhookUrl": }', 'webhookUrl=https://x.example', '\u0000', '{"a":1} trailing'])(
	'a body that is not JSON, %j: 400 in the envelope',
	async (body) => {
		const { gatewayUrl, chatbotUrl, url } = await start();
		expectFailure(await call(gatewayUrl, INTEGRATION, { method: 'POST', body }), 400);
		expectFailure(await call(chatbotUrl, SEND, { method: 'POST', body, headers: SIGNATURE }), 400);
		expectFailure(await call(url, '/sandbox/projects', { method: 'POST', body }), 400);
	},
);

test.each([
	'text/plain',
	'application/x-www-form-urlencoded',
	'multipart/form-data; boundary=x',
	'nonsense',
	'',
])('content type %j: 415 in the envelope', async (type) => {
	const { gatewayUrl } = await start();
	const headers = { 'content-type': type };
	expectFailure(
		await call(gatewayUrl, INTEGRATION, { body: { webhookUrl: 'https://x.example' }, headers }),
		415,
	);
});

test('a JSON content type may have parameters', async () => {
	const { gatewayUrl } = await start();
	const headers = { 'content-type': 'application/json; charset=utf-8' };
	const answer = await call(gatewayUrl, INTEGRATION, { body: { webhookUrl: 'https://x.example' }, headers });
	expect(answer.status).toBe(200);
});

test('a body that is too large: 413 in the envelope', async () => {
	const { gatewayUrl } = await start();
	expectFailure(await call(gatewayUrl, INTEGRATION, { body: { webhookUrl: 'x'.repeat(2_000_000) } }), 413);
});

test.each([
	'/',
	'/v1/external-support/a/b/c',
	'/%zz',
	'/v1/external-support/%E0%A4%A',
	'/v1//external-support',
])('the unknown or broken address %s: 4xx in the envelope, recorded', async (path) => {
	const { gatewayUrl, store } = await start();
	const answer = await call(gatewayUrl, path);
	expectFailure(answer, path.includes('%') ? 400 : 404);
	expect(store.requests.at(-1)).toMatchObject({ rawUrl: `/platform${path}`, status: answer.status });
});

test('an address outside the API is recorded too: somebody has set a wrong base URL', async () => {
	const { url, store } = await start();
	expectFailure(await call(url, '/wrong/v1/external-support/x', { method: 'PUT', body: '{broken' }), 404);
	expect(store.requests.at(-1)).toMatchObject({
		method: 'PUT',
		rawUrl: '/wrong/v1/external-support/x',
		status: 404,
	});
});

test('deep nesting gets a response and crashes nothing', async () => {
	const { gatewayUrl, chatbotUrl } = await start();
	const body = '['.repeat(100_000) + ']'.repeat(100_000);
	expect((await call(gatewayUrl, INTEGRATION, { body })).status).toBeLessThan(500);
	expect((await call(chatbotUrl, SEND, { body, headers: SIGNATURE })).status).toBeLessThan(500);
});

test.each([
	['nonsense', 'HELLO\r\n\r\n', 400],
	['a huge header', `GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: ${'x'.repeat(100_000)}\r\n\r\n`, 431],
])('what is not HTTP, %s: the envelope all the same', async (_name, text, status) => {
	const { port } = await start();
	const answer = await new Promise<string>((resolve) => {
		let received = '';
		const socket = connect(port, '127.0.0.1', () => socket.write(text));
		socket.on('data', (chunk) => (received += String(chunk)));
		socket.on('error', () => resolve(received)).on('close', () => resolve(received));
	});
	expect(answer).toContain(`HTTP/1.1 ${status} `);
	expect(record(JSON.parse(answer.split('\r\n\r\n')[1] ?? ''))).toMatchObject({ statusMessage: 'failed' });
});

test('an internal error: 500 in the envelope, without details', async () => {
	const { gatewayUrl, store } = await start();
	store.conversations.get = () => {
		throw new Error('internal detail');
	};
	const answer = await call(gatewayUrl, `${INTEGRATION}/conversations/x`);
	expectFailure(answer, 500);
	expect(answer.text).not.toContain('internal detail');
	expect(store.log.at(-1)?.outcome).toContain('internal detail');
});
