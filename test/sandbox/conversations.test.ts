import {
	call,
	endAll,
	expectFailure,
	fixture,
	INTEGRATION,
	OTHER_PROJECT,
	record,
	shape,
	start,
} from './support';

afterEach(endAll);

const PARTIES = { botId: 'BOT_ID', userId: 'USER_ID' };
const START = `${INTEGRATION}/conversations/start`;
const CLOSE = `${INTEGRATION}/conversations/close`;

test('is started, read, closed and read again', async () => {
	const { gatewayUrl, store } = await start();
	const started = await call(gatewayUrl, START, {
		body: { ...PARTIES, initialMessage: 'Hola', unknownField: 1 },
	});
	expect(started.status).toBe(200);
	expect(shape(started.body)).toEqual(shape(fixture('response-conversation-start')));
	expect(started.body.data).toMatchObject({ ...PARTIES, status: 'active' });

	const path = `${INTEGRATION}/conversations/${String(record(started.body.data).conversationId)}`;
	const active = record((await call(gatewayUrl, path)).body.data);
	expect(active).toMatchObject({ state: 'active', Bot: { type: 'Whatsapp' }, User: { names: 'USER_NAME' } });
	expect(active).not.toHaveProperty('endAt');

	const closed = await call(gatewayUrl, CLOSE, {
		body: { ...PARTIES, redirectPayload: { type: 'text', text: 'Adiós' } },
	});
	expect(closed).toMatchObject({ status: 200, body: { statusMessage: 'success', status: 1 } });
	const read = await call(gatewayUrl, path);
	expect(shape(read.body)).toEqual(shape(fixture('response-conversation-get')));
	expect(read.body.data).toMatchObject({ state: 'closed', endedReason: 'closed_by_operator' });
	const messages = [...store.messages.values()].flat();
	expect(messages).toMatchObject([
		{ from: 'agent', content: { body: 'Hola' } },
		{ from: 'agent', content: { body: 'Adiós' } },
	]);
});

test('a user who is in a conversation stays in it; after closing, a new one begins in the same room', async () => {
	const { gatewayUrl, store } = await start();
	const ids: unknown[] = [];
	for (const path of [START, START, CLOSE, START]) {
		const { body } = await call(gatewayUrl, path, { body: PARTIES });
		if (path === START) ids.push(record(body.data).conversationId);
	}
	expect(ids[0]).toBe(ids[1]);
	expect(ids[2]).not.toBe(ids[0]);
	expect(store.rooms.size).toBe(1);
});

describe('refusals', () => {
	test.each([
		[{ botId: 'BOT_ID' }, ['userId']],
		[{ userId: 'USER_ID' }, ['botId']],
		[{}, ['botId', 'userId']],
		[{ ...PARTIES, botId: '' }, ['botId']],
		[{ ...PARTIES, userId: 593 }, ['userId']],
		[{ ...PARTIES, initialMessage: 1 }, ['initialMessage']],
		[{ ...PARTIES, metadata: 'text' }, ['metadata']],
		[{ ...PARTIES, metadata: [1] }, ['metadata']],
		[{ ...PARTIES, assignment: { type: 'queue' } }, ['assignment.target']],
		[{ ...PARTIES, assignment: { type: 'robot', target: 'x' } }, ['assignment.type']],
	])('start with %j: 422', async (body, fields) => {
		const { gatewayUrl } = await start();
		expectFailure(await call(gatewayUrl, START, { body }), 422, fields);
	});

	test.each([
		[{}, ['botId', 'userId']],
		[{ ...PARTIES, redirectPayload: {} }, ['redirectPayload.type']],
		[{ ...PARTIES, redirectPayload: { type: 'text' } }, ['redirectPayload.text']],
		[{ ...PARTIES, redirectPayload: { type: 'other' } }, ['redirectPayload.type']],
	])('close with %j: 422', async (body, fields) => {
		const { gatewayUrl } = await start();
		expectFailure(await call(gatewayUrl, CLOSE, { body }), 422, fields);
	});

	test.each([
		[START, { ...PARTIES, botId: 'nobody' }],
		[START, { ...PARTIES, userId: 'nobody' }],
		[CLOSE, { ...PARTIES, botId: 'nobody' }],
		[CLOSE, { ...PARTIES, userId: 'nobody' }],
		[CLOSE, PARTIES],
	])('%s for %j, which is not there: 404', async (path, body) => {
		const { gatewayUrl } = await start();
		expectFailure(await call(gatewayUrl, path, { body }), 404);
	});

	test('a conversation that is unknown, or of another project: 404', async () => {
		const { gatewayUrl } = await start();
		expectFailure(await call(gatewayUrl, `${INTEGRATION}/conversations/nothing`), 404);
		const { body } = await call(gatewayUrl, START, { body: PARTIES });
		const path = `/v1/external-support/OTHER_PROJECT/conversations/${String(record(body.data).conversationId)}`;
		expectFailure(await call(gatewayUrl, path, { headers: { 'x-api-key': OTHER_PROJECT.apiKey } }), 404);
	});
});
