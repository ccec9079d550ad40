import { isRecord } from '../../scripts/json';
import { waitUntil } from '../../scripts/n8n/waitUntil';
import { ANSWERS, startRawServer, type RawServer } from '../engine/support/rawServer';
import { credentialData, startStage, type Stage } from './support/stage';

jest.setTimeout(240_000);

/** What may be read, and what the kernel and Node.js hold between a server that writes and a reader that stopped. */
const MOST_BYTES = (10 + 16) * 1024 * 1024;

let stage: Stage;
let server: RawServer;
beforeAll(async () => {
	stage = await startStage();
});
afterAll(async () => stage?.stop());
afterEach(async () => server.close());

const dataFor = ({ url }: RawServer) => ({
	...credentialData(stage.sandbox, { signingSecret: 'secret' }),
	gatewayUrl: url,
	chatbotUrl: url,
});

/** Runs a workflow that reads a conversation from the server, and gives all that n8n keeps of it. */
async function readConversation(): Promise<string> {
	const name = `For ${server.url}`;
	const id = await stage.client.saveCredential(name, 'jelouApi', dataFor(server));
	const workflowId = await stage.client.createWorkflow({
		name,
		nodes: [
			{
				id: 'start',
				name: 'Start',
				type: 'n8n-nodes-base.manualTrigger',
				typeVersion: 1,
				position: [0, 0],
				parameters: {},
			},
			{
				id: 'get',
				name: 'Jelou',
				type: 'n8n-nodes-jelou.jelou',
				typeVersion: 1,
				position: [200, 0],
				parameters: {
					resource: 'conversation',
					operation: 'get',
					conversationId: 'c',
					options: { timeout: 2, maxRetries: 0 },
				},
				credentials: { jelouApi: { id, name } },
			},
		],
		connections: { Start: { main: [[{ node: 'Jelou', type: 'main', index: 0 }]] } },
		settings: { executionOrder: 'v1' },
	});
	const begun = await stage.client.call('POST', `/workflows/${workflowId}/run`, {
		workflowData: await stage.client.workflow(workflowId),
		triggerToStartFrom: { name: 'Start' },
	});
	const executionId = isRecord(begun) ? String(begun.executionId) : '';
	let data = '';
	await waitUntil(
		'the execution to end',
		async () => {
			const execution = await stage.client.execution(executionId).catch(() => undefined);
			data = String(execution?.data);
			return typeof execution?.stoppedAt === 'string';
		},
		60_000,
	);
	return data;
}

test.each(['a body that comes a byte at a time', 'headers that come a byte at a time'] as const)(
	'in n8n, the Timeout of a node ends %s',
	async (answer) => {
		server = await startRawServer(ANSWERS[answer]);
		expect(await readConversation()).toContain('did not answer in time');
	},
);

test('in n8n, a body without end is read up to 10 MB, and its connection closed', async () => {
	server = await startRawServer(ANSWERS['a body without end']);
	expect(await readConversation()).toContain('sent more than 10 MB');
	expect(server.written).toBeLessThan(MOST_BYTES);
	await waitUntil('the connection to be closed', () => Promise.resolve(server.open === 0));
});

test("in n8n, the credential's test ends for a body without end", async () => {
	server = await startRawServer(ANSWERS['a body without end']);
	expect(await stage.client.testCredential('under test', 'jelouApi', dataFor(server))).toEqual({
		status: 'Error',
		message: expect.stringContaining('sent more than 10 MB'),
	});
	expect(server.written).toBeLessThan(MOST_BYTES);
});
