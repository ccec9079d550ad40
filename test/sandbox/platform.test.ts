import { AccountRate } from '../../sandbox/http/rate';
import type { Sandbox } from '../../sandbox';
import { call, endAll, integrate, receiver, record, send, SOME_TEXT, textWith, type Answer } from './support';
import {
	ANA,
	ask,
	AUTHORIZATION,
	basic,
	expectRefusal,
	HSM,
	listIn,
	LUIS,
	MESSAGES,
	messagesOf,
	OTHER_AUTHORIZATION,
	ready,
} from './support/platform';

afterEach(async () => {
	jest.restoreAllMocks();
	await endAll();
});

const HISTORY = `/v1/bots/demo-bot/users/${ANA}/history`;
const STATE = `/v1/users/${ANA}/state`;
const SET_STATE = '/v1/users/state';

describe('the account', () => {
	test.each([
		['none', ''],
		['a wrong secret', basic('PROJECT_ID-client:wrong')],
		['an unknown client', basic('nobody:PROJECT_ID-client-secret')],
		['the secret of another account', basic('PROJECT_ID-client:sé:cret')],
		['no secret', basic('PROJECT_ID-client')],
		['another scheme', AUTHORIZATION.replace('Basic', 'Bearer')],
		['what is not encoded', 'Basic PROJECT_ID-client:PROJECT_ID-client-secret'],
	])('%s is refused, before anything else is looked at', async (_name, authorization) => {
		const sandbox = await ready();
		for (const [path, body] of [['/v2/databases'], [SET_STATE, 'no JSON']] as const) {
			const answer = await ask(sandbox, path, body, authorization);
			expect(answer).toMatchObject({ status: 401, text: '{"message":"Authentication failed"}' });
		}
		const outcome = 'Authentication failed';
		expect(sandbox.store.log).toMatchObject(Array(2).fill({ kind: 'request', tone: 'bad', outcome }));
	});

	test('each project has one of its own, with a secret of any text', async () => {
		const sandbox = await ready();
		expect((await ask(sandbox, '/v2/databases')).body).toMatchObject({ data: [{ name: SOME_TEXT }] });
		await ask(sandbox, SET_STATE, { botId: 'demo-bot', userId: ANA, state: 'manual' });
		const other = await ask(sandbox, STATE, undefined, OTHER_AUTHORIZATION);
		expect(other).toMatchObject({ status: 200, body: { state: 'auto' } });
		expect(sandbox.store.log.map(({ projectId }) => projectId)).toEqual([
			'PROJECT_ID',
			'PROJECT_ID',
			'OTHER',
		]);
	});

	test('its requests are recorded, and its secret is never shown', async () => {
		const sandbox = await ready();
		await ask(sandbox, SET_STATE, { botId: 'demo-bot', userId: ANA, state: 'auto' });
		expect(sandbox.store.requests).toMatchObject([
			{ method: 'POST', rawUrl: `/api${SET_STATE}`, status: 200, headers: { authorization: AUTHORIZATION } },
		]);
		const { body } = await call(sandbox.url, '/sandbox/state');
		const shown = JSON.stringify([body.log, body.requests]);
		expect(shown).toContain('client ID and secret');
		expect(shown).not.toContain(AUTHORIZATION.replace('Basic ', ''));
		expect(shown).not.toContain('client-secret');
	});

	test.each(
		['/v1/bots/demo-bot/templates', HSM, MESSAGES, HISTORY].map((path) => path.replace('demo-bot', 'nobody')),
	)('%s: a bot that it does not have', async (path) => {
		const sandbox = await ready();
		const message = { userId: ANA, type: 'text', text: 'x' };
		const body = { ...message, elementName: 'survey', language: 'es', destinations: [ANA], type: 'text' };
		const answer = await ask(
			sandbox,
			path,
			path.startsWith('/v2') || path.endsWith('messages') ? body : undefined,
		);
		const texts = { es: textWith('nobody'), en: textWith('nobody'), pt: textWith('nobody') };
		expect(answer).toMatchObject({
			status: 404,
			body: {
				error: { code: 'E1019', key: 'BOT_NOT_FOUND', clientMessages: texts },
				statusMessage: 'failed',
			},
		});
	});

	test('broken JSON, and another content type', async () => {
		const sandbox = await ready();
		expect((await ask(sandbox, MESSAGES, '{"userId":')).body).toMatchObject({
			message: ['The body is not valid JSON'],
			error: { code: 'E0000' },
		});
		const headers = { authorization: AUTHORIZATION, 'content-type': 'text/plain' };
		expect((await call(sandbox.platformUrl, MESSAGES, { body: '{}', headers })).status).toBe(415);
	});

	test('faults can affect it alone', async () => {
		const sandbox = await ready();
		sandbox.setFaults({ respond: { status: 503 }, path: 'platform' });
		expect((await ask(sandbox, '/v2/databases')).status).toBe(503);
		expect((await call(sandbox.gatewayUrl, '/v1/external-support/PROJECT_ID')).status).toBe(404);
		sandbox.setFaults({ respond: { status: 503 }, path: 'chatbot' });
		expect((await ask(sandbox, '/v2/databases')).status).toBe(200);
	});
});

