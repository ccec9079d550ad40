import { promptOf } from './examples/aiAgent';
import { openExample, type Example } from './support/examples';
import { startModelStub, type ModelStub } from './support/model';
import { startStage, webhookAnswers, type Stage } from './support/stage';

const LUIS = '593990000002';
const ANSWERS = ['¡Anotado!', 'Es el 1042.'];

/** Separate from the other examples, whose questions would expire while n8n is down. */
let stage: Stage | undefined;
let model: ModelStub | undefined;
let example: Example | undefined;
beforeAll(async () => {
	const running = await startStage();
	stage = running;
	let count = 0;
	const stub = await startModelStub('', { usesTool: () => false, answer: () => ANSWERS[count++] ?? '' });
	model = stub;
	const id = await running.client.saveCredential('stub', 'openAiApi', { apiKey: 'stub', url: stub.url });
	example = await openExample(running, 'ai-agent.json', { credentials: { openAiApi: { id, name: 'stub' } } });
	await example.activate();
});
afterAll(async () => {
	await model?.close();
	await stage?.stop();
});

test('the agent of the example "AI agent" knows what was said before n8n was restarted', async () => {
	if (!stage || !model || !example) throw new Error('n8n did not start.');
	await example.hears({ text: 'Mi pedido es el 1042', userId: LUIS });
	await example.ran(1);
	await stage.restart('stop');
	await webhookAnswers(stage, example.project.id);
	await example.hears({ text: '¿Cuál es mi pedido?', userId: LUIS });
	await example.ran(2);
	expect(example.said(LUIS)).toEqual(ANSWERS);
	const [, asked] = model.requests.map(promptOf);
	expect(asked?.written).toBe('¿Cuál es mi pedido?');
	expect(asked?.said).toContain('\ncustomer: Mi pedido es el 1042\noperator: ¡Anotado!\n');
});
