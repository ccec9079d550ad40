import { waitUntil } from '../../scripts/n8n/waitUntil';
import { startModelStub, type ModelStub } from './support/model';
import {
	CREDENTIAL_NAME,
	PROJECT,
	credentialData,
	startStage,
	webhookAnswers,
	type Stage,
} from './support/stage';

jest.setTimeout(240_000);

const REPLY = 'Atendemos de 9:00 a 18:00, dice el agente.';

let stage: Stage;
let model: ModelStub;
beforeAll(async () => {
	model = await startModelStub(REPLY);
	stage = await startStage();
});
afterAll(async () => {
	await stage?.stop();
	await model?.close();
});

const REPLY_TOOL = { text: "={{ $fromAI('Text', 'What the customer reads', 'string') }}" };

function agentWorkflow(jelou: string, openAi: string, tool: object = REPLY_TOOL) {
	const credentials = { jelouApi: { id: jelou, name: CREDENTIAL_NAME } };
	const node = (name: string, type: string, typeVersion: number, rest: object) => ({
		id: name,
		name,
		type,
		typeVersion,
		position: [0, 0],
		...rest,
	});
	return {
		name: 'Agent',
		nodes: [
			node('Jelou Trigger', 'n8n-nodes-jelou.jelouTrigger', 2, {
				parameters: { events: ['message'] },
				credentials,
				webhookId: 'agent-test',
			}),
			node('Agent', '@n8n/n8n-nodes-langchain.agent', 2.2, {
				parameters: {
					promptType: 'define',
					text: '={{ $json.value.content.body }}',
					options: { enableStreaming: false },
				},
			}),
			node('Model', '@n8n/n8n-nodes-langchain.lmChatOpenAi', 1.2, {
				parameters: { model: { __rl: true, mode: 'id', value: 'stub' }, options: {} },
				credentials: { openAiApi: { id: openAi, name: 'stub' } },
			}),
			node('Reply', 'n8n-nodes-jelou.jelouTool', 1, {
				parameters: tool,
				credentials,
			}),
		],
		connections: {
			'Jelou Trigger': { main: [[{ node: 'Agent', type: 'main', index: 0 }]] },
			Model: { ai_languageModel: [[{ node: 'Agent', type: 'ai_languageModel', index: 0 }]] },
			Reply: { ai_tool: [[{ node: 'Agent', type: 'ai_tool', index: 0 }]] },
		},
		settings: { executionOrder: 'v1' },
	};
}

const integration = () => stage.sandbox.store.projects.get(PROJECT)?.integration;

async function publish(tool?: object): Promise<string> {
	const jelou = await stage.client.saveCredential(CREDENTIAL_NAME, 'jelouApi', credentialData(stage.sandbox));
	const openAi = await stage.client.saveCredential('stub', 'openAiApi', { apiKey: 'stub', url: model.url });
	const id = await stage.client.createWorkflow(agentWorkflow(jelou, openAi, tool));
	await stage.client.activate(id);
	await webhookAnswers(stage);
	return id;
}

test("an AI Agent that calls the node as its tool answers in the customer's room", async () => {
	const id = await publish();
	expect((await stage.sandbox.userWrites(PROJECT, { text: '¿A qué hora abren?' })).status).toBe(200);
	const replies = () =>
		[...stage.sandbox.store.messages.values()].flat().filter(({ from }) => from === 'agent');
	await waitUntil("the agent's reply", () => Promise.resolve(replies().length > 0), 60_000);

	expect(replies()).toHaveLength(1);
	expect(replies()[0]).toMatchObject({ type: 'text', content: { body: REPLY } });
	// What the model was told of the tool, and what the tool told it.
	await waitUntil('the model to hear of it', () => Promise.resolve(model.requests.length > 1));
	const [first, second] = model.requests;
	expect(JSON.stringify(first?.tools)).toContain('What the customer reads');
	expect(JSON.stringify(second?.messages.at(-1))).toContain('messageId');
	expect(JSON.stringify(model.requests)).not.toContain(integration()?.signingSecret);
	await stage.client.deactivate(id);
});

test('an AI Agent that calls the node to pause leaves the conversation to a person', async () => {
	const id = await publish({ resource: 'conversation', operation: 'pause' });
	const before = model.requests.length;
	expect((await stage.sandbox.userWrites(PROJECT, { text: 'Con una persona' })).status).toBe(200);
	await waitUntil('the run', async () => (await stage.client.executionCount(id, ['success'])) === 1, 60_000);
	expect(JSON.stringify(model.requests.at(-1)?.messages.at(-1))).toContain('paused');
	expect(model.requests).toHaveLength(before + 2);
	const { answer } = await stage.sandbox.userWrites(PROJECT, { text: '¿Hola?' });
	expect(answer).toBe('{"status":"paused"}');
	expect(await stage.client.executionCount(id, ['success', 'running', 'new'])).toBe(1);
});
