import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { startSandbox, type Sandbox, type SandboxOptions } from '../../sandbox';
import { Engine, errorOf, outputOf } from './support/engine';
import { BOT, USER, credentialFor, openRoom, platformCredentialFor } from './support/setup';

let sandbox: Sandbox;
async function start(options: SandboxOptions = {}) {
	// The rate belongs to the account, and most tests are about something else.
	sandbox = await startSandbox({ allowInsecureWebhooks: true, platformRate: 0, ...options });
}
afterEach(async () => sandbox.close());

const ROOM = { bot: { id: BOT }, contact: { id: USER } };
const SHIPPED = { template: { __rl: true, mode: 'list', value: 'order_shipped:es' } };
const FILLED = {
	parameters: { mappingMode: 'defineBelow', value: { '1': 'Ana', '2': '1042', '3': 'martes' } },
};
const IDS = { botId: '={{ $json.bot.id }}', userId: '={{ $json.contact.id }}' };
const SEND = { resource: 'template', operation: 'send', headerType: 'text', ...IDS, ...SHIPPED, ...FILLED };

interface Outcome {
	json: IDataObject[];
	said: string;
}

async function run(
	parameters: INodeParameters,
	{ items = [ROOM], platform = {} }: { items?: IDataObject[]; platform?: Record<string, string> } = {},
): Promise<Outcome> {
	const engine = new Engine({
		credential: credentialFor(sandbox),
		platform: platformCredentialFor(sandbox, platform),
	});
	const result = await engine.run(parameters, items);
	const error = errorOf(result);
	return {
		json: outputOf(result).map(({ json }) => json),
		said: error ? `${error.message}: ${error.description ?? ''}` : '',
	};
}

const requests = () =>
	sandbox.store.requests.map(({ method, rawUrl }) => `${method} ${rawUrl.split('?')[0] ?? ''}`);
/** What customers read. */
const read = () =>
	[...sandbox.store.messages.values()]
		.flat()
		.map(({ content }) => ('body' in content ? content.body : content));

