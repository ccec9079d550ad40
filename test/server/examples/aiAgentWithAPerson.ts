import { setTimeout as sleep } from 'node:timers/promises';

import { readExample } from '../../../scripts/n8n/examples';
import { waitUntil } from '../../../scripts/n8n/waitUntil';
import { N8N_LINE } from '../../../scripts/paths';
import { openExample, type Example } from '../support/examples';
import { startModelStub, type ModelStub } from '../support/model';
import { startRecorder, type Recorder } from '../../support/recorder';
import type { Stage } from '../support/stage';

const ANA = '593990000001';
const LUIS = '593990000002';
const MARTA = '593990000009';
const users = [ANA, LUIS, MARTA].map((id) => ({ id, name: `Cliente ${id.slice(-1)}`, createdAt: '' }));

const ARGUMENT = '1042';
const ANSWER = 'Tarda 17 días.';
const REFUNDED = 'Te devolvimos el dinero.';
const NOT_REFUNDED = 'No podemos devolver el dinero.';
const WITH_A_PERSON = 'Una persona te escribirá.';
/** What n8n tells the model when a person refused its tool. */
const REFUSED = /User rejected the tool call/;

export function aiAgentWithAPerson(stage: () => Stage): void {
	test("agent and memory find the trigger's chatInput and sessionId by n8n's own defaults", () => {
		const { nodes } = readExample('ai-agent-with-a-person.json', { id: '', name: '' });
		const parametersOf = (type: string): unknown =>
			nodes.find((node) => node.type === `@n8n/n8n-nodes-langchain.${type}`)?.parameters;
		expect(Object.keys(parametersOf('agent') ?? {})).toEqual(['options']);
		expect(parametersOf('memoryBufferWindow')).toEqual({ contextWindowLength: 20 });
	});

	if (N8N_LINE === 'v1') {
		test('n8n 1.x has no Human Review: it imports the example, and does not publish it', async () => {
			const example = await openExample(stage(), 'ai-agent-with-a-person.json');
			await expect(example.activate()).rejects.toThrow('Unrecognized node type: n8n-nodes-jelou.jelouHitl');
			expect(await stage().client.workflow(example.workflowId)).toMatchObject({ active: false });
		});
		return;
	}

	let model: ModelStub;
	let refunds: Recorder;
	let example: Example;
	beforeAll(async () => {
		refunds = await startRecorder(() => ({
			status: 201,
			contentType: 'application/json',
			body: '{"id":"R-1"}',
		}));
		model = await startModelStub(ARGUMENT, {
			usesTool: ({ messages }) => {
				const { content } = messages.findLast(({ role }) => role === 'user') ?? {};
				if (/reembolso/.test(String(content))) return 'Refund_an_order';
				return /persona/.test(String(content)) && 'Hand_over_to_a_person';
			},
			answer: ({ messages }) => {
				const last = messages.at(-1);
				if (last?.role !== 'tool') return ANSWER;
				const result = JSON.stringify(last);
				if (result.includes('R-1')) return REFUNDED;
				if (REFUSED.test(result)) return NOT_REFUNDED;
				return result.includes('conversationId') ? WITH_A_PERSON : `No entiendo: ${result}`;
			},
		});
		const { client } = stage();
		const id = await client.saveCredential('stub', 'openAiApi', { apiKey: 'stub', url: model.url });
		const supervisorRoomId = 'room-of-the-supervisor';
		example = await openExample(stage(), 'ai-agent-with-a-person.json', {
			users,
			rooms: [{ id: supervisorRoomId, userId: MARTA }],
			settings: {
				facts: 'El envío tarda 17 días.',
				queue: 'VENTAS',
				refundsUrl: `${refunds.url}/refunds`,
				supervisorRoomId,
			},
			credentials: { openAiApi: { id, name: 'stub' } },
		});
		await example.activate();
	});
	afterAll(async () => {
		await example?.deactivate();
		await model?.close();
		await refunds?.close();
	});

	const sent = async (userId: string, count: number) => {
		await waitUntil(`message ${String(count)} to ${userId}`, () => example.said(userId).length >= count);
		return example.said(userId).slice(count - 1);
	};

	test('replies once to messages in quick succession', async () => {
		await Promise.all(
			['Hola', '¿Cuánto tarda', 'el envío?'].map(async (text) => example.hears({ text, userId: ANA })),
		);
		await example.ran(1);
		expect(example.said(ANA)).toEqual([ANSWER]);
		expect(model.requests).toHaveLength(1);
		const asked = String(model.requests[0]?.messages.at(-1)?.content);
		expect(asked.split('\n').sort()).toEqual(['Hola', 'el envío?', '¿Cuánto tarda']);
		expect(model.requests[0]?.messages[0]).toMatchObject({
			role: 'system',
			content: expect.stringContaining('tarda 17 días'),
		});
	});

	test.each([
		['refuses', 'no', NOT_REFUNDED, 0],
		['allows', 'Sí', REFUNDED, 1],
	])(
		'the supervisor %s a refund in the own chat, and the customer is told',
		async (_what, decision, answer, calls) => {
			const [asked, answered] = [example.said(MARTA).length, example.said(ANA).length];
			await example.hears({ text: 'Quiero un reembolso', userId: ANA });
			expect(await sent(MARTA, asked + 1)).toEqual([
				`¿Permites devolver el dinero del pedido ${ARGUMENT} a Cliente 1? Motivo: ${ARGUMENT}\n\n1. Sí\n2. No`,
			]);
			expect(example.said(ANA)).toHaveLength(answered);
			expect(refunds.requests).toHaveLength(0);
			await sleep(300);
			await example.hears({ text: decision, userId: MARTA });
			expect(await sent(ANA, answered + 1)).toEqual([answer]);
			expect(refunds.requests.map(({ body }) => JSON.parse(body.toString('utf8')) as unknown)).toEqual(
				Array.from({ length: calls }, () => ({
					subject: 'Reembolso',
					customer: ANA,
					order: ARGUMENT,
					reason: ARGUMENT,
				})),
			);
			expect(example.said(MARTA)).toHaveLength(asked + 1);
		},
	);

	test('hands over to the queue, and keeps quiet from then on, in that conversation only', async () => {
		const answered = example.said(ANA).length;
		await example.hears({ text: 'Quiero hablar con una persona', userId: ANA });
		expect(await sent(ANA, answered + 1)).toEqual([WITH_A_PERSON]);
		await example.ran(4);
		expect(example.started()).toEqual([
			{
				botId: 'demo-bot',
				userId: ANA,
				assignment: { type: 'queue', target: 'VENTAS' },
				metadata: { reason: ARGUMENT },
			},
		]);
		const before = model.requests.length;
		const { answer } = await example.hears({ text: '¿Hola?', userId: ANA });
		expect(answer).toBe('{"status":"paused"}');
		await example.hears({ text: 'Hola', userId: LUIS });
		expect(await sent(LUIS, 1)).toEqual([ANSWER]);
		expect(model.requests).toHaveLength(before + 1);
		expect(example.said(ANA)).toHaveLength(answered + 1);
	});
}
