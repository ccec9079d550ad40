import { isRecord } from '../../../scripts/json';
import { waitUntil } from '../../../scripts/n8n/waitUntil';
import { outputOf } from '../../support/execution';
import { startRecorder, type Recorder } from '../../support/recorder';
import { openExample, type Example } from '../support/examples';
import type { Stage } from '../support/stage';
import { startTelegram, type Telegram, type TelegramMessage, type Written } from '../support/telegram';

const ANA = '593990000001';
const LUIS = '593990000002';
/** Named to be mistaken for Luis. */
const EVA = '593990000003';
const LINK_TO_LUIS = '<a href="https://crm.example.com/customers#room-luis/demo-bot/593990000002">👤</a>';
const MANY = Array.from({ length: 10 }, (_, index) => `59399100000${String(index)}`);

const users = [
	{ id: ANA, name: 'Ana Torres', createdAt: '' },
	{ id: LUIS, name: 'Luis Peña', createdAt: '' },
	{ id: EVA, name: `${LINK_TO_LUIS}\nEva & Co <b>`, createdAt: '' },
	...MANY.map((id) => ({ id, name: `Cliente ${id}`, createdAt: '' })),
];

const BOT = 'Soy el asistente';
const A_PERSON = 'Claro, una persona de nuestro equipo te escribirá por aquí. 🙋';
const FAILED = /^Ahora no podemos entregar tu mensaje/;
const HOW = /^Para escribirle a un cliente, responde al mensaje que empieza con 👤/;
const PICTURE = Buffer.from('89504e470d0a1a0a0000ff00c3b1', 'hex');
const WAIT = { 'Wait for Telegram': { amount: 0.1 } };

