import { randomUUID } from 'node:crypto';

import { parse } from 'flatted';

import type { Project } from '../../sandbox';
import { isRecord, type Json } from '../../scripts/json';
import { nodeRuns } from '../support/execution';
import { waitUntil } from '../../scripts/n8n/waitUntil';
import { startModelStub, type ModelStub } from './support/model';
import { startRecorder, type Recorder } from '../support/recorder';
import { N8N_DEFAULTS, credentialData, startStage, type Stage } from './support/stage';
import { BASE, LANGCHAIN, chain, wiredWorkflow, type Node, type Wire } from './support/wires';

const ANSWER = 'Dice el agente.';
const [ANA, LUIS] = ['ana', 'luis'];

let stage: Stage;
let service: Recorder;
let model: ModelStub;
let openAi: Json;
beforeAll(async () => {
	service = await startRecorder(() => ({
		status: 200,
		contentType: 'application/json',
		body: '[{"status":"sent"}]',
	}));
	model = await startModelStub('Por la herramienta.', { answer: ANSWER });
	stage = await startStage(N8N_DEFAULTS);
	const id = await stage.client.saveCredential('stub', 'openAiApi', { apiKey: 'stub', url: model.url });
	openAi = { openAiApi: { id, name: 'stub' } };
});
afterAll(async () => {
	await stage?.stop();
	await model?.close();
	await service?.close();
});

const TRIGGER = 'Jelou Trigger';
const jelou = (name: string, parameters: Json = {}): Node => [
	name,
	'n8n-nodes-jelou.jelou',
	1,
	{ text: name, ...parameters },
];
const reply = jelou('Reply');
const rows = (...values: Json[]): Node => [
	'Code',
	`${BASE}code`,
	2,
	{ jsCode: `return ${JSON.stringify(values.map((json) => ({ json })))};` },
];
const empty = (name: string): Node => [
	name,
	`${BASE}set`,
	3.4,
	{ assignments: { assignments: [] }, options: {} },
];
const loop: Node = ['Loop', `${BASE}splitInBatches`, 3, { options: {} }];
const merge = (parameters: Json): Node => ['Merge', `${BASE}merge`, 3, parameters];

interface Published {
	id: string;
	project: Project;
	/** A customer writes. */
	writes(user: string): Promise<void>;
	/** What a customer was sent, in order. */
	heard(user: string): string[];
	/** Waits until a customer was sent this many messages. */
	hears(user: string, count: number): Promise<string[]>;
	/** Waits until this many runs are over. Returns the last one. */
	ran(count: number): Promise<Json>;
	room(user: string): string;
}

let projects = 0;

/** Publishes a workflow that begins with a Jelou Trigger, with a project of its own and no typed secret. */
async function publish(nodes: Node[], wires: Wire[]): Promise<Published> {
	const { client, n8n, sandbox } = stage;
	const projectId = `reply-${String(++projects)}`;
	const users = [ANA, LUIS].map((id = '') => ({ id: `${id}-${projectId}`, name: id }));
	const project = sandbox.store.addProject({ id: projectId, apiKey: `key-${projectId}`, users });
	const data = credentialData(sandbox, { projectId, apiKey: project.apiKey });
	const credential = { id: await client.saveCredential(projectId, 'jelouApi', data), name: projectId };
	const trigger: Node = [
		TRIGGER,
		'n8n-nodes-jelou.jelouTrigger',
		2,
		{ events: ['message'] },
		{ webhookId: randomUUID() },
	];
	const credentials = { jelouApi: credential, ...openAi };
	const id = await client.createWorkflow(wiredWorkflow(projectId, [trigger, ...nodes], wires, credentials));
	await client.activate(id);
	await waitUntil(`${projectId} to listen`, async () => {
		const url = project.integration?.webhookUrl;
		return url?.startsWith(n8n.url) === true && (await fetch(url, { method: 'POST' })).status === 401;
	});
	const heard = (user: string) =>
		[...sandbox.store.rooms.values()]
			.filter((room) => room.projectId === projectId && room.userId === `${user}-${projectId}`)
			.flatMap((room) => sandbox.store.messages.get(room.id) ?? [])
			.filter(({ from }) => from === 'agent')
			.map(({ content }) => ('body' in content ? content.body : ''));
	const published: Published = {
		id,
		project,
		heard,
		writes: async (user) => {
			const message = { text: 'hola', userId: `${user}-${projectId}` };
			const { answer, status } = await sandbox.userWrites(projectId, message);
			expect({ answer, status }).toEqual({ answer: expect.any(String), status: 200 });
		},
		hears: async (user, count) => {
			const isThere = () => heard(user).length >= count;
			await waitUntil(`message ${String(count)} to ${user}`, isThere);
			return heard(user);
		},
		ran: async (count) => {
			const all = () => client.executionCount(id, ['success', 'error']);
			await waitUntil(`run ${String(count)} of ${projectId}`, async () => (await all()) >= count);
			const [last] = await client.executions(id);
			return await client.execution(String(last?.id));
		},
		room: (user) => {
			const [bot] = project.bots;
			const person = project.users.find((each) => each.id === `${user}-${projectId}`);
			if (bot === undefined || person === undefined) throw new Error(`There is no ${user}.`);
			return sandbox.store.roomOf(project, bot, person).id;
		},
	};
	return published;
}