describe('the rate', () => {
	test('five at once, then as many as have come in since', () => {
		let now = 0;
		const rate = new AccountRate(5, () => now);
		const burst = () => Array.from({ length: 8 }, () => rate.take('a')).filter(Boolean).length;
		expect([burst(), burst(), rate.take('b')]).toEqual([5, 0, true]);
		now += 400;
		expect(burst()).toBe(2);
		now += 3_600_000;
		expect(burst()).toBe(5);
	});

	test('beyond it an account gets 429, and another does not', async () => {
		// So slow that the test cannot wait for more.
		const sandbox = await ready({ platformRate: 0.000001 });
		const answers = await Promise.all(Array.from({ length: 8 }, async () => await ask(sandbox, STATE)));
		const statuses = answers.map(({ status }) => status).sort();
		expect(statuses).toEqual([...Array<number>(5).fill(200), ...Array<number>(3).fill(429)]);
		const refused = answers.find(({ status }) => status === 429);
		expect(refused?.body).toMatchObject({
			error: { key: 'TOO_MANY_REQUESTS', clientMessages: { es: SOME_TEXT } },
		});
		expect(refused?.headers.get('retry-after')).toBeNull();
		expect((await ask(sandbox, STATE, undefined, OTHER_AUTHORIZATION)).status).toBe(200);
	});

	test('0 is no limit', async () => {
		const sandbox = await ready({ platformRate: 0 });
		const answers = await Promise.all(Array.from({ length: 30 }, async () => await ask(sandbox, STATE)));
		expect(answers.every(({ status }) => status === 200)).toBe(true);
	});
});

describe('the history', () => {
	/** The texts of the messages, in the order received. */
	const texts = ({ body }: Answer) => listIn(body.results).map(({ bubble }) => record(bubble).text);

	test('says who wrote, newest first', async () => {
		const sandbox = await ready();
		const secret = await integrate(sandbox, (await receiver()).url);
		await sandbox.userWrites('PROJECT_ID', { text: 'Hola' });
		const media = { url: 'https://example.com/a', mime_type: 'a/b' };
		const fields = { bot_id: 'demo-bot', user_id: ANA };
		await send(sandbox, secret, { id: 'm1', type: 'document', content: media }, { fields });
		await ask(sandbox, MESSAGES, { userId: ANA, type: 'location_request', text: '¿Dónde?' });
		await ask(sandbox, MESSAGES, { userId: LUIS, type: 'text', text: 'of another customer' });
		const bot = { id: 'demo-bot', name: 'Tienda Aurora', type: 'Whatsapp' };
		const { body } = await ask(sandbox, HISTORY);
		expect(body).toMatchObject({
			pagination: { limit: 10, total: 3, totalPages: 1 },
			results: [
				{
					by: 'bot',
					bubble: { type: 'TEXT', text: '¿Dónde?' },
					sender: bot,
					recipient: { id: ANA, names: 'Ana Torres' },
				},
				{
					by: 'operator',
					messageId: 'm1',
					bubble: { type: 'FILE', mediaUrl: media.url },
					status: 'DELIVERED_USER',
				},
				{
					by: 'user',
					bubble: { type: 'TEXT', text: 'Hola' },
					sender: { id: ANA },
					recipient: { id: 'demo-bot' },
				},
			],
		});
		for (const { createdAt } of listIn(body.results)) {
			expect(new Date(String(createdAt)).toISOString()).toBe(createdAt);
		}
	});

	test('comes in pages, starting from a message', async () => {
		const sandbox = await ready();
		for (let n = 1; n <= 60; n++) {
			await ask(sandbox, MESSAGES, { userId: ANA, type: 'text', text: String(n) });
		}
		const all = messagesOf(sandbox);
		const page = async (query: string) => texts(await ask(sandbox, `${HISTORY}?${query}`)).map(Number);
		expect(await page('')).toEqual([60, 59, 58, 57, 56, 55, 54, 53, 52, 51]);
		expect(await page('limit=50')).toHaveLength(50);
		expect(await page(`limit=3&direction=older&messageId=${all[9]?.id ?? ''}`)).toEqual([9, 8, 7]);
		expect(await page(`limit=3&messageId=${all[1]?.id ?? ''}`)).toEqual([1]);
		expect(await page(`direction=older&messageId=${all[0]?.id ?? ''}`)).toEqual([]);
		expect(await page(`limit=3&direction=newer&messageId=${all[9]?.id ?? ''}`)).toEqual([13, 12, 11]);
		expect(await page(`direction=newer&messageId=${all[59]?.id ?? ''}`)).toEqual([]);
	});

	test('is empty for a customer who has written nothing, and creates no room', async () => {
		const sandbox = await ready();
		expect((await ask(sandbox, HISTORY)).body).toMatchObject({ pagination: { total: 0 }, results: [] });
		expect(sandbox.store.rooms.size).toBe(0);
	});

	test.each(['limit=0', 'limit=51', 'limit=x', 'direction=back', 'messageId=nothing'])(
		'%s: refused',
		async (query) => {
			expectRefusal(await ask(await ready(), `${HISTORY}?${query}`), query.split('=', 1)[0] ?? '');
		},
	);

	test('of an unknown user', async () => {
		expect((await ask(await ready(), HISTORY.replace(ANA, 'nobody'))).status).toBe(404);
	});
});

