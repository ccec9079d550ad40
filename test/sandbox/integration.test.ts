import {
	call,
	endAll,
	expectFailure,
	fixture,
	INTEGRATION,
	integrate,
	OTHER_PROJECT,
	PROJECT,
	record,
	send,
	shape,
	start,
} from './support';

afterEach(endAll);

const WEBHOOK = 'https://my-system.com/webhook/jelou';

describe.each(['platform', 'jelouapi'])('integration under /%s', (path) => {
	test('is created, read, updated and deleted, with the secret shown once', async () => {
		const { url } = await start();
		const base = `${url}/${path}`;
		const created = await call(base, INTEGRATION, { body: { webhookUrl: WEBHOOK } });
		expect(created.status).toBe(200);
		const { signingSecret, ...rest } = record(created.body.data);
		expect(signingSecret).toMatch(/^[0-9a-f]{64}$/);
		expect(shape(rest)).toEqual(shape(fixture('response-integration-get').data));

		const read = await call(base, INTEGRATION);
		expect(shape(read.body)).toEqual(shape(fixture('response-integration-get')));
		expect(read.body.data).toMatchObject({ brainId: PROJECT.id, webhookUrl: WEBHOOK });

		const patched = await call(base, INTEGRATION, { method: 'PATCH', body: { webhookUrl: `${WEBHOOK}/2` } });
		expect(patched.body.data).toMatchObject({ webhookUrl: `${WEBHOOK}/2` });
		expect(patched.text).not.toContain(String(signingSecret));

		const deleted = await call(base, INTEGRATION, { method: 'DELETE' });
		expect(deleted.body).toEqual(fixture('response-integration-delete'));
		expectFailure(await call(base, INTEGRATION), 404);
	});
});

test('an update keeps the secret, deleting discards it', async () => {
	const sandbox = await start();
	const { gatewayUrl, store } = sandbox;
	const secret = await integrate(sandbox, WEBHOOK);
	await call(gatewayUrl, INTEGRATION, { method: 'PATCH', body: { webhookUrl: `${WEBHOOK}/2` } });
	expect(store.projects.get(PROJECT.id)?.integration?.signingSecret).toBe(secret);
	await call(gatewayUrl, INTEGRATION, { method: 'DELETE' });
	const again = await call(gatewayUrl, INTEGRATION, { body: { webhookUrl: WEBHOOK } });
	expect(record(again.body.data).signingSecret).not.toBe(secret);
});

describe('a project with a signing secret of its own', () => {
	const signingSecret = 'f'.repeat(64);
	const projects = [{ ...PROJECT, signingSecret }];

	test('gives it to every integration, even after one was deleted', async () => {
		const sandbox = await start({ projects });
		expect(await integrate(sandbox, WEBHOOK)).toBe(signingSecret);
		const read = await call(sandbox.gatewayUrl, INTEGRATION);
		expect(read.text).not.toContain(signingSecret);
		await call(sandbox.gatewayUrl, INTEGRATION, { method: 'DELETE' });
		expect(await integrate(sandbox, WEBHOOK)).toBe(signingSecret);
	});

	test('accepts messages that are signed with it before there is an integration, and no others', async () => {
		const sandbox = await start({ projects });
		await sandbox.userWrites(PROJECT.id, { text: 'hola' });
		const value = { id: 'm1', type: 'text', content: { body: 'Hola' } };
		expect((await send(sandbox, signingSecret, value)).status).toBe(200);
		expectFailure(await send(sandbox, 'e'.repeat(64), value), 401);
	});

	test('shows it on the page, to be entered in a credential', async () => {
		const { url } = await start({ projects });
		expect((await call(url, '/sandbox/state')).body).toMatchObject({ projects: [{ signingSecret }] });
	});
});

test('a second integration is refused and changes nothing', async () => {
	const sandbox = await start();
	await integrate(sandbox, WEBHOOK);
	expectFailure(
		await call(sandbox.gatewayUrl, INTEGRATION, { body: { webhookUrl: 'https://other.example' } }),
		409,
	);
	const read = await call(sandbox.gatewayUrl, INTEGRATION);
	expect(read.body.data).toMatchObject({ webhookUrl: WEBHOOK });
});