describe('a template', () => {
	test('is sent to the user of the conversation, and the output has the text that the customer reads', async () => {
		await start();
		openRoom(sandbox);
		const { json, said } = await run(SEND);
		expect(said).toBe('');
		expect(json).toEqual([
			{
				id: expect.any(String),
				destination: USER,
				template: 'order_shipped',
				language: 'es',
				text: expect.stringMatching(/Ana.*1042.*martes/),
				bot: { id: BOT },
				contact: { id: USER },
			},
		]);
		expect(read()).toEqual([json[0]?.text]);
	});

	test('is looked up once per run, and sent for each item in order', async () => {
		await start();
		const items = Array.from({ length: 5 }, (_, n) => ({ ...ROOM, n: String(n) }));
		const value = { '1': '={{ $json.n }}', '2': '1', '3': 'hoy' };
		const { json } = await run({ ...SEND, parameters: { mappingMode: 'defineBelow', value } }, { items });
		expect(json.map(({ text }) => text)).toEqual(items.map(({ n }) => expect.stringContaining(` ${n},`)));
		expect(requests().filter((line) => line.startsWith('GET'))).toHaveLength(1);
		expect(read()).toEqual(json.map(({ text }) => text));
	});

	test('is found by its name alone where it is in one language', async () => {
		await start();
		const template = { __rl: true, mode: 'name', value: 'appointment_reminder' };
		const value = { '1': 'Ana', '2': 'martes', '3': '10:00', '4': 'Quito' };
		const parameters = { mappingMode: 'defineBelow', value };
		const { json } = await run({ ...SEND, template, parameters });
		expect(json).toEqual([expect.objectContaining({ template: 'appointment_reminder', language: 'es' })]);
	});

	test('is also found in the older form of the response', async () => {
		await start({ platformShape: 'older' });
		expect((await run(SEND)).said).toBe('');
		expect(await run({ resource: 'template', operation: 'getMany', botId: BOT })).toMatchObject({ said: '' });
	});

	test('has its image above it', async () => {
		await start({ allowInsecureWebhooks: false });
		const template = { __rl: true, mode: 'list', value: 'offer:es' };
		const many = await run({
			resource: 'template',
			operation: 'getMany',
			botId: BOT,
			returnAll: true,
		});
		const params = (many.json.find(({ elementName }) => elementName === 'offer')?.params ?? []) as Array<{
			param: string;
		}>;
		const value = Object.fromEntries(params.map(({ param }) => [param, 'x']));
		const parameters = { mappingMode: 'defineBelow', value };
		const mediaUrl = 'https://example.com/a.jpg';
		const image = { ...SEND, template, parameters, headerType: 'image' };
		expect((await run({ ...image, mediaUrl })).said).toBe('');
		expect((await run({ ...image, mediaUrl: '={{ $json.none }}' })).said).toMatch(/^Media URL is empty: /);
		// The documentation has no headers of templates, so the error is Jelou's.
		const without = await run({ ...SEND, template, parameters });
		expect(without.said).toMatch(/^Jelou rejected the request: invalid fields \(422\).*type: must be image/);
	});

	test.each<[string, INodeParameters, RegExp, IDataObject?]>([
		['no template', { template: '={{ $json.none }}' }, /^Template is empty: Choose/],
		[
			'an unknown one',
			{ template: 'nothing' },
			/^This bot has no template "nothing": Choose it from the list/,
		],
		[
			'one in two languages',
			{ template: 'order_shipped' },
			/several languages: Enter one of order_shipped:es, order_shipped:en/,
		],
		[
			'a paused one',
			{ template: 'payment_reminder' },
			/^Template "payment_reminder" is not approved: Its status is DISABLED/,
		],
		['one that waits', { template: 'new_policy' }, /is not approved: Its status is PENDING/],
		[
			'too few parameters',
			{ parameters: { value: { '1': 'Ana', '2': '1042' } } },
			/^Parameter ".+" is empty: Fill it in/,
		],
		[
			'too many parameters',
			{ parameters: { value: { '1': 'a', '2': 'b', '3': 'c', '4': 'd' } } },
			/^Parameters has "4", which the template does not have/,
		],
		['a recipient that is no number', { userId: 'Ana' }, /^User ID is not a phone number: .*593987654321/],
		[
			'an ID of WhatsApp for a business',
			{ userId: 'US.13491208655302741918' },
			/^User ID is not a phone number/,
		],
		['no recipient', {}, /^User ID is empty/, { bot: { id: BOT } }],
	])('is not sent with %s', async (_what, parameters, problem, item = ROOM) => {
		await start();
		const { said } = await run({ ...SEND, ...parameters }, { items: [item] });
		expect(said).toMatch(problem);
		expect(requests().filter((line) => line.startsWith('POST'))).toEqual([]);
		expect(read()).toEqual([]);
	});

	test('of another account’s bot is refused with Jelou’s message for people', async () => {
		await start();
		const { said } = await run({ ...SEND, botId: 'other' });
		expect(said).toMatch(
			/^Jelou does not know this bot or user \(404\): Jelou says: The bot other was not found/,
		);
		expect(said).toContain('must belong to the account of the credential');
	});

	test('goes to a number as people write it, and the next node gets it as Jelou does', async () => {
		await start();
		const { json } = await run({ ...SEND, userId: '+593 99-000 (0001)' });
		expect(json).toEqual([expect.objectContaining({ destination: USER, contact: { id: USER } })]);
	});

	test('sends a header, button parameters and an expiry under Jelou’s names', async () => {
		await start();
		const additionalFields = {
			headerParameter: 'Hola',
			buttonParameters: { values: [{ param: '1042', payload: 'track' }] },
			expirationTime: 60,
		};
		await run({ ...SEND, additionalFields });
		const { rawBody } = sandbox.store.requests.at(-1) ?? {};
		expect(JSON.parse(String(rawBody))).toEqual({
			elementName: 'order_shipped',
			destinations: [USER],
			type: 'text',
			language: 'es',
			parameters: ['Ana', '1042', 'martes'],
			headerParameters: ['Hola'],
			buttonParameters: [{ type: 'URL', param: '1042', payload: 'track' }],
			expirationTime: 60,
		});
	});

	test('that fails names its item, and the others are sent once', async () => {
		await start();
		const items = [ROOM, { ...ROOM, contact: { id: 'Ana' } }, ROOM];
		const engine = new Engine({
			credential: credentialFor(sandbox),
			platform: platformCredentialFor(sandbox),
		});
		const result = await engine.run(SEND, items, { onError: 'continueRegularOutput' });
		expect(outputOf(result).map(({ json, pairedItem }) => [json.error ?? json.template, pairedItem])).toEqual(
			[
				['order_shipped', { item: 0 }],
				['User ID is not a phone number', { item: 1 }],
				['order_shipped', { item: 2 }],
			],
		);
		expect(read()).toHaveLength(2);
	});

	test.each(['drop', 'dropAfterProcessing'] as const)('is never sent twice: %s', async (fault) => {
		await start();
		sandbox.setFaults({ [fault]: true, method: 'POST', path: 'platform' });
		const { said } = await run(SEND);
		expect(said).toMatch(/It may have been sent: check in Jelou/);
		expect(requests().filter((line) => line.startsWith('POST'))).toHaveLength(1);
	});

	test('waits when Jelou asks it to, and so does the whole run', async () => {
		await start();
		sandbox.setFaults({ respond: { status: 429, times: 2 }, method: 'POST', path: 'platform' });
		const { json, said } = await run(SEND, { items: [ROOM, ROOM, ROOM] });
		expect(said).toBe('');
		expect(json).toHaveLength(3);
		expect(read()).toHaveLength(3);
	});
});

