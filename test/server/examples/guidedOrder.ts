import { setTimeout as sleep } from 'node:timers/promises';

import { waitUntil } from '../../../scripts/n8n/waitUntil';
import { openExample, type Example } from '../support/examples';
import { startRecorder, type Recorder } from '../../support/recorder';
import type { Stage } from '../support/stage';

const ANA = '593990000001';
const LUIS = '593990000002';
const EVA = '593990000003';
const FILE = 'guided-order.json';
const ASK = 'Ask for name and number';

const users = [ANA, LUIS, EVA].map((id) => ({ id, name: id, createdAt: '' }));

const NAME = '¡Hola! Soy el asistente de Tienda Sol. 👋\n\n¿Cómo te llamas?';
const NUMBER = 'Mucho gusto, Ana. ¿Cuál es tu número de pedido? Por ejemplo: 1042';
const AGAIN = 'Necesito solo el número de tu pedido, por ejemplo 1042.';
const STOPPED = 'No pudimos completar tu consulta.';
const WITH_A_PERSON = 'Claro, una persona de nuestro equipo te escribirá por aquí. 🙋';
const REASON = '¿Qué necesitas?\n\n1. Saber dónde está\n2. Cambiarlo\n3. Devolverlo';

/** A customer reads the last message, writes, and gets the next, which is then the last. */
async function answerTo(example: Example, userId: string, ...texts: string[]): Promise<string | undefined> {
	const count = example.said(userId).length;
	await sleep(300);
	await Promise.all(texts.map(async (text) => example.hears({ text, userId })));
	await waitUntil(`the answer to "${texts.join(', ')}"`, () => example.said(userId).length > count);
	return example.said(userId)[count];
}

/** The shop's order service, which does not know number 7. */
async function startOrders(): Promise<Recorder> {
	return await startRecorder(({ path }) => ({
		status: path === '/orders/7' ? 404 : 200,
		contentType: 'application/json',
		body: JSON.stringify({ product: `Silla ${path.replace('/orders/', '')}`, status: 'en camino' }),
	}));
}

