import type { Sandbox } from '../../sandbox';
import { call, endAll, expectFailure, INTEGRATION, integrate, receiver, send, start, until } from './support';

afterEach(endAll);

const WEBHOOK = 'https://example.com/hook';
const TEXT = { id: 'm1', type: 'text', content: { body: 'Hola' } };

test('responds with a status, Retry-After and the envelope, as often as asked', async () => {
	const sandbox = await start();
	await integrate(sandbox, WEBHOOK);
	sandbox.setFaults({ respond: { status: 429, retryAfter: 3, times: 2 } });
	for (let times = 0; times < 2; times++) {
		const answer = await call(sandbox.gatewayUrl, INTEGRATION, { method: 'DELETE' });
		expectFailure(answer, 429);
		expect(answer.headers.get('retry-after')).toBe('3');
	}
	expect((await call(sandbox.gatewayUrl, INTEGRATION)).status).toBe(200);
});

test('responds like a proxy in front of Jelou', async () => {
	const sandbox = await start();
	sandbox.setFaults({
		respond: { status: 502, body: '<h1>Bad gateway</h1>', contentType: 'text/html' },
		times: 1,
	});
	const answer = await call(sandbox.gatewayUrl, INTEGRATION);
	expect(answer).toMatchObject({ status: 502, text: '<h1>Bad gateway</h1>' });
	sandbox.setFaults({ respond: { status: 500, body: '', contentType: 'text/plain' }, times: 1 });
	expect(await call(sandbox.gatewayUrl, INTEGRATION)).toMatchObject({ status: 500, text: '' });
	expectFailure(await call(sandbox.gatewayUrl, INTEGRATION), 404);
});

test('affects only requests that name a text, in their address or body', async () => {
	const sandbox = await start();
	await integrate(sandbox, WEBHOOK);
	const { status } = await call(sandbox.gatewayUrl, INTEGRATION);
	sandbox.setFaults({ respond: { status: 500 }, naming: 'https://example.com/other', times: 2 });
	const change = async (webhookUrl: string) =>
		(await call(sandbox.gatewayUrl, INTEGRATION, { method: 'PATCH', body: { webhookUrl } })).status;
	expect([status, await change(`${WEBHOOK}/2`), await change('https://example.com/other')]).toEqual([
		200, 200, 500,
	]);
	sandbox.setFaults({ respond: { status: 500 }, naming: INTEGRATION, times: 1 });
	expect((await call(sandbox.gatewayUrl, INTEGRATION)).status).toBe(500);
});

test('drops the connection before anything is processed', async () => {
	const sandbox = await start();
	sandbox.setFaults({ drop: true, times: 1 });
	await expect(call(sandbox.gatewayUrl, INTEGRATION, { body: { webhookUrl: WEBHOOK } })).rejects.toThrow();
	expect(sandbox.store.requests.at(-1)).toMatchObject({ method: 'POST', status: null });
	expect(sandbox.store.requests.at(-1)?.rawBody.toString()).toContain(WEBHOOK);
	expectFailure(await call(sandbox.gatewayUrl, INTEGRATION), 404);
});

test('drops the connection after the request was processed', async () => {
	const sandbox = await start();
	sandbox.setFaults({ dropAfterProcessing: true, times: 1 });
	await expect(call(sandbox.gatewayUrl, INTEGRATION, { body: { webhookUrl: WEBHOOK } })).rejects.toThrow();
	expect(sandbox.store.requests.at(-1)).toMatchObject({ status: null });
	expect((await call(sandbox.gatewayUrl, INTEGRATION)).status).toBe(200);
});

test('sends half of the response after the request was processed', async () => {
	const sandbox = await start();
	sandbox.setFaults({ halfResponse: true, times: 1 });
	const answer = await fetch(`${sandbox.gatewayUrl}${INTEGRATION}`, {
		method: 'POST',
		headers: { 'content-type': 'application/json', 'x-api-key': 'key-1' },
		body: JSON.stringify({ webhookUrl: WEBHOOK }),
	});
	expect(answer.status).toBe(200);
	await expect(answer.text()).rejects.toThrow();
	expect(sandbox.store.requests.at(-1)).toMatchObject({ status: null });
	expect((await call(sandbox.gatewayUrl, INTEGRATION)).status).toBe(200);
});