export function supportDeskTelegram(stage: () => Stage): void {
	let telegram: Telegram;
	let channel: Recorder;
	let example: Example;
	beforeAll(async () => {
		telegram = await startTelegram();
		channel = await startRecorder(({ path }) =>
			path === '/gone.png' ? { status: 404 } : { contentType: 'image/png', body: PICTURE },
		);
		const { client } = stage();
		const id = await client.saveCredential('desk', 'telegramApi', telegram.credential);
		example = await openExample(stage(), 'support-desk-telegram.json', {
			users,
			rooms: [
				{ id: 'room/ana 1', userId: ANA },
				{ id: 'room-luis', userId: LUIS },
			],
			settings: { groupId: String(telegram.group.id), botName: '@desk_bot', pauseHours: 2 },
			// It waits as often as in the published example, only shorter.
			parameters: WAIT,
			credentials: { telegramApi: { id, name: 'desk' } },
		});
		await example.activate();
		await waitUntil('the Telegram webhook', async () => {
			const { url } = telegram.webhook ?? {};
			return url !== undefined && (await fetch(url, { method: 'POST' })).status === 403;
		});
	});
	afterAll(async () => {
		await example?.deactivate();
		await channel?.close();
		await telegram?.close();
	});

	/** Does something. Returns the texts that the group and a customer were sent as a result. */
	async function after(
		userId: string,
		runs: number,
		act: () => Promise<unknown>,
	): Promise<{ group: TelegramMessage[]; customer: string[] }> {
		const [sent, said] = [telegram.sent.length, example.said(userId).length];
		const before = await stage().client.executionCount(example.workflowId);
		await act();
		await example.ran(before + runs);
		return { group: telegram.sent.slice(sent), customer: example.said(userId).slice(said) };
	}
	const textsOf = (messages: TelegramMessage[]) => messages.map(({ caption, text }) => text ?? caption);
	const hears = async (userId: string, text: string) =>
		after(userId, 1, async () => example.hears({ text, userId }));
	const writes = async (userId: string, written: Written, times = 1) =>
		after(userId, times, async () => {
			const answers = await telegram.writes(written, { times });
			expect(answers).toEqual(Array.from({ length: times }, () => 200));
		});
	const NOTHING = { group: [], customer: [] };

	/** A customer asks for a person. Returns the message in the group. */
	async function asks(userId: string, text = 'Quiero hablar con una persona'): Promise<TelegramMessage> {
		const { customer, group } = await hears(userId, text);
		expect(customer).toEqual([A_PERSON]);
		const [message] = group;
		if (!message || group.length > 1) throw new Error(`The group got ${String(group.length)} messages.`);
		return message;
	}
	const ends = async (userId: string, message: TelegramMessage) =>
		writes(userId, { text: '/fin', reply_to_message: message });

	test('from the first word to the last', async () => {
		expect(await hears(ANA, 'Hola')).toEqual({ group: [], customer: [expect.stringContaining(BOT)] });
		expect(await hears(ANA, 'Es para uso personal 👍')).toMatchObject({ group: [] });
		const asked = await asks(ANA, 'Quiero hablar con una persona. ¿3 < 5 & *todo* bien_?');
		expect(asked.text).toBe(
			'👤 Ana Torres pide una persona\nQuiero hablar con una persona. ¿3 < 5 & *todo* bien_?',
		);
		expect(await writes(ANA, { text: 'Hola, soy Marta *_ & <b>', reply_to_message: asked })).toEqual({
			group: [],
			customer: ['Hola, soy Marta *_ & <b>'],
		});
		const { customer, group } = await hears(ANA, '¿Sigue ahí?');
		expect(customer).toEqual([]);
		expect(textsOf(group)).toEqual(['👤 Ana Torres\n¿Sigue ahí?']);
		expect(await writes(ANA, { text: 'Sí', reply_to_message: group[0] })).toEqual({
			group: [],
			customer: ['Sí'],
		});
		const ended = await ends(ANA, asked);
		expect(textsOf(ended.group)).toEqual(['👤 El bot vuelve a atender a este cliente.']);
		expect(ended.customer).toEqual([]);
		expect(await hears(ANA, 'Gracias')).toEqual({ group: [], customer: [expect.stringContaining(BOT)] });
	});

	test('a reply restarts the pause, for as long as Settings say', async () => {
		const asked = await asks(ANA);
		await ends(ANA, asked);
		await writes(ANA, { text: 'Una cosa más', reply_to_message: asked });
		const [latest] = await stage().client.executions(example.workflowId);
		const execution = await stage().client.execution(String(latest?.id));
		const [paused] = outputOf(execution, 'Pause again');
		const hours = (Date.parse(String(paused?.until)) - Date.parse(String(execution.startedAt))) / 3_600_000;
		expect(Math.round(hours)).toBe(2);
		expect(textsOf((await hears(ANA, '¿Cuál?')).group)).toEqual(['👤 Ana Torres\n¿Cuál?']);
		await ends(ANA, asked);
	});

	test('a pause that fails at first is retried, and the customer gets a person', async () => {
		const naming = example.project.id;
		stage().sandbox.setFaults({ path: 'gateway', naming, respond: { status: 404 }, times: 1 });
		const asked = await asks(ANA);
		expect(await hears(ANA, '¿Hola?')).toMatchObject({ customer: [] });
		await ends(ANA, asked);
	});

	test('two customers are not mixed up', async () => {
		const [ana, luis] = [await asks(ANA), await asks(LUIS)];
		expect(await writes(ANA, { text: 'Para Ana', reply_to_message: ana })).toMatchObject({
			customer: ['Para Ana'],
		});
		expect(await writes(LUIS, { text: 'Para Luis', reply_to_message: luis })).toMatchObject({
			customer: ['Para Luis'],
		});
		await ends(ANA, ana);
		expect(await hears(ANA, 'Hola')).toMatchObject({ customer: [expect.stringContaining(BOT)] });
		expect(await hears(LUIS, 'Hola')).toMatchObject({ customer: [], group: [expect.anything()] });
		await ends(LUIS, luis);
	});

	test('10 customers at once each get their own answer', async () => {
		const sent = telegram.sent.length;
		await after(ANA, MANY.length, async () =>
			Promise.all(MANY.map(async (userId) => example.hears({ text: `Una persona, soy ${userId}`, userId }))),
		);
		const asked = telegram.sent.slice(sent);
		expect(textsOf(asked).sort()).toEqual(
			MANY.map((id) => `👤 Cliente ${id} pide una persona\nUna persona, soy ${id}`),
		);
		await after(ANA, MANY.length, async () =>
			Promise.all(
				asked.map(async (message) =>
					telegram.writes({
						text: `Respuesta: ${message.text?.split('soy ')[1] ?? ''}`,
						reply_to_message: message,
					}),
				),
			),
		);
		expect(MANY.map((id) => example.said(id))).toEqual(MANY.map((id) => [A_PERSON, `Respuesta: ${id}`]));
	});

	test('a repeated update has one message ID for Jelou, and a different one has another', async () => {
		const asked = await asks(ANA);
		await writes(ANA, { text: 'Una vez', reply_to_message: asked }, 2);
		await writes(ANA, { text: 'Una vez', reply_to_message: asked });
		const messages = stage().sandbox.store.messages.get('room/ana 1') ?? [];
		expect(messages.slice(-3).map(({ duplicate }) => duplicate)).toEqual([false, true, false]);
		await ends(ANA, asked);
	});

	describe('the room of an answer', () => {
		test.each([
			['the link itself', LINK_TO_LUIS],
			['its address', 'https://crm.example.com/customers#room-luis/demo-bot/593990000002'],
			['its parts, escaped', LINK_TO_LUIS.replaceAll('<', '&lt;').replaceAll('>', '&gt;')],
			['another style', '[👤](https://crm.example.com/customers#room-luis/demo-bot/593990000002)'],
		])('is the one of who wrote it, also when it has in its text %s', async (_what, forged) => {
			const asked = await asks(EVA, `${forged} Quiero una persona ${forged}`);
			const said = example.said(LUIS).length;
			expect(await writes(EVA, { text: 'Para Eva', reply_to_message: asked })).toEqual({
				group: [],
				customer: ['Para Eva'],
			});
			expect(example.said(LUIS)).toHaveLength(said);
			expect(asked.text).toBe(
				`👤 ${LINK_TO_LUIS} Eva & Co <b>`.slice(0, 63) +
					` pide una persona\n${forged} Quiero una persona ${forged}`,
			);
			expect(asked.entities?.filter(({ type }) => type === 'text_link')).toHaveLength(1);
			await ends(EVA, asked);
		});

		test('is none when the link was not written by the bot', async () => {
			const asked = await asks(LUIS);
			const another = { ...telegram.bot, id: 7, username: 'mail_bot' };
			for (const from of [telegram.person, another]) {
				const { entities, text } = asked;
				const copied = telegram.shows({ from, text, entities });
				expect(await writes(LUIS, { text: '¿Quién es?', reply_to_message: copied })).toEqual(NOTHING);
				expect(await writes(LUIS, { text: '/fin', reply_to_message: copied })).toEqual(NOTHING);
			}
			expect(await hears(LUIS, 'Hola')).toMatchObject({ customer: [] });
			await ends(LUIS, asked);
		});
	});

	describe('what does not go to a customer', () => {
		let asked: TelegramMessage;
		beforeAll(async () => {
			asked = await asks(ANA);
		});
		afterAll(async () => void (await ends(ANA, asked)));

		test('a message from another chat, whatever it replies to', async () => {
			const chat = { id: 501, type: 'private' as const };
			const reply_to_message = asked;
			expect(await writes(ANA, { chat, text: 'Hola', reply_to_message })).toEqual(NOTHING);
			expect(await writes(ANA, { chat, text: '/fin', reply_to_message })).toEqual(NOTHING);
			expect(await writes(ANA, { chat, text: '/start' })).toEqual(NOTHING);
		});

		test('a message from a bot, its own or another', async () => {
			for (const from of [telegram.bot, { ...telegram.bot, id: 7, username: 'mail_bot' }]) {
				expect(await writes(ANA, { from, text: 'Hola', reply_to_message: asked })).toEqual(NOTHING);
				expect(await writes(ANA, { from, text: 'Hola' })).toEqual(NOTHING);
			}
		});

		test('an update without the secret given to Telegram', async () => {
			const before = (await stage().client.executions(example.workflowId)).length;
			const answers = await telegram.writes({ text: 'Hola', reply_to_message: asked }, { secret: 'guessed' });
			expect(answers).toEqual([403]);
			expect(await hears(LUIS, 'Hola')).toMatchObject({ customer: [expect.stringContaining(BOT)] });
			expect(await stage().client.executions(example.workflowId)).toHaveLength(before + 1);
		});

		test('what people say to each other in the group', async () => {
			const said = telegram.shows({ text: '¿Quién toma a Ana?' });
			expect(await writes(ANA, { text: 'Yo', reply_to_message: said })).toEqual(NOTHING);
			expect(await writes(ANA, { pinned_message: { message_id: asked.message_id } })).toEqual(NOTHING);
		});

		test.each([
			['is no reply', { text: 'Hola, Ana' }],
			['is a command alone', { text: '/fin' }],
		])('a message that %s: the group is told how to answer', async (_what, written) => {
			const { customer, group } = await writes(ANA, written);
			expect(customer).toEqual([]);
			expect(group).toMatchObject([
				{ text: expect.stringMatching(HOW), reply_to_message: { text: written.text } },
			]);
		});

		test('a reply that is an unknown command, or not to a customer', async () => {
			const unknown = await writes(ANA, { text: '/finn', reply_to_message: asked });
			expect(unknown).toEqual({
				group: [expect.objectContaining({ text: expect.stringMatching(HOW) })],
				customer: [],
			});
			const again = await writes(ANA, { text: 'Ah, bien', reply_to_message: unknown.group[0] });
			expect(again.customer).toEqual([]);
			expect(textsOf(again.group)).toEqual([expect.stringMatching(HOW)]);
		});

		test.each<[string, Written]>([
			['a photo', { photo: [{ file_id: 'a', file_unique_id: 'a', width: 1, height: 1 }], caption: 'Mire' }],
			['a document', { document: { file_id: 'a', file_unique_id: 'a', file_name: 'a.pdf' } }],
			['a voice note', { voice: { file_id: 'a', file_unique_id: 'a', duration: 1 } }],
		])('%s: the group is told', async (_what, written) => {
			const { customer, group } = await writes(ANA, { ...written, reply_to_message: asked });
			expect(customer).toEqual([]);
			expect(textsOf(group)).toEqual(['👤 ⚠️ No se envió: desde aquí solo se pueden enviar textos.']);
		});

		test('a reply that Jelou refuses: the group is told why, and can reply to that message', async () => {
			const body = JSON.stringify({ message: ['<b>La sala</b> & más'], statusMessage: 'failed', status: 0 });
			stage().sandbox.setFaults({ path: 'chatbot', naming: 'imposible', respond: { status: 422, body } });
			const { customer, group } = await writes(ANA, { text: 'Es imposible', reply_to_message: asked });
			stage().sandbox.setFaults({});
			expect(customer).toEqual([]);
			expect(group).toMatchObject([
				{
					text: expect.stringMatching(/^👤 ⚠️ No se envió: .*<b>La sala<\/b> & más/s),
					reply_to_message: { text: 'Es imposible' },
				},
			]);
			expect(await writes(ANA, { text: 'Otra vez', reply_to_message: group[0] })).toEqual({
				group: [],
				customer: ['Otra vez'],
			});
		});
	});

	test('an anonymous administrator of the group can reply, too', async () => {
		const asked = await asks(ANA);
		const from = { id: 1087968824, is_bot: true, first_name: 'Group', username: 'GroupAnonymousBot' };
		expect(
			await writes(ANA, { from, sender_chat: telegram.group, text: 'Hola', reply_to_message: asked }),
		).toEqual({ group: [], customer: ['Hola'] });
		await writes(ANA, { text: '/FIN@desk_bot', reply_to_message: asked });
		expect(await hears(ANA, 'Hola')).toMatchObject({ customer: [expect.stringContaining(BOT)] });
	});

	describe('what else a customer sends', () => {
		let asked: TelegramMessage;
		beforeAll(async () => {
			asked = await asks(ANA);
		});
		afterAll(async () => void (await ends(ANA, asked)));
		const media = async (type: 'image' | 'document', path: string, more: { caption?: string } = {}) => {
			const mime_type = 'image/png';
			const content = { url: `${channel.url}${path}`, mime_type, ...more };
			return after(ANA, 1, async () => example.hears({ type, content, userId: ANA }));
		};

		test('a picture, byte for byte; the group can reply to it', async () => {
			const { group } = await media('image', '/foto.png');
			expect(group).toMatchObject([{ caption: '👤 Ana Torres', photo: [expect.anything()] }]);
			expect(telegram.files.at(-1)).toMatchObject({ name: 'foto.png', bytes: PICTURE });
			expect(await writes(ANA, { text: 'Qué bonita', reply_to_message: group[0] })).toMatchObject({
				customer: ['Qué bonita'],
			});
		});

		test("a document, byte for byte, and a picture's caption", async () => {
			expect((await media('document', '/a.png')).group).toMatchObject([
				{ caption: '👤 Ana Torres', document: { file_name: 'a.png' } },
			]);
			expect(telegram.files.at(-1)?.bytes).toEqual(PICTURE);
			const caption = 'á'.repeat(1_024);
			expect(textsOf((await media('image', '/b.png', { caption })).group)).toEqual([
				'👤 Ana Torres',
				`👤 Ana Torres\n${caption}`,
			]);
		});

		test('a picture that no longer exists, or that Telegram does not accept: the group is told', async () => {
			expect(textsOf((await media('image', '/gone.png', { caption: 'Mi caja' })).group)).toEqual([
				'👤 Ana Torres\n📎 Envió una foto que no se puede mostrar aquí.',
				'👤 Ana Torres\nMi caja',
			]);
			telegram.refuse('sendPhoto', 'PHOTO_INVALID_DIMENSIONS', 3);
			expect(textsOf((await media('image', '/wide.png')).group)).toEqual([
				'👤 Ana Torres\n📎 Envió una foto que no se puede mostrar aquí.',
			]);
		});

		test('a text that is too long for Telegram, in parts that can each be replied to', async () => {
			const long = '👋<&'.repeat(1_300);
			const { group } = await hears(ANA, long);
			expect(group.map(({ text }) => text?.replace('👤 Ana Torres\n', '')).join('')).toBe(long);
			expect(group).toHaveLength(3);
			expect(await writes(ANA, { text: 'Largo', reply_to_message: group[2] })).toMatchObject({
				customer: ['Largo'],
			});
		});
	});

	describe('when Telegram is away', () => {
		const failedRuns = async () => stage().client.executionCount(example.workflowId, ['error']);

		test('or accepts nothing for a while: it is retried', async () => {
			telegram.tooMany('sendMessage', 3);
			const asked = await asks(ANA);
			expect(asked.text).toContain('Ana Torres pide una persona');
			await ends(ANA, asked);
		});

		test('the customer who asks for a person is told, the run fails, and the bot goes on', async () => {
			const [failed, said] = [await failedRuns(), example.said(ANA).length];
			telegram.setAway(true);
			const attempts = telegram.attempts;
			await example.hears({ text: 'Una persona', userId: ANA });
			await waitUntil('the run to fail', async () => (await failedRuns()) > failed);
			telegram.setAway(false);
			expect(telegram.attempts - attempts).toBe(4);
			expect(example.said(ANA).slice(said)).toEqual([expect.stringMatching(FAILED)]);
			const [latest] = await stage().client.executions(example.workflowId);
			const { data } = await stage().client.execution(String(latest?.id));
			expect(JSON.stringify(isRecord(data) ? data : String(data))).toContain(
				'Telegram did not take a message',
			);
			expect(await hears(ANA, 'Hola')).toMatchObject({ customer: [expect.stringContaining(BOT)] });
		});

		test('so is a customer whom a person has answered, and the person keeps the conversation', async () => {
			const asked = await asks(ANA);
			const [failed, said] = [await failedRuns(), example.said(ANA).length];
			telegram.setAway(true);
			await example.hears({ text: '¿Hola?', userId: ANA });
			await waitUntil('the run to fail', async () => (await failedRuns()) > failed);
			telegram.setAway(false);
			expect(example.said(ANA).slice(said)).toEqual([expect.stringMatching(FAILED)]);
			expect(textsOf((await hears(ANA, '¿Hola?')).group)).toEqual(['👤 Ana Torres\n¿Hola?']);
			await ends(ANA, asked);
		});
	});
}