const errorOf = (execution: Json, node: string) => JSON.stringify(nodeRuns(execution).get(node)?.error);

async function dataTable(): Promise<string> {
	const personal = await stage.client.call('GET', '/projects/personal');
	const id = isRecord(personal) ? String(personal.id) : '';
	const table = await stage.client.call('POST', `/projects/${id}/data-tables`, {
		name: 'Orders',
		columns: [{ name: 'note', type: 'string' }],
	});
	return isRecord(table) ? String(table.id) : '';
}

const agent = (version = 2.2): Node[] => [
	[
		'Agent',
		`${LANGCHAIN}agent`,
		version,
		{ promptType: 'define', text: 'hola', options: { enableStreaming: false } },
	],
	[
		'Model',
		`${LANGCHAIN}lmChatOpenAi`,
		1.2,
		{ model: { __rl: true, mode: 'id', value: 'stub' }, options: {} },
	],
];
const REPLY_TOOL: Node = [
	'Reply',
	'n8n-nodes-jelou.jelouTool',
	1,
	{ text: "={{ $fromAI('Text', 'What to say', 'string') }}" },
];
const MODEL: Wire = ['Model', 'Agent', 0, 0, 'ai_languageModel'];
const subWorkflow = (...nodes: Json[]) => ({
	nodes: [
		{
			id: 'start',
			name: 'Start',
			type: `${BASE}executeWorkflowTrigger`,
			typeVersion: 1.1,
			position: [0, 0],
			parameters: { inputSource: 'passthrough' },
		},
		{
			id: 'set',
			name: 'Set',
			type: `${BASE}set`,
			typeVersion: 3.4,
			position: [0, 0],
			parameters: { assignments: { assignments: [] }, options: {} },
		},
		...nodes,
	],
	connections: {
		Start: { main: [[{ node: 'Set', type: 'main', index: 0 }]] },
		Set: { main: [nodes.map(({ name }) => ({ node: name, type: 'main', index: 0 }))] },
	},
});
const execute = (workflow: Json): Node => [
	'Sub-workflow',
	`${BASE}executeWorkflow`,
	1.2,
	{ source: 'parameter', workflowJson: JSON.stringify(workflow), options: {} },
];

describe('with only its text filled in, a reply goes to the customer who wrote, after', () => {
	type Case = [name: string, build: () => Promise<[Node[], Wire[]]>, expected: string[]];
	const replies = (count: number) => Array.from({ length: count }, () => 'Reply');
	test.each<Case>([
		[
			'HTTP Request',
			async () => [
				[['HTTP Request', `${BASE}httpRequest`, 4.2, { url: service.url, options: {} }], reply],
				chain(TRIGGER, 'HTTP Request', 'Reply'),
			],
			replies(1),
		],
		[
			'Data Table',
			async () => {
				const dataTableId = { __rl: true, mode: 'id', value: await dataTable() };
				const columns = { mappingMode: 'defineBelow', value: { note: 'x' } };
				const parameters = { resource: 'row', operation: 'insert', dataTableId, columns };
				// On SQLite, n8n fails one of two runs that insert at once.
				const again = { retryOnFail: true, maxTries: 5 };
				return [
					[['Data table', `${BASE}dataTable`, 1, parameters, again], reply],
					chain(TRIGGER, 'Data table', 'Reply'),
				];
			},
			replies(1),
		],
		[
			'Code that makes three items of one',
			async () => [[rows({ n: 1 }, { n: 2 }, { n: 3 }), reply], chain(TRIGGER, 'Code', 'Reply')],
			replies(3),
		],
		[
			'Merge that appends',
			async () => [
				[empty('Left'), empty('Right'), merge({}), reply],
				[...chain(TRIGGER, 'Left', 'Merge', 'Reply'), [TRIGGER, 'Right'], ['Right', 'Merge', 0, 1]],
			],
			replies(2),
		],
		[
			'Merge that combines by position',
			async () => [
				[
					empty('Left'),
					empty('Right'),
					merge({ mode: 'combine', combineBy: 'combineByPosition', options: {} }),
					reply,
				],
				[...chain(TRIGGER, 'Left', 'Merge', 'Reply'), [TRIGGER, 'Right'], ['Right', 'Merge', 0, 1]],
			],
			replies(1),
		],
		[
			'Aggregate',
			async () => [
				[
					rows({ n: 1 }, { n: 2 }),
					['Aggregate', `${BASE}aggregate`, 1, { aggregate: 'aggregateAllItemData', options: {} }],
					reply,
				],
				chain(TRIGGER, 'Code', 'Aggregate', 'Reply'),
			],
			replies(1),
		],
		[
			'Loop Over Items, in the loop and after it',
			async () => [
				[rows({ n: 1 }, { n: 2 }), loop, empty('Set'), reply, jelou('Done')],
				[...chain(TRIGGER, 'Code', 'Loop', 'Done'), ['Loop', 'Set', 1], ...chain('Set', 'Reply', 'Loop')],
			],
			['Reply', 'Reply', 'Done', 'Done'],
		],
		[
			'AI Agent',
			async () => [
				[empty('Set'), ...agent(), jelou('Reply', { text: '={{ $json.output }}' })],
				[...chain(TRIGGER, 'Set', 'Agent', 'Reply'), MODEL],
			],
			[ANSWER],
		],
		...[2.2, 3].map((version): Case => [
			`AI Agent ${String(version)}, as its tool`,
			async () => [
				[empty('Set'), ...agent(version), REPLY_TOOL],
				[...chain(TRIGGER, 'Set', 'Agent'), MODEL, ['Reply', 'Agent', 0, 0, 'ai_tool']],
			],
			['Por la herramienta.'],
		]),
		[
			'a sub-workflow',
			async () => [[execute(subWorkflow()), reply], chain(TRIGGER, 'Sub-workflow', 'Reply')],
			replies(1),
		],
	])('%s', async (_name, build, expected) => {
		const workflow = await publish(...(await build()));
		await workflow.writes('luis');
		await workflow.writes('ana');
		for (const user of ['luis', 'ana']) expect(await workflow.hears(user, expected.length)).toEqual(expected);
		await workflow.ran(2);
		expect([...workflow.heard('luis'), ...workflow.heard('ana')]).toEqual([...expected, ...expected]);
	});
});