/** Creates the integration. Returns what the caller gets. */
const create = async ({ gatewayUrl }: Sandbox) =>
	await call(gatewayUrl, INTEGRATION, { body: { webhookUrl: WEBHOOK } });

test.each([
	['an error', { status: 500 }, /"statusMessage":"failed"/],
	['a page', { status: 200, body: '<html>', contentType: 'text/html' }, /^<html>$/],
	['the words of a failure with status 200', { status: 200 }, /"statusMessage":"failed","status":0/],
])('loses the answer to a request that was processed: %s comes instead', async (_what, respond, text) => {
	const sandbox = await start();
	sandbox.setFaults({ respond: { ...respond, afterProcessing: true, times: 1 } });
	const answer = await create(sandbox);
	expect(answer.status).toBe(respond.status);
	expect(answer.text).toMatch(text);
	expect(answer.text).not.toContain('signingSecret');
	expect(sandbox.store.requests.at(-1)).toMatchObject({ method: 'POST', status: respond.status });
	expect((await call(sandbox.gatewayUrl, INTEGRATION)).body.data).toMatchObject({ webhookUrl: WEBHOOK });
});

test('affects one method only: a read gets that there is no integration, once', async () => {
	const sandbox = await start();
	await create(sandbox);
	sandbox.setFaults({ respond: { status: 404 }, method: 'GET', times: 1 });
	expect((await call(sandbox.gatewayUrl, INTEGRATION, { method: 'PATCH', body: {} })).status).toBe(400);
	expectFailure(await call(sandbox.gatewayUrl, INTEGRATION), 404);
	expect((await call(sandbox.gatewayUrl, INTEGRATION)).status).toBe(200);
});

test.each([400, 403, 409, 422] as const)(
	'refuses to create an integration that exists with the chosen status %d, and keeps the one there is',
	async (status) => {
		const sandbox = await start({ existingIntegrationStatus: status });
		await create(sandbox);
		expectFailure(
			await call(sandbox.gatewayUrl, INTEGRATION, { body: { webhookUrl: 'https://example.com/other' } }),
			status,
		);
		expect((await call(sandbox.gatewayUrl, INTEGRATION)).body.data).toMatchObject({ webhookUrl: WEBHOOK });
	},
);

test('sends the response one byte at a time, completely', async () => {
	const sandbox = await start();
	sandbox.setFaults({ respond: { status: 200, body: '{"a":"ñ"}' }, dripMs: 1, times: 1 });
	const answer = await fetch(`${sandbox.gatewayUrl}${INTEGRATION}`);
	const sizes: number[] = [];
	const bytes: Buffer[] = [];
	for await (const chunk of answer.body ?? []) {
		bytes.push(Buffer.from(chunk));
		sizes.push(chunk.length);
	}
	expect(Buffer.concat(bytes).toString()).toBe('{"a":"ñ"}');
	expect(sizes.length).toBeGreaterThan(1);
});

test.each([{}, { dripMs: 1 }])('sends a valid response that never ends with %j', async (pace) => {
	const sandbox = await start();
	sandbox.setFaults({ respond: { status: 200, body: '{}' }, endlessResponse: true, ...pace });
	const answer = await fetch(`${sandbox.gatewayUrl}${INTEGRATION}`);
	const wanted = 'dripMs' in pace ? 20 : 5_000_000;
	let [received, text] = [0, ''];
	for await (const chunk of answer.body ?? []) {
		if (text.length < 20) text += Buffer.from(chunk.subarray(0, 20)).toString();
		received += chunk.length;
		if (received >= wanted) break;
	}
	expect(received).toBeGreaterThanOrEqual(wanted);
	expect(JSON.parse(text)).toEqual({});
});

