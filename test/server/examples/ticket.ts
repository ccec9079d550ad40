import { isRecord } from '../../../scripts/json';
import { waitUntil } from '../../../scripts/n8n/waitUntil';
import { openExample, type Example } from '../support/examples';
import { submitForm } from '../support/form';
import { startRecorder, type Recorder } from '../../support/recorder';
import type { Stage } from '../support/stage';

const FORM = '/form/b7f1c0de-0007-4a10-9a10-0000000000ff';

export function ticket(stage: () => Stage): void {
	let tickets: Recorder;
	/** The webhook of another workflow, which needs to know which ticket a conversation is about. */
	let listener: Recorder;
	let example: Example;
	let ticketStatus = 200;
	beforeAll(async () => {
		const json = { status: 200, contentType: 'application/json' };
		tickets = await startRecorder(() => ({ ...json, status: ticketStatus, body: '{"id":"T-12345"}' }));
		listener = await startRecorder(() => ({ ...json, body: '{}' }));
		example = await openExample(stage(), 'ticket.json', {
			settings: { ticketUrl: `${tickets.url}/api`, botId: 'demo-bot', queue: 'VENTAS' },
		});
		const now = new Date().toISOString();
		example.project.integration = {
			webhookUrl: listener.url,
			signingSecret: '0'.repeat(64),
			authType: 'no_auth',
			authorization: '',
			createdAt: now,
			updatedAt: now,
		};
		await example.activate();
	});
	afterAll(async () => {
		await example?.deactivate();
		await tickets?.close();
		await listener?.close();
	});

	/** Returns what the form says in the end. */
	const fillIn = async (...values: string[]) => submitForm(`${stage().n8n.url}${FORM}`, ...values);

	test("creates the ticket and starts a conversation that carries the ticket's ID", async () => {
		expect(await fillIn('+593 99 000 0001', 'Caja «rota»', 'Llegó así.\n¿Qué hago?')).toContain(
			'Creamos el ticket T-12345 y le escribimos al cliente.',
		);
		await example.ran(1);
		expect(tickets.requests).toHaveLength(1);
		const [request] = tickets.requests;
		expect(request).toMatchObject({ method: 'POST', path: '/api' });
		expect(JSON.parse(request?.body.toString('utf8') ?? '')).toEqual({
			customer: '593990000001',
			subject: 'Caja «rota»',
			// A form sends line breaks like this.
			description: 'Llegó así.\r\n¿Qué hago?',
		});
		expect(example.started()).toEqual([
			{
				botId: 'demo-bot',
				userId: '593990000001',
				initialMessage: expect.any(String),
				assignment: { type: 'queue', target: 'VENTAS' },
				metadata: { ticketId: 'T-12345' },
			},
		]);
		expect(example.said('593990000001')).toEqual([
			expect.stringContaining('Creamos tu ticket T-12345: «Caja «rota»»'),
		]);
	});

	test('Jelou returns it in the start event', async () => {
		await waitUntil('the event', () => listener.requests.length > 0);
		const event: unknown = JSON.parse(listener.requests[0]?.body.toString('utf8') ?? '');
		expect(isRecord(event) ? event.event : undefined).toBe('conversation.start');
		expect(isRecord(event) ? event.value : undefined).toMatchObject({ metadata: { ticketId: 'T-12345' } });
	});

	test('says in the form that the ticket exists and the customer was not told, when Jelou does not know the customer', async () => {
		expect(await fillIn('+593 99 999 9999', 'Caja', '')).toContain(
			'Creamos el ticket T-12345, pero no pudimos escribirle al cliente.',
		);
	});

	test('says in the form that there is no ticket, and tells no customer, when the ticket system fails', async () => {
		ticketStatus = 503;
		const before = example.started().length;
		expect(await fillIn('+593 99 000 0001', 'Caja', '')).toContain('No pudimos crear el ticket');
		expect(example.started()).toHaveLength(before);
	});
}
