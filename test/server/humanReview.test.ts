import { waitUntil } from '../../scripts/n8n/waitUntil';
import { N8N_LINE } from '../../scripts/paths';
import { startModelStub, type ModelStub } from './support/model';
import { startRecorder, type Recorder } from '../support/recorder';
import {
	CREDENTIAL_NAME,
	PROJECT,
	credentialData,
	startStage,
	webhookAnswers,
	type Stage,
} from './support/stage';

jest.setTimeout(300_000);

const CUSTOMER = '593990000001';
const SUPERVISOR = '593990000002';
const REVIEW = 'n8n-nodes-jelou.jelouHitlTool';
const ORDER = '1042';
/** What n8n tells the model of a refusal; the second where it finds the person's words in `chatInput`. */
const REFUSED =
	/User rejected the tool call|The user reviewed your planned tool call .* feedback: \\*"no\\*"/;

let stage: Stage;
let model: ModelStub;
let refunds: Recorder;
beforeAll(async () => {
	refunds = await startRecorder(() => ({
		status: 200,
		contentType: 'application/json',
		body: '{"refund":"R-1"}',
	}));
	model = await startModelStub(ORDER, {
		usesTool: ({ messages }) => JSON.stringify(messages.at(-1)).includes('reembolso'),
		answer: ({ messages }) => {
			const result = JSON.stringify(messages.findLast(({ role }) => role === 'tool'));
			if (result.includes('R-1')) return 'Te devolvimos el dinero.';
			return REFUSED.test(result) ? 'No podemos devolver el dinero.' : `No entiendo: ${result}`;
		},
	});
	stage = await startStage();
});
afterAll(async () => {
	await stage?.stop();
	await model?.close();
	await refunds?.close();
});

async function nodeTypes(): Promise<string[]> {
	const headers = { cookie: stage.client.cookie };
	const types: unknown = await (await fetch(`${stage.n8n.url}/types/nodes.json`, { headers })).json();
	return (types as Array<{ name: string }>).map(({ name }) => name);
}

/** An AI Agent answers the customer; a supervisor allows each refund in their own chat. */
async function openWorkflow(supervisorRoom: string): Promise<string> {
	const { client, sandbox } = stage;
	const jelou = await client.saveCredential(CREDENTIAL_NAME, 'jelouApi', credentialData(sandbox));
	const openAi = await client.saveCredential('stub', 'openAiApi', { apiKey: 'stub', url: model.url });
	const credentials = { jelouApi: { id: jelou, name: CREDENTIAL_NAME } };
	const node = (name: string, type: string, typeVersion: number, rest: object) => ({
		id: name,
		name,
		type,
		typeVersion,
		position: [0, 0],
		...rest,
	});
	const field = (name: string) => `={{ $('Jelou Trigger').item.json.${name} }}`;
	const to = (name: string, type: string) => ({ [type]: [[{ node: name, type, index: 0 }]] });
	return await client.createWorkflow({
		name: 'Human Review',
		nodes: [
			node('Jelou Trigger', 'n8n-nodes-jelou.jelouTrigger', 2, {
				parameters: { events: ['message'] },
				credentials,
				webhookId: 'human-review-test',
			}),
			// As it is added: prompt and session come from the trigger's chatInput and sessionId.
			node('Agent', '@n8n/n8n-nodes-langchain.agent', 3, {
				parameters: { options: { enableStreaming: false } },
			}),
			node('Model', '@n8n/n8n-nodes-langchain.lmChatOpenAi', 1.2, {
				parameters: { model: { __rl: true, mode: 'id', value: 'stub' }, options: {} },
				credentials: { openAiApi: { id: openAi, name: 'stub' } },
			}),
			node('Refund', 'n8n-nodes-base.httpRequestTool', 4.2, {
				parameters: {
					toolDescription: 'Refunds an order',
					method: 'POST',
					url: `${refunds.url}/refunds`,
					sendBody: true,
					bodyParameters: {
						parameters: [{ name: 'order', value: "={{ $fromAI('order', 'The order number', 'string') }}" }],
					},
					options: {},
				},
			}),
			node('Supervisor', REVIEW, 1, {
				parameters: {
					message: '=¿Permites {{ $tool.name }} con {{ JSON.stringify($tool.parameters) }}?',
					roomId: supervisorRoom,
					botId: 'demo-bot',
					userId: SUPERVISOR,
				},
				credentials,
			}),
			node('Answer', 'n8n-nodes-jelou.jelou', 1, {
				parameters: {
					roomId: field('room_id'),
					botId: field('bot.id'),
					userId: field('contact.id'),
					text: '={{ $json.output }}',
				},
				credentials,
			}),
		],
		connections: {
			'Jelou Trigger': to('Agent', 'main'),
			Agent: to('Answer', 'main'),
			Model: to('Agent', 'ai_languageModel'),
			Refund: to('Supervisor', 'ai_tool'),
			Supervisor: to('Agent', 'ai_tool'),
		},
		settings: { executionOrder: 'v1' },
	});
}