test('an endless response is over when the sandbox closes', async () => {
	const sandbox = await start();
	sandbox.setFaults({ endlessResponse: true, dripMs: 600_000 });
	const answer = await fetch(`${sandbox.gatewayUrl}${INTEGRATION}`);
	const body = answer.text().catch(() => 'ended');
	await sandbox.close();
	await body;
});

test('affects only the intended part of the API', async () => {
	const sandbox = await start();
	const secret = await integrate(sandbox, (await receiver()).url);
	await sandbox.userWrites('PROJECT_ID', { text: 'hola' });
	sandbox.setFaults({ respond: { status: 503 }, path: 'chatbot' });
	expect((await call(sandbox.gatewayUrl, INTEGRATION)).status).toBe(200);
	expectFailure(await send(sandbox, secret, TEXT), 503);
	sandbox.setFaults({ respond: { status: 503 }, path: 'gateway' });
	expectFailure(await call(sandbox.gatewayUrl, INTEGRATION), 503);
	expect((await send(sandbox, secret, TEXT)).status).toBe(200);
	expect((await call(sandbox.url, '/')).status).toBe(200);
	sandbox.setFaults({});
	expect((await call(sandbox.gatewayUrl, INTEGRATION)).status).toBe(200);
});

test('a delayed request ends with the sandbox', async () => {
	const sandbox = await start();
	sandbox.setFaults({ latencyMs: 600_000 });
	const pending = call(sandbox.gatewayUrl, INTEGRATION).catch(() => 'ended');
	while (sandbox.store.requests.length === 0) await new Promise(setImmediate);
	await sandbox.close();
	await pending;
});

test('is switched on through the control API, which says what it does not understand', async () => {
	const { url, gatewayUrl } = await start();
	const faults = { respond: { status: 500 }, latencyMs: 1, path: 'gateway' };
	expect((await call(url, '/sandbox/faults', { body: faults })).body).toEqual(faults);
	expect((await call(url, '/sandbox/faults')).body).toEqual(faults);
	expectFailure(await call(gatewayUrl, INTEGRATION), 500);
	expectFailure(await call(url, '/sandbox/faults', { body: { respond: { status: 99 } } }), 422, [
		'respond.status',
	]);
	expectFailure(await call(url, '/sandbox/faults', { body: { latency: 5 } }), 422, ['body']);
	await call(url, '/sandbox/faults', { body: {} });
	expectFailure(await call(gatewayUrl, INTEGRATION), 404);
});

test('delivers each event twice, with the same bytes and signature', async () => {
	const [sandbox, hook] = [await start(), await receiver()];
	await integrate(sandbox, hook.url);
	await sandbox.userWrites('PROJECT_ID', { text: 'hola' });
	const once = hook.received.length;
	sandbox.setFaults({ deliverTwice: true });
	await sandbox.userWrites('PROJECT_ID', { text: 'otra vez' });
	const [first, second, ...others] = hook.received.slice(once);
	expect(others).toEqual([]);
	expect(first?.rawBody.toString()).toContain('otra vez');
	expect(second?.rawBody).toEqual(first?.rawBody);
	expect(second?.headers['x-jelou-signature']).toBe(first?.headers['x-jelou-signature']);
});

test('has the customer answer the next message, and only that, before it is confirmed', async () => {
	const [sandbox, hook] = [await start(), await receiver()];
	const secret = await integrate(sandbox, hook.url);
	await sandbox.userWrites('PROJECT_ID', { text: 'hola' });
	sandbox.setFaults({ replyAtOnce: 'al instante' });
	const answers = () => hook.received.filter(({ rawBody }) => rawBody.toString().includes('al instante'));
	let isConfirmed = false;
	const confirmation = send(sandbox, secret, TEXT).then(({ status }) => {
		isConfirmed = true;
		return status;
	});
	await until('the quick answer', () => answers().length > 0);
	expect(isConfirmed).toBe(false);
	expect(await confirmation).toBe(200);
	await send(sandbox, secret, { ...TEXT, id: 'm2' });
	expect(answers()).toHaveLength(1);
});