test('all templates are fetched once, even where Jelou returns the same page forever', async () => {
	await start();
	const data = Array.from({ length: 50 }, (_, n) => ({ elementName: `template_${String(n)}` }));
	sandbox.setFaults({ respond: { status: 200, body: JSON.stringify({ data }) }, path: 'platform' });
	const { json } = await run({ resource: 'template', operation: 'getMany', botId: BOT, returnAll: true });
	expect(json).toEqual(data);
});

describe('the credential', () => {
	test('that is wrong is named', async () => {
		await start();
		const { said } = await run(SEND, { platform: { clientSecret: 'wrong-secret' } });
		expect(said).toMatch(/^Jelou rejected the Client ID and the Client Secret \(401\)/);
		expect(said).not.toContain('wrong-secret');
	});

	test('appears in no error, whatever Jelou sends back', async () => {
		await start();
		const { clientId, clientSecret } = platformCredentialFor(sandbox);
		const basic = Buffer.from(`${String(clientId)}:${String(clientSecret)}`).toString('base64');
		const body = JSON.stringify({ message: [`${String(clientSecret)} and ${basic}`] });
		sandbox.setFaults({ respond: { status: 400, body }, path: 'platform' });
		const { said } = await run(SEND);
		expect(said).toContain('Jelou says: [hidden] and [hidden].');
		expect(said).not.toContain(String(clientSecret));
		expect(said).not.toContain(basic);
	});

	test('is asked for when it is missing, and the other credential is not used', async () => {
		await start();
		const engine = new Engine({ credential: credentialFor(sandbox) });
		const error = errorOf(await engine.run(SEND, [ROOM]));
		expect(error?.message).toBe('No Jelou Platform API credential is chosen');
		expect(engine.credentials.reads).toBe(0);
		expect(sandbox.store.requests).toEqual([]);
	});

	test.each(['clientId', 'clientSecret'])('without %s says so', async (field) => {
		await start();
		const { said } = await run(SEND, { platform: { [field]: ' ' } });
		expect(said).toMatch(/^Client (ID|Secret) is empty in the Jelou Platform API credential/);
	});
});