test("a model is told what its agent's tool is for and what the result was, and no secret", async () => {
	model.requests.length = 0;
	const wires: Wire[] = [...chain(TRIGGER, 'Agent'), MODEL, ['Reply', 'Agent', 0, 0, 'ai_tool']];
	const { project, ran, writes } = await publish([...agent(), REPLY_TOOL], wires);
	await writes('ana');
	await ran(1);
	const [first, second] = model.requests;
	expect(JSON.stringify(first?.tools)).toContain('What to say');
	expect(JSON.stringify(second?.messages.at(-1))).toContain('messageId');
	expect(JSON.stringify(model.requests)).not.toContain(project.integration?.signingSecret);
});

test('in a sub-workflow, where the trigger cannot be seen, the error says what to do', async () => {
	const id = await stage.client.saveCredential('sub-workflow', 'jelouApi', credentialData(stage.sandbox));
	const send = {
		id: 'send',
		name: 'Send',
		type: 'n8n-nodes-jelou.jelou',
		typeVersion: 1,
		position: [0, 0],
		parameters: { text: 'hola' },
		credentials: { jelouApi: { id, name: 'sub-workflow' } },
	};
	const workflow = await publish([execute(subWorkflow(send))], chain(TRIGGER, 'Sub-workflow'));
	await workflow.writes('ana');
	await workflow.ran(1);
	// n8n saves the run of an embedded sub-workflow with its parent's.
	const runs = await stage.client.executions(workflow.id);
	const read = runs.map(async ({ id: execution }) => stage.client.execution(String(execution)));
	const error = (await Promise.all(read)).map((run) => String(run.data)).join(' ');
	expect(error).toContain('Room ID, Bot ID and User ID are empty');
	expect(workflow.heard('ana')).toEqual([]);
});

test('where n8n lost track of the items, nothing is sent, and the error names everything missing', async () => {
	const filter: Node = [
		'Filter',
		`${BASE}code`,
		2,
		{ jsCode: 'return [{ json: { n: 1 } }, { json: { n: 2 } }];' },
	];
	const workflow = await publish(
		[rows({ n: 1 }, { n: 2 }, { n: 3 }), filter, reply],
		chain(TRIGGER, 'Code', 'Filter', 'Reply'),
	);
	await workflow.writes('ana');
	const error = errorOf(await workflow.ran(1), 'Reply');
	expect(error).toContain('Room ID, Bot ID and User ID are empty');
	expect(error).toContain('n8n lost track');
	expect(workflow.heard('ana')).toEqual([]);
});