describe('the state of a user', () => {
	const MANUAL = { botId: 'demo-bot', userId: ANA, state: 'manual' };
	const state = async (sandbox: Sandbox) => (await ask(sandbox, STATE)).body.state;

	test('is auto until it is set, and after a reset', async () => {
		const sandbox = await ready();
		const user = { id: ANA, names: 'Ana Torres', botId: 'demo-bot', groupId: null };
		expect((await ask(sandbox, STATE)).body).toEqual({ ...user, state: 'auto' });
		expect((await ask(sandbox, SET_STATE, MANUAL)).body).toEqual({ ...user, state: 'manual' });
		expect(await state(sandbox)).toBe('manual');
		await ask(sandbox, SET_STATE, { ...MANUAL, state: 'auto' });
		expect(await state(sandbox)).toBe('auto');
		await ask(sandbox, SET_STATE, MANUAL);
		await call(sandbox.url, '/sandbox/reset', { method: 'POST' });
		expect(await state(sandbox)).toBe('auto');
	});

	test('ends when its time is up', async () => {
		const sandbox = await ready();
		const now = Date.now();
		const clock = jest.spyOn(Date, 'now').mockReturnValue(now);
		await ask(sandbox, SET_STATE, { ...MANUAL, ttl: 60 });
		clock.mockReturnValue(now + 59_999);
		expect(await state(sandbox)).toBe('manual');
		clock.mockReturnValue(now + 60_000);
		expect(await state(sandbox)).toBe('auto');
		await ask(sandbox, SET_STATE, MANUAL);
		clock.mockReturnValue(now + 9_999_999_999);
		expect(await state(sandbox)).toBe('manual');
	});

	test.each<[object, unknown[]]>([
		[{ state: 'off' }, ['state must be: auto, manual']],
		[{ userId: undefined }, ['userId is required']],
		[{ botId: undefined, state: undefined }, ['botId is required', 'state is required']],
		[{ ttl: 0 }, [textWith('ttl')]],
		[{ ttl: 1.5 }, [textWith('ttl')]],
		[{ ttl: '60' }, [textWith('ttl')]],
	])('%j: 400, as documented', async (more, message) => {
		const sandbox = await ready();
		const answer = await ask(sandbox, SET_STATE, { ...MANUAL, ...more });
		expect({ status: answer.status, body: answer.body }).toEqual({
			status: 400,
			body: { message, status: 'failed' },
		});
		expect(await state(sandbox)).toBe('auto');
	});

	test('of an unknown user, and with an unknown bot', async () => {
		const sandbox = await ready();
		expect((await ask(sandbox, STATE.replace(ANA, 'nobody'))).status).toBe(404);
		expect((await ask(sandbox, SET_STATE, { ...MANUAL, botId: 'nobody' })).body).toMatchObject({
			error: { code: 'E1019' },
		});
	});
});
