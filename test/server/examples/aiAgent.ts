import { openExample, type Example } from '../support/examples';
import { startModelStub, type ChatRequest, type ModelStub } from '../support/model';
import type { Stage } from '../support/stage';

const REASON = 'El cliente pide una persona.';
const ANSWER = 'Claro: una persona te escribirá.';

/** What the model gets: what was said so far, and what the customer has just written. */
export function promptOf({ messages }: ChatRequest): { said: string; written: string } {
	const prompt = String(messages.findLast(({ role }) => role === 'user')?.content);
	const [said = '', written = ''] = prompt.split('\n\nContesta lo que el cliente acaba de escribir:\n');
	return { said, written };
}

export function aiAgent(stage: () => Stage): void {
	let model: ModelStub;
	let example: Example;
	beforeAll(async () => {
		model = await startModelStub(REASON, {
			answer: ANSWER,
			usesTool: (request) => promptOf(request).written.includes('persona'),
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

	/** What the model got last. */
	const given = () => promptOf(model.requests.at(-1) ?? { model: '', messages: [] });

	test('answers in the room of the customer, told the facts of the settings', async () => {
		await example.hears({ text: '¿Cuánto tarda el envío?' });
		await example.ran(1);
		expect(example.said('593990000001')).toEqual([ANSWER]);
		expect(example.started()).toEqual([]);
		const [system] = model.requests[0]?.messages ?? [];
		expect(system).toMatchObject({ role: 'system', content: expect.stringContaining('tarda 17 días') });
		expect(JSON.stringify(system)).toContain('Ana Torres');
		expect(given().written).toBe('¿Cuánto tarda el envío?');
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
		expect(given().said.split('\n').slice(1)).toEqual([
			'customer: ¿Cuánto tarda el envío?',
			`operator: ${ANSWER}`,
			'customer: Quiero hablar con una persona',
		]);
		await example.hears({ text: 'Hola', userId: '593990000002' });
		await example.ran(3);
		expect(given().said.split('\n').slice(1)).toEqual(['customer: Hola']);
		expect(example.said('593990000002')).toEqual([ANSWER]);
	});

	test('keeps replying when the hand-over failed: nobody else would', async () => {
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

	test('replies without the history when Jelou does not provide it', async () => {
		const luis = '593990000002';
		stage().sandbox.setFaults({ respond: { status: 403 }, path: 'platform' });
		await example.hears({ text: '¿Y ahora?', userId: luis });
		await example.ran(6);
		stage().sandbox.setFaults({});
		expect(given()).toEqual({ said: expect.not.stringContaining('customer:'), written: '¿Y ahora?' });
		expect(example.said(luis)).toHaveLength(4);
	});
}