describe('refusals', () => {
	test.each([
		['no API key', { 'x-api-key': '' }],
		['a wrong API key', { 'x-api-key': 'nope' }],
		["another project's API key", { 'x-api-key': OTHER_PROJECT.apiKey }],
		['an API key in another case', { 'x-api-key': PROJECT.apiKey.toUpperCase() }],
	])('%s: 401 for every call', async (_name, headers) => {
		const { gatewayUrl } = await start();
		for (const method of ['GET', 'DELETE']) {
			expectFailure(await call(gatewayUrl, INTEGRATION, { method, headers }), 401);
		}
		for (const [method, path] of [
			['POST', ''],
			['PATCH', ''],
			['POST', '/conversations/start'],
			['POST', '/conversations/close'],
		]) {
			expectFailure(
				await call(gatewayUrl, INTEGRATION + path, { method, headers, body: '{not even json' }),
				401,
			);
		}
		expectFailure(await call(gatewayUrl, `${INTEGRATION}/conversations/x`, { headers }), 401);
	});

	test('unknown project: 404', async () => {
		const { gatewayUrl } = await start();
		expectFailure(await call(gatewayUrl, '/v1/external-support/NOBODY'), 404);
	});

	test('without an integration: 404', async () => {
		const { gatewayUrl, store } = await start();
		expectFailure(await call(gatewayUrl, INTEGRATION), 404);
		expectFailure(await call(gatewayUrl, INTEGRATION, { method: 'DELETE' }), 404);
		expectFailure(
			await call(gatewayUrl, INTEGRATION, { method: 'PATCH', body: { webhookUrl: WEBHOOK } }),
			404,
		);
		// Nothing went wrong, so the log does not show an error.
		expect(store.log[0]).toMatchObject({
			title: 'Read integration',
			status: 404,
			tone: 'info',
			outcome: 'The project has no integration yet',
		});
	});

	test.each([
		[{}, 'webhookUrl'],
		[{ webhookUrl: 5 }, 'webhookUrl'],
		[{ webhookUrl: null }, 'webhookUrl'],
		[{ webhookUrl: '' }, 'webhookUrl'],
		[{ webhookUrl: 'not a url' }, 'webhookUrl'],
		[{ webhookUrl: 'ftp://example.com/x' }, 'webhookUrl'],
		[{ webhookUrl: WEBHOOK, authType: 'digest' }, 'authType'],
		[{ webhookUrl: WEBHOOK, authType: 'bearer' }, 'authorization'],
		[{ webhookUrl: WEBHOOK, authType: 'bearer', authorization: 'a\nb' }, 'authorization'],
		[[], 'body'],
		['"text"', 'body'],
		['null', 'body'],
	])('fields %j: 422 on create, 400 on update', async (body, field) => {
		const sandbox = await start();
		expectFailure(await call(sandbox.gatewayUrl, INTEGRATION, { body }), 422, [field]);
		expect(sandbox.store.projects.get(PROJECT.id)?.integration).toBeNull();
		await integrate(sandbox, WEBHOOK);
		const isEmpty = JSON.stringify(body) === '{}';
		expectFailure(
			await call(sandbox.gatewayUrl, INTEGRATION, { method: 'PATCH', body }),
			400,
			isEmpty ? [] : [field],
		);
	});

	test.each([
		'http://my-system.com/hook',
		'https://localhost/hook',
		'https://n8n/hook',
		'https://127.0.0.1/hook',
		'https://10.1.2.3/hook',
		'https://192.168.0.10/hook',
		'https://[::1]/hook',
		'https://printer.local/hook',
	])('as Jelou, no webhook at %s unless told otherwise', async (webhookUrl) => {
		const { gatewayUrl } = await start({ allowInsecureWebhooks: false });
		expectFailure(await call(gatewayUrl, INTEGRATION, { body: { webhookUrl } }), 422, ['webhookUrl']);
		expect((await call(gatewayUrl, INTEGRATION, { body: { webhookUrl: WEBHOOK } })).status).toBe(200);
	});
});

test('a path parameter arrives as one segment, decoded once, and is recorded as it arrived', async () => {
	const id = '../../admin?x=1#y%2F é';
	const { gatewayUrl, store } = await start({ projects: [{ id, apiKey: PROJECT.apiKey }] });
	const path = `/v1/external-support/${encodeURIComponent(id)}`;
	const { body } = await call(gatewayUrl, path, { body: { webhookUrl: WEBHOOK } });
	expect(body.data).toMatchObject({ brainId: id });
	expect(store.requests.at(-1)).toMatchObject({ method: 'POST', rawUrl: `/platform${path}`, status: 200 });
	expect(store.requests.at(-1)?.rawBody.toString()).toBe(JSON.stringify({ webhookUrl: WEBHOOK }));
});