/** What was sent to a user, in order. */
function sentTo(userId: string): string[] {
	const { messages, rooms } = stage.sandbox.store;
	return [...rooms.values()]
		.filter((room) => room.userId === userId)
		.flatMap(({ id }) => messages.get(id) ?? [])
		.filter(({ from }) => from === 'agent')
		.map(({ content }) => ('body' in content ? content.body : ''));
}

function roomOf(userId: string): string {
	const { store } = stage.sandbox;
	const project = store.projects.get(PROJECT);
	const user = project?.users.find(({ id }) => id === userId);
	const bot = project?.bots[0];
	if (!project || !bot || !user) throw new Error(`There is no user ${userId}.`);
	return store.roomOf(project, bot, user).id;
}

const messageTo = async (userId: string, count: number) =>
	waitUntil(
		`message ${String(count)} to ${userId}`,
		() => Promise.resolve(sentTo(userId).length >= count),
		60_000,
	);

if (N8N_LINE === 'v1') {
	test('n8n 1.x has no Human Review, so it makes no such tool of the Jelou node', async () => {
		const types = await nodeTypes();
		expect(types).toContain('n8n-nodes-jelou.jelouTool');
		expect(types.filter((name) => name.endsWith('HitlTool'))).toEqual([]);
	});
} else {
	describe('n8n offers the Jelou node as Human Review of an AI Agent tool', () => {
		let workflowId: string;
		beforeAll(async () => {
			workflowId = await openWorkflow(roomOf(SUPERVISOR));
			await stage.client.activate(workflowId);
			await webhookAnswers(stage);
		});

		test('and says so in its node types', async () => {
			expect(await nodeTypes()).toContain(REVIEW);
		});

		test.each([
			['refuses', 'no', 'No podemos devolver el dinero.', 0],
			['allows', 'Sí', 'Te devolvimos el dinero.', 1],
		])(
			'the supervisor %s the tool in the own chat, and the customer is answered',
			async (_what, decision, answer, calls) => {
				const [asked, answered] = [sentTo(SUPERVISOR).length, sentTo(CUSTOMER).length];
				const runs = (await stage.client.executions(workflowId)).length;
				await stage.sandbox.userWrites(PROJECT, { userId: CUSTOMER, text: 'Quiero un reembolso' });
				await messageTo(SUPERVISOR, asked + 1);
				expect(sentTo(SUPERVISOR).at(-1)).toBe(`¿Permites Refund con {"order":"${ORDER}"}?\n\n1. Sí\n2. No`);
				expect(sentTo(CUSTOMER)).toHaveLength(answered);
				expect(refunds.requests).toHaveLength(0);

				await stage.sandbox.userWrites(PROJECT, { userId: SUPERVISOR, text: decision });
				await messageTo(CUSTOMER, answered + 1);
				expect(sentTo(CUSTOMER).slice(answered)).toEqual([answer]);
				expect(sentTo(SUPERVISOR)).toHaveLength(asked + 1);
				expect(refunds.requests.map(({ body }) => JSON.parse(body.toString('utf8')) as unknown)).toEqual(
					Array.from({ length: calls }, () => ({ order: ORDER })),
				);
				expect(await stage.client.executions(workflowId)).toHaveLength(runs + 1);
			},
		);
	});
}
