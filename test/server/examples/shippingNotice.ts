import { setTimeout as sleep } from 'node:timers/promises';

import type { Message } from '../../../sandbox';
import { waitUntil } from '../../../scripts/n8n/waitUntil';
import { startRecorder, type Recorder } from '../../support/recorder';
import { openExample, type Example } from '../support/examples';
import type { Stage } from '../support/stage';

const ANA = '593990000001';
const LUIS = '593990000002';
const WEBHOOK = '/webhook/b7f1c0de-0013-4a10-9a10-0000000000fe';
const ORDER = { order: '1042', name: 'Ana', phone: `+${ANA}`, day: 'martes 14' };
const NOTICE =
	'Hola Ana, tu pedido 1042 ya va en camino y llega el martes 14. Si tienes alguna duda, responde a este mensaje.';
const CHOICES = ['Cambiar el día', 'Otra dirección', 'Nada, gracias'];
const WITH_A_PERSON = 'Una persona de nuestro equipo te escribirá por aquí. 🙋';

export function shippingNotice(stage: () => Stage): void {
	let tickets: Recorder;
	let example: Example;
	let ticketStatus = 201;
	beforeAll(async () => {
		tickets = await startRecorder(() => ({
			status: ticketStatus,
			contentType: 'application/json',
			body: '{"id":"T-7"}',
		}));
		example = await openExample(stage(), 'shipping-notice.json', {
			settings: { ticketsUrl: `${tickets.url}/tickets`, queue: 'VENTAS' },
			parameters: { 'Jelou Trigger': { options: { combineMessages: 0 } } },
		});
		await example.activate();
	});
	afterAll(async () => {
		await example?.deactivate();
		await tickets?.close();
	});

	/** What the order system does when an order was shipped. Returns the response. */
	async function ships(order: Record<string, unknown>): Promise<{ status: number; answer: unknown }> {
		const response = await fetch(`${stage().n8n.url}${WEBHOOK}`, {
			method: 'POST',
			headers: { 'content-type': 'application/json' },
			body: JSON.stringify(order),
		});
		return { status: response.status, answer: await response.json() };
	}

	/** A customer's chat. */
	function chat(userId: string): Message[] {
		const { messages, rooms } = stage().sandbox.store;
		const room = [...rooms.values()].find(
			({ projectId, ...each }) => projectId === example.project.id && each.userId === userId,
		);
		return messages.get(room?.id ?? '') ?? [];
	}

	/** A customer who has read the last message writes, and gets the next one. */
	async function says(userId: string, text: string): Promise<Message | undefined> {
		const count = example.said(userId).length;
		await sleep(300);
		await example.hears({ text, userId });
		await waitUntil(`what follows "${text}"`, () => example.said(userId).length > count);
		return chat(userId).filter(({ from }) => from === 'agent')[count];
	}

	/** Presses the button of this title below a message. */
	async function presses(userId: string, message: Message | undefined, title: string): Promise<string> {
		const button = message?.platform?.buttons?.find((each) => each.title === title);
		if (!button) throw new Error(`There is no button "${title}".`);
		await says(userId, button.payload ?? button.title);
		return example.said(userId).at(-1) ?? '';
	}

	const failures = async () => await stage().client.executionCount(example.workflowId, ['error']);

	test("an order that was shipped is the template on the customer's chat, with the order's data", async () => {
		expect(await ships(ORDER)).toEqual({ status: 200, answer: { sent: true, phone: ANA, text: NOTICE } });
		expect(chat(ANA)).toEqual([
			expect.objectContaining({
				content: { body: NOTICE },
				platform: { template: { name: 'order_shipped', language: 'ES' } },
			}),
		]);
		await example.ran(1);
	});

	test('the answer is a conversation: buttons, and a ticket for the change that the customer wants', async () => {
		const question = await says(ANA, 'Hola, una duda');
		expect(question).toMatchObject({
			content: { body: '¡Hola, Ana Torres! ¿Qué necesitas?' },
			platform: { buttons: CHOICES.map((title) => ({ title })) },
		});
		expect(await presses(ANA, question, 'Cambiar el día')).toMatch(/^¿Qué día te queda bien\?/);
		await says(ANA, 'el viernes');
		expect(example.said(ANA).at(-1)).toBe(
			'Anotamos el cambio con el número T-7: el viernes. Te confirmamos por aquí. 📦',
		);
		expect(tickets.requests.map(({ body }) => JSON.parse(body.toString('utf8')) as unknown)).toEqual([
			{ customer: ANA, subject: 'Cambiar el día', description: 'el viernes' },
		]);
		await example.ran(2);
	});

	test('the other buttons, and typing instead of pressing one', async () => {
		const question = await says(LUIS, 'hola');
		expect(await presses(LUIS, question, 'Nada, gracias')).toMatch(/^¡Perfecto!/);
		await example.ran(3);
		await says(LUIS, 'hola');
		await says(LUIS, 'otra direccion porfa');
		expect(example.said(LUIS).at(-1)).toMatch(/^¿A qué dirección lo enviamos\?/);
		await says(LUIS, 'Av. Amazonas 12, Quito');
		expect(example.said(LUIS).at(-1)).toContain('T-7: Av. Amazonas 12, Quito.');
		await example.ran(4);
	});

	test.each([
		['phone', { phone: '12-34' }, /^User ID is not a phone number\. Jelou sends templates to phone numbers/],
		['day', { day: '' }, /^Parameter "Día de entrega" is empty\. /],
		['name', { name: undefined }, /^Parameter "Nombre" is empty\. /],
	])('a bad %s in an order is an error that names it, and nothing is sent', async (_field, wrong, error) => {
		const [before, failed, order] = [example.said(), await failures(), { ...ORDER, ...wrong }];
		expect(await ships(order)).toEqual({
			status: 422,
			answer: { sent: false, error: expect.stringMatching(error), order: JSON.parse(JSON.stringify(order)) },
		});
		await waitUntil('the run to fail', async () => (await failures()) === failed + 1);
		expect(example.said()).toEqual(before);
	});

	test('a customer who asks for a person gets one, also where the ticket cannot be created', async () => {
		ticketStatus = 503;
		const question = await says(ANA, 'hola');
		await presses(ANA, question, 'Otra dirección');
		await says(ANA, 'Calle Larga 5, Cuenca');
		expect(example.said(ANA).at(-1)).toBe(WITH_A_PERSON);
		await says(LUIS, 'hola');
		await says(LUIS, 'mejor una persona');
		expect(example.said(LUIS).at(-1)).toBe(WITH_A_PERSON);
		await example.ran(6);
		const queue = { assignment: { type: 'queue', target: 'VENTAS' } };
		expect(example.started()).toEqual(
			[ANA, LUIS].map((userId) => expect.objectContaining({ userId, ...queue })),
		);
		const { answer } = await example.hears({ text: '¿Hola?', userId: LUIS });
		expect(answer).toBe('{"status":"paused"}');
	});
}
