import { isRecord, type Json } from '../../../scripts/json';
import { waitUntil } from '../../../scripts/n8n/waitUntil';
import { N8N_LINE } from '../../../scripts/paths';
import { openExample, type Example, type Preparation } from '../support/examples';
import type { Stage } from '../support/stage';

const FILE = 'satisfaction-survey.json';
const TABLE = 'satisfaction_survey';
const ANA = '593990000011';
const LUIS = '593990000012';
const EVA = '593990000013';
const users = [ANA, LUIS, EVA].map((id) => ({ id, name: `Cliente ${id.slice(-1)}`, createdAt: '' }));
const COLUMNS = [
	{ name: 'user_id', type: 'string' },
	{ name: 'name', type: 'string' },
	{ name: 'month', type: 'string' },
	{ name: 'score', type: 'number' },
	{ name: 'reason', type: 'string' },
];
const SCORE = /^¡Hola, Cliente \d! ¿Cómo te atendimos en Tienda Sol\?/;

export function satisfactionSurvey(stage: () => Stage): void {
	let example: Example;

	const projectPath = async () => {
		const project = await stage().client.call('GET', '/projects/personal');
		return `/projects/${isRecord(project) ? String(project.id) : ''}/data-tables`;
	};
	const listed = (data: unknown): Json[] => {
		const entries = isRecord(data) ? data.data : undefined;
		return (Array.isArray(entries) ? entries : []).filter(isRecord);
	};
	async function rows(): Promise<Json[]> {
		const path = await projectPath();
		const tables = listed(await stage().client.call('GET', path));
		const id = tables.find(({ name }) => name === TABLE)?.id;
		return id === undefined ? [] : listed(await stage().client.call('GET', `${path}/${String(id)}/rows`));
	}
	async function open(more: Preparation = {}): Promise<void> {
		example = await openExample(stage(), FILE, { users, settings: { shop: 'Tienda Sol' }, ...more });
		await example.activate();
	}
	/** What a person does in n8n 1.x, whose Data table node makes no tables. */
	async function byHand(): Promise<Preparation> {
		const table = await stage().client.call('POST', await projectPath(), { name: TABLE, columns: COLUMNS });
		const id = isRecord(table) ? String(table.id) : '';
		const dataTableId = { dataTableId: { __rl: true, mode: 'id', value: id } };
		const nodes = ['If not asked this month', 'Store the answer', 'Store that there is no answer'];
		return {
			deactivated: ['Create the table'],
			parameters: Object.fromEntries(nodes.map((name) => [name, dataTableId])),
		};
	}
	let prepared: Preparation = {};
	beforeAll(async () => {
		if (N8N_LINE === 'v1') prepared = await byHand();
		await open(prepared);
	});
	afterAll(async () => example?.deactivate());

	async function closes(userId: string): Promise<void> {
		const { apiKey, id } = example.project;
		const url = `${stage().sandbox.gatewayUrl}/v1/external-support/${id}/conversations/close`;
		const headers = { 'content-type': 'application/json', 'x-api-key': apiKey };
		const body = JSON.stringify({ botId: 'demo-bot', userId });
		expect((await fetch(url, { method: 'POST', headers, body })).status).toBe(200);
	}
	async function sent(userId: string, count: number): Promise<string | undefined> {
		await waitUntil(`message ${String(count)} to ${userId}`, () =>
			Promise.resolve(example.said(userId).length >= count),
		);
		return example.said(userId)[count - 1];
	}

	test('asks for a score and the reason once a conversation is closed, stores both, and says thank you', async () => {
		await example.hears({ text: 'Gracias, era todo', userId: ANA });
		expect(example.said(ANA)).toEqual([]);
		await closes(ANA);
		expect(await sent(ANA, 1)).toMatch(SCORE);
		await example.hears({ text: '4', userId: ANA });
		expect(await sent(ANA, 2)).toBe('Anotamos: Bien. ¿Por qué? Cuéntanos en un mensaje.');
		await example.hears({ text: 'Rápido, aunque «algo» caro', userId: ANA });
		expect(await sent(ANA, 3)).toMatch(/^¡Gracias, Cliente 1!/);
		await example.ran(1);
		expect(await rows()).toEqual([
			expect.objectContaining({
				user_id: ANA,
				name: 'Cliente 1',
				month: expect.stringMatching(/^\d{4}-\d\d$/),
				score: 4,
				reason: 'Rápido, aunque «algo» caro',
			}),
		]);
	});

	test('asks nobody twice in a month: the answer itself has opened a conversation, which is closed later', async () => {
		await closes(ANA);
		await example.ran(2);
		expect(example.said(ANA)).toHaveLength(3);
		expect(await rows()).toHaveLength(1);
	});

	test('stores a score without a reason when the conversation is closed before one is given', async () => {
		await example.hears({ text: 'Hola', userId: LUIS });
		await closes(LUIS);
		await sent(LUIS, 1);
		await example.hears({ text: 'muy mal', userId: LUIS });
		await sent(LUIS, 2);
		await closes(LUIS);
		await example.ran(3);
		expect(example.said(LUIS)).toHaveLength(2);
		expect((await rows()).at(-1)).toMatchObject({ user_id: LUIS, score: 1, reason: null });
	});

	// n8n looks once a minute for runs whose time is up.
	test('stores that a customer did not answer in time, and says nothing more', async () => {
		await example.deactivate();
		const before = (await rows()).length;
		const values = { limitType: 'afterTimeInterval', resumeAmount: 0.05, resumeUnit: 'minutes' };
		await open({
			...prepared,
			parameters: { ...prepared.parameters, 'Ask for the score': { options: { limitWaitTime: { values } } } },
		});
		await example.hears({ text: 'Hola', userId: EVA });
		await closes(EVA);
		await sent(EVA, 1);
		await waitUntil('the run', async () => (await rows()).length > before, 150_000);
		await example.ran(1);
		expect((await rows()).at(-1)).toMatchObject({ user_id: EVA, score: null, reason: null });
		expect(example.said(EVA)).toHaveLength(1);
	});
}