describe('buttons and lists', () => {
	const MESSAGE = { resource: 'message', operation: 'sendInteractive', text: '¿En qué te ayudo?', ...IDS };
	const buttons = (...texts: string[]) => ({
		interactiveType: 'buttons',
		entries: { values: texts.map((title) => ({ title })) },
	});
	const list = (...titles: string[]) => ({
		interactiveType: 'list',
		entries: { values: titles.map((title) => ({ title, description: 'Más' })) },
		listButton: 'Ver',
	});

	test.each<[string, INodeParameters, IDataObject]>([
		[
			'buttons',
			buttons('Mi pedido', 'Otra cosa'),
			{
				buttons: [
					{ title: 'Mi pedido', payload: 'Mi pedido' },
					{ title: 'Otra cosa', payload: 'Otra cosa' },
				],
			},
		],
		[
			'a list',
			list('Uno', 'Dos'),
			{
				list: {
					name: 'Ver',
					entries: [
						{ title: 'Uno', description: 'Más', payload: 'Uno' },
						{ title: 'Dos', description: 'Más', payload: 'Dos' },
					],
				},
			},
		],
		['a request for the location', { interactiveType: 'locationRequest' }, { asksForLocation: true }],
	])('%s arrive as they were made', async (_what, parameters, platform) => {
		await start();
		const { json, said } = await run({ ...MESSAGE, ...parameters });
		expect(said).toBe('');
		expect(json).toEqual([{ messageId: expect.any(String), type: expect.any(String), ...ROOM }]);
		const [message] = [...sandbox.store.messages.values()].flat();
		expect(message).toMatchObject({ content: { body: MESSAGE.text }, platform });
	});

	test.each<[string, INodeParameters, RegExp]>([
		['no button', buttons(), /^Entries has 0 entries: /],
		['four buttons', buttons('a', 'b', 'c', 'd'), /^Entries has 4 entries: WhatsApp takes 1 to 3/],
		[
			'a title of 21 characters',
			buttons('a', 'b'.repeat(21)),
			/^Entry 2 has 21 characters: WhatsApp takes 20/,
		],
		['an emoji in a button', buttons('Sí 👍'), /^Entry 1 has an emoji or a formatting mark/],
		['formatting in a button', buttons('*Sí*'), /^Entry 1 has an emoji or a formatting mark/],
		['equal titles', buttons('Sí', 'si'), /^Entry 2 is the same as another/],
		['an empty button', buttons('Sí', ' '), /^Entry 2 is empty/],
		['11 options', list(...'abcdefghijk'), /^Entries has 11 entries: WhatsApp takes 1 to 10/],
		['an entry of 25 characters', list('x'.repeat(25)), /^Entry 1 has 25 characters: WhatsApp takes 24/],
		['no text', { ...buttons('Sí'), text: ' ' }, /^Text is empty/],
		['a text that is too long', { ...buttons('Sí'), text: 'x'.repeat(4_097) }, /^Text has 4097 characters/],
	])('with %s are not sent', async (_what, parameters, problem) => {
		await start();
		expect((await run({ ...MESSAGE, ...parameters })).said).toMatch(problem);
		expect(sandbox.store.requests).toEqual([]);
	});
});

describe('a user', () => {
	const HISTORY = { resource: 'user', operation: 'getHistory', ...IDS };
	const write = async (text: string) => await sandbox.userWrites('demo-project', { text });

	test('has a history, oldest first, with who wrote what', async () => {
		await start();
		openRoom(sandbox);
		await write('Hola');
		await run(SEND);
		await write('Gracias');
		const { json } = await run(HISTORY);
		expect(json.map(({ role, text }) => [role, text])).toEqual([
			['customer', 'Hola'],
			['bot', expect.stringContaining('1042')],
			['customer', 'Gracias'],
		]);
		expect(json[0]).toMatchObject({ time: expect.stringMatching(/Z$/), type: 'text' });
	});

	test('has the last messages only, across the pages of Jelou', async () => {
		await start();
		openRoom(sandbox);
		for (let n = 0; n < 60; n++) await write(String(n));
		const texts = async (limit: number) => (await run({ ...HISTORY, limit })).json.map(({ text }) => text);
		const all = Array.from({ length: 60 }, (_, n) => String(n));
		expect(await texts(3)).toEqual(all.slice(-3));
		expect(await texts(100)).toEqual(all);
		expect(await texts(55)).toEqual(all.slice(-55));
	});

	test('is handed to people for some hours, and given back', async () => {
		await start();
		const set = { resource: 'user', operation: 'setState', ...IDS };
		const get = { resource: 'user', operation: 'getState', userId: IDS.userId };
		expect((await run({ ...set, state: 'manual', hours: 2 })).json).toEqual([
			expect.objectContaining({ state: 'manual' }),
		]);
		const { rawBody } = sandbox.store.requests.at(-1) ?? {};
		expect(JSON.parse(String(rawBody))).toMatchObject({ state: 'manual', ttl: 7_200 });
		expect((await run(get)).json).toEqual([expect.objectContaining({ state: 'manual' })]);
		await run({ ...set, state: 'auto' });
		expect((await run(get)).json).toEqual([expect.objectContaining({ state: 'auto' })]);
	});
});