/** Begins a test run as the editor does. Returns the execution when it is over. */
async function testRun(id: string, payload: Json): Promise<Json> {
	const workflowData = await stage.client.workflow(id);
	const begun = await stage.client.call('POST', `/workflows/${id}/run`, { workflowData, ...payload });
	const execution = isRecord(begun) ? String(begun.executionId) : '';
	let read: Json = {};
	await waitUntil('the test run', async () => {
		read = await stage.client.execution(execution).catch(() => ({}));
		return typeof read.stoppedAt === 'string';
	});
	return read;
}

describe('a test run sends with the secret that the published trigger received:', () => {
	test('"Execute step" on a reply, with the output of the nodes before it', async () => {
		const workflow = await publish([empty('Set'), reply], chain(TRIGGER, 'Set', 'Reply'));
		await workflow.writes('ana');
		const { data } = await workflow.ran(1);
		const run: unknown = typeof data === 'string' ? parse(data) : data;
		const result = isRecord(run) && isRecord(run.resultData) ? run.resultData : {};
		const runData = isRecord(result.runData) ? { ...result.runData } : {};
		delete runData.Reply;
		const destinationNode = { nodeName: 'Reply', mode: 'inclusive' };
		await testRun(workflow.id, { runData, destinationNode, dirtyNodeNames: [] });
		expect(await workflow.hears('ana', 2)).toEqual(['Reply', 'Reply']);
	});

	test('rows of several customers in a loop, each with two messages, only the first of which says to whom', async () => {
		const map = { roomId: '={{ $json.room }}', botId: '={{ $json.bot }}', userId: '={{ $json.user }}' };
		const wires: Wire[] = [
			...chain('Manual', 'Code', 'Loop'),
			['Loop', 'First', 1],
			...chain('First', 'Set', 'Second', 'Loop'),
			[TRIGGER, 'End'],
		];
		const project = `reply-${String(projects + 1)}`;
		const workflow = await publish(
			[
				['Manual', `${BASE}manualTrigger`, 1],
				rows(),
				loop,
				jelou('First', map),
				empty('Set'),
				jelou('Second'),
				['End', `${BASE}noOp`, 1],
			],
			wires,
		);
		const bot = workflow.project.bots[0]?.id;
		const values = ['ana', 'luis'].map((user) => ({
			room: workflow.room(user),
			bot,
			user: `${user}-${project}`,
		}));
		const { nodes, versionId } = await stage.client.workflow(workflow.id);
		await stage.client.updateWorkflow(workflow.id, {
			versionId,
			nodes: (Array.isArray(nodes) ? nodes : [])
				.filter(isRecord)
				.map((node) => (node.name === 'Code' ? { ...node, parameters: rows(...values)[3] } : node)),
		});
		await testRun(workflow.id, { triggerToStartFrom: { name: 'Manual' } });
		expect(await workflow.hears('ana', 2)).toEqual(['First', 'Second']);
		expect(await workflow.hears('luis', 2)).toEqual(['First', 'Second']);
	});
});

test("a credential whose fields read the item is each item's own", async () => {
	const { client, sandbox } = stage;
	const [north, south] = ['north', 'south'].map((tenant) => {
		const project = sandbox.store.addProject({
			id: `project-${tenant}`,
			apiKey: `key-${tenant}`,
			signingSecret: `secret-of-${tenant}`,
			users: [{ id: `user-${tenant}`, name: tenant }],
			rooms: [{ id: `room-${tenant}`, userId: `user-${tenant}` }],
		});
		return { tenant, project };
	});
	for (const each of [north, south]) {
		const response = await fetch(`${sandbox.gatewayUrl}/v1/external-support/${String(each?.project.id)}`, {
			method: 'POST',
			headers: { 'content-type': 'application/json', 'x-api-key': String(each?.project.apiKey) },
			body: JSON.stringify({ webhookUrl: 'https://n8n.example.com/webhook/elsewhere' }),
		});
		expect(response.status).toBe(200);
	}
	const of = (field: string) => `=${field}-{{ $json.tenant ?? 'north' }}`;
	const data = credentialData(sandbox, {
		projectId: of('project'),
		apiKey: of('key'),
		signingSecret: of('secret-of'),
	});
	const id = await client.saveCredential('Tenants', 'jelouApi', data);
	const [name, type, version, parameters] = jelou('Send', {
		roomId: '={{ $json.room }}',
		botId: north?.project.bots[0]?.id,
		userId: '={{ $json.user }}',
	});
	const send: Node = [
		name,
		type,
		version,
		parameters,
		{ credentials: { jelouApi: { id, name: 'Tenants' } } },
	];
	const items = [
		{ room: 'room-north', user: 'user-north' },
		{ tenant: 'south', room: 'room-south', user: 'user-south' },
	];
	const { ran, writes } = await publish([rows(...items), send], chain(TRIGGER, 'Code', 'Send'));
	await writes('ana');
	expect(errorOf(await ran(1), 'Send')).toBeUndefined();
	for (const { room } of items) expect(sandbox.store.messages.get(room)).toHaveLength(1);
});
