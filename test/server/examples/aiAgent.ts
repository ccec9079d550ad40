import { isRecord } from '../../../scripts/json';
import { openExample, type Example } from '../support/examples';
import { startModelStub, type ModelStub } from '../support/model';
import type { Stage } from '../support/stage';

const REASON = 'El cliente pide una persona.';
const ANSWER = 'Claro: una persona te escribirá.';

export function aiAgent(stage: () => Stage): void {
	let model: ModelStub;
	let example: Example;
	beforeAll(async () => {
		model = await startModelStub(REASON, {
			answer: ANSWER,
			usesTool: ({ messages }) => JSON.stringify(messages.at(-1)).includes('persona'),
		});
		const id = await stage().client.saveCredential('stub', 'openAiApi', { apiKey: 'stub', url: model.url });
		example = await openExample(stage(), 'ai-agent.json', {
			settings: { facts: 'El envío tarda 17 días.', queue: 'VENTAS' },
			credentials: { openAiApi: { id, name: 'stub' } },
		});
		await example.activate();
	});
	afterAll(async () => {
		await example?.deactivate();
		await model?.close();
	});

	test('answers in the room of the customer, told the facts of the settings', async () => {
		await example.hears({ text: '¿Cuánto tarda el envío?' });
		await example.ran(1);
		expect(example.said('593990000001')).toEqual([ANSWER]);
		expect(example.started()).toEqual([]);
		const [system, user] = model.requests[0]?.messages ?? [];
		expect(system).toMatchObject({ role: 'system', content: expect.stringContaining('tarda 17 días') });
		expect(JSON.stringify(system)).toContain('Ana Torres');
		expect(user).toMatchObject({ role: 'user', content: '¿Cuánto tarda el envío?' });
	});

	test("agent and memory find the trigger's chatInput and sessionId by n8n's own defaults", async () => {
		const { nodes } = await stage().client.workflow(example.workflowId);
		const parametersOf = (type: string): unknown =>
			(Array.isArray(nodes) ? nodes : [])
				.filter(isRecord)
				.find((node) => node.type === `@n8n/n8n-nodes-langchain.${type}`)?.parameters;
		expect(Object.keys(parametersOf('agent') ?? {})).toEqual(['options']);
		expect(parametersOf('memoryBufferWindow')).toEqual({ contextWindowLength: 10 });
	});

	test('hands over to the queue with the Jelou node as its tool, and tells why', async () => {
		await example.hears({ text: 'Quiero hablar con una persona' });
		await example.ran(2);
		expect(example.started()).toEqual([
			{
				botId: 'demo-bot',
				userId: '593990000001',
				assignment: { type: 'queue', target: 'VENTAS' },
				metadata: { reason: REASON },
			},
		]);
		expect(example.said('593990000001')).toEqual([ANSWER, ANSWER]);
	});

	test('keeps quiet after the hand-over', async () => {
		const before = model.requests.length;
		const { answer } = await example.hears({ text: '¿Hola?' });
		expect(answer).toBe('{"status":"paused"}');
		expect(model.requests).toHaveLength(before);
		expect(example.said('593990000001')).toEqual([ANSWER, ANSWER]);
	});

	test('remembers what was said in the same room, and only there', async () => {
		const asked = JSON.stringify(model.requests.at(-1));
		expect(asked).toContain('¿Cuánto tarda el envío?');
		await example.hears({ text: 'Hola', userId: '593990000002' });
		await example.ran(3);
		expect(JSON.stringify(model.requests.at(-1))).not.toContain('¿Cuánto tarda el envío?');
		expect(example.said('593990000002')).toEqual([ANSWER]);
	});

	test('goes on answering where the hand-over failed: nobody else would', async () => {
		const luis = '593990000002';
		stage().sandbox.setFaults({ respond: { status: 422 }, path: 'gateway' });
		await example.hears({ text: 'Quiero hablar con una persona', userId: luis });
		await example.ran(4);
		stage().sandbox.setFaults({});
		const { answer } = await example.hears({ text: 'Hola', userId: luis });
		expect(answer).toBe('{"status":"accepted"}');
		await example.ran(5);
		expect(example.said(luis)).toEqual([ANSWER, ANSWER, ANSWER]);
	});
}