export function guidedOrder(stage: () => Stage): void {
	let orders: Recorder;
	let example: Example;
	beforeAll(async () => {
		orders = await startOrders();
		example = await openExample(stage(), FILE, {
			users,
			settings: { shop: 'Tienda Sol', ordersUrl: `${orders.url}/orders`, queue: 'VENTAS' },
		});
		await example.activate();
	});
	afterAll(async () => {
		await example?.deactivate();
		await orders?.close();
	});

	const says = async (userId: string, ...texts: string[]) => answerTo(example, userId, ...texts);
	const runs = async () => (await stage().client.executions(example.workflowId)).length;

	test('is one run from hello to thank you, for each of two customers at once', async () => {
		await Promise.all([
			(async () => {
				expect(await says(ANA, 'hola')).toBe(NAME);
				expect(await says(ANA, 'Ana')).toBe(NUMBER);
				expect(await says(ANA, 'no lo sé')).toBe(AGAIN);
				expect(await says(ANA, 'es el 1042')).toBe(`Encontré tu pedido 1042: Silla 1042. ${REASON}`);
				expect(await says(ANA, 'devolverlo')).toBe(
					'¡Listo, Ana! Pedido 1042 (Silla 1042): en camino. Anotamos: Devolverlo. ¡Gracias por escribirnos! 💜',
				);
			})(),
			(async () => {
				expect(await says(LUIS, 'hola', 'buenas')).toBe(NAME);
				expect(await says(LUIS, 'Luis')).toMatch(/^Mucho gusto, Luis\./);
				expect(await says(LUIS, 'un momento', 'pedido #2001')).toBe(
					`Encontré tu pedido 2001: Silla 2001. ${REASON}`,
				);
				expect(await says(LUIS, 'la 2 porfa')).toBe(
					'¡Listo, Luis! Pedido 2001 (Silla 2001): en camino. Anotamos: Cambiarlo. ¡Gracias por escribirnos! 💜',
				);
			})(),
		]);
		await example.ran(2);
		expect(await runs()).toBe(2);
		expect(example.said(LUIS)).toHaveLength(4);
		expect(orders.requests.map(({ path }) => path).sort()).toEqual(['/orders/1042', '/orders/2001']);
		expect(example.started()).toEqual([]);
	});

	describe('where messages are not waited for', () => {
		beforeAll(async () => {
			await example.deactivate();
			await example.change({ 'Jelou Trigger': { options: { combineMessages: 0 } } });
			await example.activate();
		});

		test('says that there is no such order', async () => {
			await says(ANA, 'hola');
			await says(ANA, 'Ana');
			expect(await says(ANA, '7')).toMatch(/^No encontramos el pedido 7, Ana\./);
			await example.ran(3);
		});

		test('stops when the answer still does not fit after asking again three times', async () => {
			await says(ANA, 'hola');
			await says(ANA, 'Ana');
			for (const text of ['no sé', 'tampoco', 'ni idea']) expect(await says(ANA, text)).toBe(AGAIN);
			expect(await says(ANA, 'de verdad que no')).toMatch(new RegExp(`^${STOPPED}`));
			await example.ran(4);
		});

		test('says nothing more when an agent closes the conversation while a question is open', async () => {
			for (const texts of [['hola'], ['hola', 'Ana', '1042']]) {
				const before = await runs();
				for (const text of texts) await says(ANA, text);
				const said = example.said(ANA);
				await example.closes(ANA);
				await example.ran(before + 1);
				expect(example.said(ANA)).toEqual(said);
			}
		});

		test.each([
			['the first question', LUIS, ['hola'], 'Quiero hablar con una persona'],
			['the last question', EVA, ['hola', 'Eva', '1042'], '¿Me pasas con un ASESOR, por favor?'],
		])(
			'gives a customer who asks for one at %s to a person, and is quiet then',
			async (_at, userId, texts, wish) => {
				const [before, started] = [await runs(), example.started().length];
				for (const text of texts) await says(userId, text);
				expect(await says(userId, wish)).toBe(WITH_A_PERSON);
				await example.ran(before + 1);
				expect(example.started().slice(started)).toEqual([
					{
						botId: 'demo-bot',
						userId,
						initialMessage: WITH_A_PERSON,
						assignment: { type: 'queue', target: 'VENTAS' },
					},
				]);
				const said = example.said(userId);
				const { answer } = await example.hears({ text: '¿Hola?', userId });
				expect(answer).toBe('{"status":"paused"}');
				expect(example.said(userId)).toEqual(said);
			},
		);
	});
}

/**
 * Questions that nobody answers, opened before the tests and checked after all others, as n8n checks only once a minute
 * for runs whose time is up.
 *
 * @returns a function that makes the test
 */
export function unansweredOrder(stage: () => Stage): () => void {
	let orders: Recorder;
	let example: Example;
	const dialogues: Array<[string, string[]]> = [
		[ANA, ['hola']],
		[LUIS, ['hola', 'Luis']],
		[EVA, ['hola', 'Eva', '1042']],
	];
	beforeAll(async () => {
		orders = await startOrders();
		const values = { limitType: 'afterTimeInterval', resumeAmount: 0.5, resumeUnit: 'minutes' };
		const limited = { options: { limitWaitTime: { values } } };
		example = await openExample(stage(), FILE, {
			users,
			settings: { ordersUrl: `${orders.url}/orders` },
			parameters: {
				[ASK]: limited,
				'Ask for the reason': limited,
			},
		});
		await example.activate();
		await Promise.all(
			dialogues.map(async ([userId, texts]) => {
				for (const text of texts) await answerTo(example, userId, text);
			}),
		);
	});
	afterAll(async () => orders?.close());

	return () =>
		test("stops when a question is not answered in time, whichever it is, also with the trigger's own secret", async () => {
			const last = () => dialogues.map(([userId]) => example.said(userId).at(-1) ?? '');
			await waitUntil('the last message to each', () => last().every((text) => text.startsWith(STOPPED)));
			await example.ran(3);
			// No answer to another question was taken for the missing one.
			expect(orders.requests.map(({ path }) => path)).toEqual(['/orders/1042']);
		});
}
