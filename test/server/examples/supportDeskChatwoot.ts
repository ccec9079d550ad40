import { randomUUID } from 'node:crypto';

import { DESK_TOKEN, type DeskConversation, type DeskMessage, type Message } from '../../../sandbox';
import { sampleMessage } from '../../../sandbox/control/samples';
import { isRecord } from '../../../scripts/json';
import { waitUntil } from '../../../scripts/n8n/waitUntil';
import { parseRooms } from '../../../nodes/Jelou/trigger/rooms/storedRooms';
import { openExample, type Example } from '../support/examples';
import type { Stage } from '../support/stage';

const ANA = '593990000001';
const LUIS = '593990000002';
const EVA = '593990000003';
/** More than the sandbox has at first: they all write at the same time. */
const CROWD = Array.from({ length: 20 }, (_, n) => `5939900010${String(n).padStart(2, '0')}`);
const TOKEN = 'a-long-random-text';
const QUESTION = /en qué te ayudamos/i;
const ANNOUNCED = /Te paso con una persona/;

const named = (id: string) => ({ id, name: `Cliente ${id.slice(-4)}`, createdAt: '' });

export function supportDeskChatwoot(stage: () => Stage): void {
	let example: Example;
	beforeAll(async () => {
		const { client, n8n, sandbox } = stage();
		const data = { name: 'api_access_token', value: DESK_TOKEN };
		const id = await client.saveCredential('the desk', 'httpHeaderAuth', data);
		const path = randomUUID();
		example = await openExample(stage(), 'support-desk-chatwoot.json', {
			users: [ANA, LUIS, EVA, ...CROWD].map(named),
			settings: {
				deskUrl: `${sandbox.url}/chatwoot`,
				webhookToken: TOKEN,
				retries: 4,
				retrySeconds: 1,
			},
			parameters: {
				'Desk webhook': { path },
				// Shorter than a person's pause between two messages: what is written here comes one by one.
				'Jelou Trigger': { options: { combineMessages: 2 } },
			},
			credentials: { httpHeaderAuth: { id, name: 'the desk' } },
		});
		await example.activate();
		const url = `${n8n.url}/webhook/${path}`;
		sandbox.desk.store.webhookUrl = `${url}?token=${TOKEN}`;
		await waitUntil(
			'the webhook of the desk',
			async () => (await fetch(url, { method: 'POST' })).status === 200,
		);
		await failed(1);
	});
	afterAll(async () => {
		stage().sandbox.desk.reset();
		await example?.deactivate();
	});
	afterEach(() => {
		stage().sandbox.desk.setFaults({});
		stage().sandbox.setFaults({});
	});

	const failedRuns = async () => stage().client.executionCount(example.workflowId, ['error']);
	const failed = async (count: number) =>
		waitUntil(`failed run ${String(count)}`, async () => (await failedRuns()) >= count);

	const roomOf = (userId: string) =>
		[...stage().sandbox.store.rooms.values()].find(
			(room) => room.projectId === example.project.id && room.userId === userId,
		)?.id;
	/** Everything that a customer was sent, each message once, as on a phone that knows the IDs. */
	const received = (userId: string): Message[] => {
		const { messages } = stage().sandbox.store;
		const all = messages.get(roomOf(userId) ?? '') ?? [];
		return all.filter(({ duplicate, from }) => from === 'agent' && !duplicate);
	};
	const texts = (userId: string) =>
		received(userId).map(({ content }) => ('body' in content ? content.body : content.url));
	const conversations = (userId: string): DeskConversation[] =>
		stage()
			.sandbox.desk.store.state()
			.conversations.filter(({ customAttributes }) => customAttributes.user_id === userId);
	const newest = (userId: string): DeskConversation => {
		const last = conversations(userId).at(-1);
		if (!last) throw new Error('The desk has no conversation with this customer.');
		return last;
	};
	const atDesk = (userId: string, from: DeskMessage['from']) =>
		newest(userId).messages.filter((message) => message.from === from);
	const soon = async (what: string, condition: () => boolean) => waitUntil(what, condition);

	/** What the trigger keeps about a customer whose conversation a person has. */
	const pauseIn = async (userId: string) => {
		const { staticData } = await stage().client.workflow(example.workflowId);
		const { jelouRooms } = isRecord(staticData) && isRecord(staticData.global) ? staticData.global : {};
		const [text] = Object.values(isRecord(jelouRooms) ? jelouRooms : {});
		const { pauses = [] } = parseRooms(String(text ?? '')) ?? {};
		return pauses.find(({ hasEnded, roomId }) => !hasEnded && roomId === roomOf(userId));
	};
	const isPaused = async (userId: string) => (await pauseIn(userId)) !== undefined;
	const pauseOf = async (userId: string) => (await pauseIn(userId))?.askedAt ?? 0;
	const paused = async (userId: string) => waitUntil('the pause', async () => isPaused(userId));
	const resumed = async (userId: string) =>
		waitUntil('the end of the pause', async () => !(await isPaused(userId)));

	/** Waits until no run is at work; one that waits for a customer does not count. */
	const idle = async () =>
		waitUntil(
			'the runs to end',
			async () => (await stage().client.executionCount(example.workflowId, ['running', 'new'])) === 0,
		);

	/** A person at the desk writes. */
	const writes = async (userId: string, body: object) => {
		const { id } = newest(userId);
		const url = `${stage().sandbox.url}/sandbox/desk/conversations/${String(id)}/messages`;
		const headers = { 'content-type': 'application/json' };
		const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
		expect(answer.status).toBe(202);
	};
	const resolves = (userId: string) => {
		const { desk } = stage().sandbox;
		desk.setStatus(desk.conversation(newest(userId).id), 'resolved');
	};
	/** Asks for a person, and waits until one has the conversation. */
	const handsOver = async (userId: string) => {
		await example.hears({ text: 'Quiero hablar con una persona', userId });
		await paused(userId);
	};
	/** What the failed runs were started with, as text, newest first. */
	const failures = async () => {
		const { client } = stage();
		const runs = await client.executions(example.workflowId);
		const ids = runs.filter(({ status }) => status === 'error').map(({ id }) => String(id));
		const executions = await Promise.all(ids.map(async (id) => client.execution(id)));
		return executions.map(({ data }) => String(data));
	};

	test('from the first word to the last: the bot, a person, and the bot again', async () => {
		await example.hears({ text: 'Buenas', userId: ANA });
		await soon('the question', () => texts(ANA).length === 1);
		expect(texts(ANA)[0]).toMatch(QUESTION);
		await example.hears({ text: 'Envíos', userId: ANA });
		await soon('the answer', () => texts(ANA).length === 2);
		expect(texts(ANA)[1]).toMatch(/2 a 3 días/);
		await example.hears({ text: 'Mi caja llegó rota', userId: ANA });
		await soon('the question', () => texts(ANA).length === 3);
		expect(conversations(ANA)).toEqual([]);

		await example.hears({ text: '3', userId: ANA });
		await soon('a person', () => texts(ANA).length === 4);
		expect(texts(ANA)[3]).toMatch(ANNOUNCED);
		await soon('what was said', () => conversations(ANA).length === 1 && atDesk(ANA, 'bot').length === 1);
		await paused(ANA);
		expect(newest(ANA)).toMatchObject({
			status: 'open',
			contact: { name: 'Cliente 0001', identifier: roomOf(ANA) },
			customAttributes: { room_id: roomOf(ANA), bot_id: 'demo-bot', user_id: ANA },
			messages: [{ from: 'bot', private: true }],
		});
		const [note] = newest(ANA).messages;
		expect(note?.content.split('\n\n').slice(1)).toEqual([
			'Cliente: Mi caja llegó rota',
			'Bot: ¿En qué te ayudamos?',
			'Cliente: 3',
		]);

		await example.hears({ text: '¿Hay alguien?', userId: ANA });
		await soon('the message at the desk', () => atDesk(ANA, 'customer').length === 1);
		await writes(ANA, { content: 'Sí, soy Carla. ¿Me manda una foto?' });
		await soon('the answer', () => texts(ANA).length === 5);
		await example.hears({ text: 'Claro', userId: ANA });
		await soon('the message at the desk', () => atDesk(ANA, 'customer').length === 2);
		expect(atDesk(ANA, 'customer').map(({ content }) => content)).toEqual(['¿Hay alguien?', 'Claro']);
		expect(texts(ANA).slice(4)).toEqual(['Sí, soy Carla. ¿Me manda una foto?']);
		expect(atDesk(ANA, 'agent')).toMatchObject([{ delivery: { state: 'delivered' } }]);

		resolves(ANA);
		await resumed(ANA);
		await example.hears({ text: 'Gracias', userId: ANA });
		await soon('the bot', () => texts(ANA).length === 6);
		expect(texts(ANA)[5]).toMatch(QUESTION);
		expect(conversations(ANA)).toHaveLength(1);
		expect(await failedRuns()).toBe(1);
	});

	test('a conversation that the desk has of somebody else, whose contact was merged, is left alone', async () => {
		await example.hears({ text: 'Buenas', userId: EVA });
		await soon('the question', () => texts(EVA).length === 1);
		const { desk } = stage().sandbox;
		const contact = desk.store.addContact('Eva', roomOf(EVA) ?? '');
		const other = desk.open(contact, { room_id: 'of another customer', bot_id: 'b', user_id: 'u' });
		await example.hears({ text: '3', userId: EVA });
		await paused(EVA);
		expect(other.messages).toEqual([]);
		expect(newest(EVA)).toMatchObject({ status: 'open', messages: [{ private: true }] });
		resolves(EVA);
		await resumed(EVA);
	});

	test('what a customer writes while the desk is being told arrives, too', async () => {
		const { desk } = stage().sandbox;
		desk.setFaults({ latencyMs: 1_500 });
		await example.hears({ text: 'persona', userId: EVA });
		await soon('the announcement', () => ANNOUNCED.test(texts(EVA).at(-1) ?? ''));
		await example.hears({ text: 'Mi pedido llegó roto', userId: EVA });
		await paused(EVA);
		await soon('the message at the desk', () => atDesk(EVA, 'customer').length === 1);
		expect(atDesk(EVA, 'customer')).toMatchObject([{ content: 'Mi pedido llegó roto' }]);
		desk.setFaults({});
		resolves(EVA);
		await resumed(EVA);
		await idle();
	});

	describe('with a person', () => {
		beforeAll(async () => {
			await example.hears({ text: '1', userId: ANA });
			await handsOver(ANA);
			await handsOver(LUIS);
		});

		test('files and their captions go both ways, byte for byte', async () => {
			const { url } = stage().sandbox;
			const before = atDesk(ANA, 'customer').length;
			for (const sample of ['image', 'audio', 'document'] as const) {
				await example.hears({ ...sampleMessage({ sample }, url), userId: ANA });
			}
			await soon('the files', () => atDesk(ANA, 'customer').length === before + 3);
			const came = atDesk(ANA, 'customer').slice(before);
			expect(came.map(({ attachments, content }) => [content, attachments[0]?.fileType])).toEqual([
				['¿La tienen en azul?', 'image'],
				['', 'audio'],
				['', 'file'],
			]);
			for (const [index, file] of ['lampara.jpg', 'nota-de-voz.ogg', 'factura-1042.pdf'].entries()) {
				const [there, here] = [came[index]?.attachments[0]?.url ?? '', `${url}/${file}`].map(async (each) =>
					Buffer.from(await (await fetch(each)).arrayBuffer()),
				);
				expect((await there)?.equals((await here) ?? Buffer.alloc(0))).toBe(true);
			}

			const count = received(ANA).length;
			await writes(ANA, { content: 'Aquí tiene', sample: 'document' });
			await soon('the document', () => received(ANA).length === count + 2);
			await writes(ANA, { sample: 'image' });
			await soon('the picture', () => received(ANA).length === count + 3);
			expect(received(ANA).slice(count)).toMatchObject([
				{ type: 'text', content: { body: 'Aquí tiene' } },
				{
					type: 'document',
					content: {
						url: atDesk(ANA, 'agent').at(-2)?.attachments[0]?.url,
						filename: 'factura-1042.pdf',
						mime_type: 'application/pdf',
					},
				},
				{ type: 'image', content: { mime_type: 'image/jpeg' } },
			]);
		});

		test('several messages at once arrive in order, with all their files', async () => {
			const { url } = stage().sandbox;
			const before = atDesk(ANA, 'customer').length;
			const written = [
				{ text: 'Mire:' },
				sampleMessage({ sample: 'image' }, url),
				{ text: 'y' },
				sampleMessage({ sample: 'document' }, url),
				{ type: 'audio' as const, content: { url: `${url}/gone.ogg`, mime_type: 'audio/ogg' } },
			];
			const heard: Array<Promise<unknown>> = [];
			for (const message of written) {
				const now = Date.now();
				heard.push(example.hears({ ...message, userId: ANA }));
				// Their timestamps, in milliseconds, give their order.
				await waitUntil('the next millisecond', () => Date.now() > now, 1);
			}
			await Promise.all(heard);
			await soon('the messages', () => atDesk(ANA, 'customer').length === before + 5);
			const came = atDesk(ANA, 'customer').slice(before);
			expect(came.map(({ attachments, content }) => [content, attachments[0]?.name])).toEqual([
				['Mire:', undefined],
				['¿La tienen en azul?', 'lampara.jpg'],
				['y', undefined],
				['', 'factura-1042.pdf'],
				// Could not be downloaded: the person sees that there was one, and where.
				[`[audio] ${url}/gone.ogg`, undefined],
			]);
		});

		test('private notes, and what the workflow itself wrote, reach no customer', async () => {
			const before = [texts(ANA), texts(LUIS)];
			await writes(ANA, { content: 'Cliente difícil', private: true });
			await writes(ANA, { content: 'Mire el recibo', private: true, sample: 'document' });
			await example.hears({ text: 'Sigo aquí', userId: ANA });
			await soon('the message', () => atDesk(ANA, 'customer').at(-1)?.content === 'Sigo aquí');
			// Events are sent in order: once the next one is handled, so are those before.
			await writes(ANA, { content: 'Un momento' });
			await soon('the answer', () => texts(ANA).includes('Un momento'));
			await idle();
			expect([texts(ANA), texts(LUIS)]).toEqual([[...(before[0] ?? []), 'Un momento'], before[1]]);
			expect(atDesk(ANA, 'bot').every(({ private: isPrivate }) => isPrivate)).toBe(true);
		});

		test('a repeated event arrives once', async () => {
			const [before, sent] = [texts(ANA).length, stage().sandbox.store.requests.length];
			stage().sandbox.desk.setFaults({ deliverTwice: true });
			await writes(ANA, { content: 'Una sola vez' });
			const messages = () =>
				stage()
					.sandbox.store.requests.slice(sent)
					.filter(({ rawBody }) => rawBody.includes('Una sola vez'));
			await soon('both', () => messages().length === 2);
			expect(texts(ANA).slice(before)).toEqual(['Una sola vez']);
		});

		test('the person is told what Jelou refuses, with the reason, and no customer is', async () => {
			const notes = atDesk(ANA, 'bot').length;
			const before = texts(ANA);
			stage().sandbox.setFaults({
				respond: { status: 422, body: '{"message":["The window of 24 hours is over"]}' },
				path: 'chatbot',
				naming: 'Ya es tarde',
			});
			await writes(ANA, { content: 'Ya es tarde' });
			await soon('the note', () => atDesk(ANA, 'bot').length > notes);
			const note = atDesk(ANA, 'bot').at(-1);
			expect(note).toMatchObject({ private: true });
			expect(note?.content).toContain('No le llegó al cliente: «Ya es tarde».');
			expect(note?.content).toContain('The window of 24 hours is over');
			expect(texts(ANA)).toEqual(before);
		});

		test('restarts the pause with each reply', async () => {
			const begun = await pauseOf(LUIS);
			await writes(LUIS, { content: 'Hola, Luis' });
			await waitUntil('a later end', async () => (await pauseOf(LUIS)) > begun);
		});

		test('when the desk is away for a moment, the message arrives once, and nobody is told', async () => {
			const [count, before] = [atDesk(LUIS, 'customer').length, texts(LUIS)];
			stage().sandbox.desk.setFaults({ awayMs: 3_000 });
			await example.hears({ text: '¿Me lee?', userId: LUIS });
			await soon('the message', () => atDesk(LUIS, 'customer').length > count);
			await idle();
			expect(atDesk(LUIS, 'customer').slice(count)).toMatchObject([{ content: '¿Me lee?' }]);
			expect(texts(LUIS)).toEqual(before);
		});

		test('nobody who only knows the address can write to customers', async () => {
			const { desk } = stage().sandbox;
			const before = [texts(ANA), await failedRuns()] as const;
			const [address = ''] = desk.store.webhookUrl.split('?');
			const event = {
				event: 'message_created',
				id: 1,
				message_type: 'outgoing',
				private: false,
				content: 'Forged',
				sender: { type: 'user' },
				conversation: { id: newest(ANA).id, custom_attributes: newest(ANA).customAttributes },
			};
			for (const query of ['', '?token=', '?token=change-me', '?token=undefined', `?other=${TOKEN}`]) {
				const headers = { 'content-type': 'application/json' };
				const body = JSON.stringify(event);
				expect((await fetch(address + query, { method: 'POST', headers, body })).status).toBe(200);
			}
			await failed(before[1] + 5);
			expect(texts(ANA)).toEqual(before[0]);
			expect((await failures())[0]).toContain('without its token');
		});

		test('a conversation at the desk that belongs to no chat: the person is told', async () => {
			const { desk } = stage().sandbox;
			const contact = desk.store.addContact('Nadie', 'nobody');
			const conversation = desk.open(contact, {});
			desk.write(conversation, { from: 'agent', content: '¿Hola?' });
			await soon('the note', () => conversation.messages.length === 2);
			expect(conversation.messages[1]).toMatchObject({ from: 'bot', private: true });
			expect(conversation.messages[1]?.content).toContain('No le llegó al cliente: «¿Hola?». Room ID');
		});

		const WORDS = 'no se pierde';
		test.each([
			['401', { respond: { status: 401 } }],
			['404', { respond: { status: 404 } }],
			['429', { respond: { status: 429 } }],
			['500', { respond: { status: 500 } }],
			[
				'a page',
				{ respond: { status: 200, body: '<html>Volvemos pronto</html>', contentType: 'text/html' } },
			],
			['nonsense', { respond: { status: 200, body: '{}' } }],
			['nothing', { drop: true }],
		])(
			'the desk answers %s: the customer is told, and the failed run has what was written',
			async (what, faults) => {
				const { desk } = stage().sandbox;
				const [before, runs] = [texts(LUIS).length, await failedRuns()];
				desk.setFaults(faults);
				await example.hears({ text: `${WORDS} ${what}`, userId: LUIS });
				await soon('the customer to be told', () => texts(LUIS).length > before);
				await failed(runs + 1);
				expect(texts(LUIS).slice(before)).toEqual([expect.stringContaining('no le llegó a la persona')]);
				const [run] = await failures();
				expect(run).toContain(`${WORDS} ${what}`);
				expect(run).toContain('The desk did not take what the customer wrote');
			},
		);

		test('a conversation that is closed in Jelou is resolved at the desk, and the bot is back', async () => {
			await example.closes(ANA);
			await soon('it to be resolved', () => newest(ANA).status === 'resolved');
			await resumed(ANA);
			await idle();
			// A customer who never had a person: there is nothing to resolve, and nothing fails.
			const [runs, all] = [await failedRuns(), stage().sandbox.desk.store.conversations.size];
			const [nobody = ''] = CROWD;
			await example.hears({ text: 'Hola', userId: nobody });
			await soon('the question', () => texts(nobody).length === 1);
			await example.closes(nobody);
			await idle();
			expect([await failedRuns(), stage().sandbox.desk.store.conversations.size]).toEqual([runs, all]);
			// The person continues in a closed room: Jelou decides whether the customer gets it.
			const before = texts(ANA).length;
			await writes(ANA, { content: 'Una cosa más' });
			await soon('the answer', () => texts(ANA).length > before);
			expect(texts(ANA).at(-1)).toBe('Una cosa más');
		});
	});

	test('the customer is told of a hand-over that the desk does not accept, and the bot stays', async () => {
		const [userId = ''] = CROWD.slice(1);
		const runs = await failedRuns();
		stage().sandbox.desk.setFaults({ respond: { status: 503 } });
		await example.hears({ text: 'Necesito un humano', userId });
		await failed(runs + 1);
		expect(texts(userId)).toEqual([
			expect.stringMatching(ANNOUNCED),
			expect.stringContaining('no pudimos avisar a nuestro equipo'),
		]);
		expect(await isPaused(userId)).toBe(false);
		expect((await failures())[0]).toContain('Necesito un humano');
	});

	test('twenty customers at once: each has one conversation, and what is written is in it, in both directions', async () => {
		const runs = await failedRuns();
		const answered = new Map(CROWD.map((userId) => [userId, texts(userId).length]));
		const turns = [1, 2, 3];
		const said = (userId: string, turn: number) => `Soy ${userId}, ${String(turn)}`;
		const replied = (userId: string, turn: number) => `Para ${userId}, ${String(turn)}`;
		/** What has visibly failed so far: on a busy machine, n8n itself can fail to store a run. */
		const told = new Set<string>();
		const isTold = (text: string) => [...told].some((each) => each.includes(text));
		const says = async (userId: string, text: string) => {
			const { answer, error, status } = await example.hears({ text, userId });
			if (status !== 200) told.add(`${text}: Jelou got ${String(status)} ${error ?? answer ?? ''}`);
		};
		const arrives = async (text: (userId: string) => string, isThere: (userId: string) => boolean) => {
			const missing = () => CROWD.filter((userId) => !isThere(userId)).map(text);
			const isDone = async () => {
				if (missing().every(isTold)) return true;
				const failed = (await failedRuns()) - runs;
				if (failed > 0) for (const each of (await failures()).slice(0, failed)) told.add(each);
				return missing().every(isTold);
			};
			await waitUntil(() => missing().join('; '), isDone);
		};

		await Promise.all(CROWD.map(async (userId) => handsOver(userId)));
		for (const userId of CROWD) expect(conversations(userId)).toHaveLength(1);
		for (const turn of turns) {
			const sent = (userId: string) => said(userId, turn);
			await Promise.all(CROWD.map(async (userId) => says(userId, sent(userId))));
			await arrives(sent, (userId) =>
				atDesk(userId, 'customer').some(({ content }) => content === sent(userId)),
			);
			const reply = (userId: string) => replied(userId, turn);
			await Promise.all(CROWD.map(async (userId) => writes(userId, { content: reply(userId) })));
			await arrives(reply, (userId) => texts(userId).includes(reply(userId)));
		}
		for (const userId of CROWD) {
			const arrived = (text: (userId: string, turn: number) => string) =>
				turns.map((turn) => text(userId, turn)).filter((each) => !isTold(each));
			expect(atDesk(userId, 'customer').map(({ content }) => content)).toEqual(arrived(said));
			const got = texts(userId).slice(answered.get(userId));
			expect(got.filter((text) => text.startsWith('Para '))).toEqual(arrived(replied));
			const isWell = !turns.some((turn) => isTold(said(userId, turn)) || isTold(replied(userId, turn)));
			if (isWell) {
				expect(got).toEqual([
					expect.stringMatching(ANNOUNCED),
					...turns.map((turn) => replied(userId, turn)),
				]);
			}
		}
		// Nothing is lost silently, and hardly anything visibly.
		for (const each of told) process.stderr.write(`${each.slice(-2_000)}\n`);
		expect(await failedRuns()).toBeLessThanOrEqual(runs + 1);
		const all = CROWD.flatMap((userId) =>
			turns.flatMap((turn) => [said(userId, turn), replied(userId, turn)]),
		);
		expect(all.filter(isTold).length).toBeLessThanOrEqual(1);
	});

	test('if Settings says so, what is resolved at the desk is closed in Jelou, too', async () => {
		const isActive = () => {
			const room = stage().sandbox.store.rooms.get(roomOf(LUIS) ?? '');
			return room !== undefined && stage().sandbox.store.activeConversation(room) !== undefined;
		};
		expect(isActive()).toBe(true);
		await example.set({ closeInJelou: true });
		await example.deactivate();
		await example.activate();
		const runs = await failedRuns();
		resolves(LUIS);
		await soon('the end', () => !isActive());
		await idle();
		expect(await failedRuns()).toBe(runs);
	});
}
