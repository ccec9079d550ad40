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

const projectPath = async ({ client }: Stage) => {
	const project = await client.call('GET', '/projects/personal');
	return `/projects/${isRecord(project) ? String(project.id) : ''}/data-tables`;
};

function listed(data: unknown): Json[] {
	const entries = isRecord(data) ? data.data : undefined;
	return (Array.isArray(entries) ? entries : []).filter(isRecord);
}

/** What is stored of a customer; the table is one for all surveys. */
async function rows(stage: Stage, userId: string): Promise<Json[]> {
	const path = await projectPath(stage);
	const tables = listed(await stage.client.call('GET', path));
	const id = tables.find(({ name }) => name === TABLE)?.id;
	if (id === undefined) return [];
	let all: Json[] = [];
	// n8n 1.x answers 500 where a run writes to the table at the same moment.
	await waitUntil('n8n to give the rows', async () => {
		try {
			all = listed(await stage.client.call('GET', `${path}/${String(id)}/rows`));
			return true;
		} catch {
			return false;
		}
	});
	return all.filter(({ user_id }) => user_id === userId);
}

/** What a person does in n8n 1.x, whose Data table node makes no tables. */
async function makeTable(stage: Stage): Promise<Preparation> {
	const table = await stage.client.call('POST', await projectPath(stage), { name: TABLE, columns: COLUMNS });
	const id = isRecord(table) ? String(table.id) : '';
	const dataTableId = { dataTableId: { __rl: true, mode: 'id', value: id } };
	const nodes = ['If not asked this month', 'Store the answer', 'Store that the customer is asked'];
	return {
		deactivated: ['Create the table'],
		parameters: Object.fromEntries(nodes.map((name) => [name, dataTableId])),
	};
}

let table: Promise<Preparation> | undefined;

async function openSurvey(stage: Stage, parameters: Record<string, Json> = {}): Promise<Example> {
	if (N8N_LINE === 'v1') table ??= makeTable(stage);
	const prepared = (await table) ?? {};
	const example = await openExample(stage, FILE, {
		users,
		settings: { shop: 'Tienda Sol' },
		...prepared,
		parameters: { ...prepared.parameters, ...parameters },
	});
	await example.activate();
	return example;
}

async function closeConversation({ sandbox }: Stage, { project }: Example, userId: string): Promise<void> {
	const url = `${sandbox.gatewayUrl}/v1/external-support/${project.id}/conversations/close`;
	const headers = { 'content-type': 'application/json', 'x-api-key': project.apiKey };
	const body = JSON.stringify({ botId: 'demo-bot', userId });
	expect((await fetch(url, { method: 'POST', headers, body })).status).toBe(200);
}

async function messageTo(example: Example, userId: string, count: number): Promise<string | undefined> {
	await waitUntil(`message ${String(count)} to ${userId}`, () =>
		Promise.resolve(example.said(userId).length >= count),
	);
	return example.said(userId)[count - 1];
}

export function satisfactionSurvey(stage: () => Stage): void {
	let example: Example;
	beforeAll(async () => {
		example = await openSurvey(stage());
	});
	afterAll(async () => example?.deactivate());
	const closes = async (userId: string) => closeConversation(stage(), example, userId);
	const sent = async (userId: string, count: number) => messageTo(example, userId, count);

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
		expect(await rows(stage(), ANA)).toEqual([
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
		expect(await rows(stage(), ANA)).toHaveLength(1);
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
		expect((await rows(stage(), LUIS)).at(-1)).toMatchObject({ user_id: LUIS, score: 1, reason: null });
	});
}

/** A survey that nobody answers, opened and looked at as the question in `unansweredOrder`. */
export function unansweredSurvey(stage: () => Stage): () => void {
	let example: Example;
	beforeAll(async () => {
		const values = { limitType: 'afterTimeInterval', resumeAmount: 0.05, resumeUnit: 'minutes' };
		example = await openSurvey(stage(), { 'Ask for the score': { options: { limitWaitTime: { values } } } });
		await example.hears({ text: 'Hola', userId: EVA });
		await closeConversation(stage(), example, EVA);
		await messageTo(example, EVA, 1);
	});

	return () =>
		test('stores that a customer did not answer in time, and says nothing more', async () => {
			await waitUntil('the row', async () => (await rows(stage(), EVA)).length > 0, 150_000);
			await example.ran(1);
			expect(await rows(stage(), EVA)).toEqual([
				expect.objectContaining({ user_id: EVA, score: null, reason: null }),
			]);
			expect(example.said(EVA)).toHaveLength(1);
		});
}
