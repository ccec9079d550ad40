import { setTimeout as sleep } from 'node:timers/promises';

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
const IVO = '593990000014';
const PIA = '593990000015';
const ZOE = '593990000016';
const MAX = '593990000017';
const users = [ANA, LUIS, EVA, IVO, PIA, ZOE, MAX].map((id) => ({
	id,
	name: `Cliente ${id.slice(-1)}`,
	createdAt: '',
}));
const COLUMNS = [
	{ name: 'user_id', type: 'string' },
	{ name: 'name', type: 'string' },
	{ name: 'month', type: 'string' },
	{ name: 'score', type: 'number' },
	{ name: 'reason', type: 'string' },
];
const SCORE = /^¡Hola, Cliente \d!\n\n¿Cómo te atendimos en Tienda Sol\?/;

const projectPath = async ({ client }: Stage) => {
	const project = await client.call('GET', '/projects/personal');
	return `/projects/${isRecord(project) ? String(project.id) : ''}/data-tables`;
};

function listed(data: unknown): Json[] {
	const entries = isRecord(data) ? data.data : undefined;
	return (Array.isArray(entries) ? entries : []).filter(isRecord);
}

/** What is stored of a customer; all surveys share one table. */
async function rows(stage: Stage, userId: string): Promise<Json[]> {
	const path = await projectPath(stage);
	const tables = listed(await stage.client.call('GET', path));
	const id = tables.find(({ name }) => name === TABLE)?.id;
	if (id === undefined) return [];
	let all: Json[] = [];
	// n8n 1.x responds with 500 if a run writes to the table at the same moment.
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

/** What a person does in n8n 1.x, whose Data table node creates no tables. */
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

async function messageTo(example: Example, userId: string, count: number): Promise<string | undefined> {
	await waitUntil(`message ${String(count)} to ${userId}`, () => example.said(userId).length >= count);
	return example.said(userId)[count - 1];
}

export function satisfactionSurvey(stage: () => Stage): void {
	let example: Example;
	beforeAll(async () => {
		example = await openSurvey(stage());
	});
	afterAll(async () => example?.deactivate());
	const sent = async (userId: string, count: number) => messageTo(example, userId, count);
	/** A customer who has read the last message answers it. */
	const says = async (userId: string, ...texts: string[]) => {
		await sleep(300);
		await Promise.all(texts.map(async (text) => example.hears({ text, userId })));
	};
	const isAsked = async (userId: string) => {
		await example.hears({ text: 'Gracias, era todo', userId });
		expect(example.said(userId)).toEqual([]);
		await example.closes(userId);
		expect(await sent(userId, 1)).toMatch(SCORE);
	};

	test('asks for a score and the reason once a conversation is closed, stores both, and says thank you', async () => {
		await isAsked(ANA);
		await says(ANA, 'la 4 porfa');
		expect(await sent(ANA, 2)).toBe('Anotamos: Bien. ¿Por qué? Cuéntanos en un mensaje.');
		// Words that would end another question are common in a reason.
		await says(ANA, 'Rápido, y la persona que me atendió, muy amable');
		expect(await sent(ANA, 3)).toMatch(/^¡Gracias, Cliente 1!/);
		await example.ran(1);
		expect(await rows(stage(), ANA)).toEqual([
			expect.objectContaining({
				user_id: ANA,
				name: 'Cliente 1',
				month: expect.stringMatching(/^\d{4}-\d\d$/),
				score: 4,
				reason: 'Rápido, y la persona que me atendió, muy amable',
			}),
		]);
	});

	test('asks nobody twice in a month: the answer itself has opened a conversation, which is closed later', async () => {
		await example.closes(ANA);
		await example.ran(2);
		expect(example.said(ANA)).toHaveLength(3);
		expect(await rows(stage(), ANA)).toHaveLength(1);
	});

	test('stores a score without a reason when the conversation is closed before one is given', async () => {
		await isAsked(LUIS);
		await says(LUIS, 'muy mal');
		await sent(LUIS, 2);
		await example.closes(LUIS);
		await example.ran(3);
		expect(example.said(LUIS)).toHaveLength(2);
		expect((await rows(stage(), LUIS)).at(-1)).toMatchObject({ user_id: LUIS, score: 1, reason: null });
	});

	test('lets customers go who want no survey or give no reason', async () => {
		await Promise.all([isAsked(IVO), isAsked(PIA)]);
		await Promise.all([says(IVO, 'No, gracias'), says(PIA, 'el 5')]);
		expect(await sent(IVO, 2)).toMatch(/^Está bien\. ¡Gracias por tu tiempo!/);
		await sent(PIA, 2);
		await says(PIA, 'prefiero no decirlo');
		expect(await sent(PIA, 3)).toMatch(/^Está bien\. ¡Gracias por tu tiempo!/);
		await example.ran(5);
		expect(await rows(stage(), IVO)).toMatchObject([{ score: null, reason: null }]);
		expect(await rows(stage(), PIA)).toMatchObject([{ score: 5, reason: null }]);
	});

	test('takes a reason that is written in two messages as one', async () => {
		await example.hears({ text: 'Hola', userId: EVA });
		await example.closes(EVA);
		await sent(EVA, 1);
		await says(EVA, '3');
		await sent(EVA, 2);
		await says(EVA, 'Rápido,', 'aunque «algo» caro');
		await sent(EVA, 3);
		await example.ran(6);
		const [row] = await rows(stage(), EVA);
		expect(row).toMatchObject({ score: 3 });
		expect(String(row?.reason).split('\n').sort()).toEqual(['Rápido,', 'aunque «algo» caro']);
	});
}

/** A survey that nobody answers, opened and checked like the question in `unansweredOrder`. */
export function unansweredSurvey(stage: () => Stage): () => void {
	let example: Example;
	beforeAll(async () => {
		const values = { limitType: 'afterTimeInterval', resumeAmount: 0.5, resumeUnit: 'minutes' };
		example = await openSurvey(stage(), {
			'Ask for score and reason': { options: { limitWaitTime: { values } } },
		});
		await example.hears({ text: 'Hola', userId: ZOE });
		await example.closes(ZOE);
		await messageTo(example, ZOE, 1);
		await example.hears({ text: 'Hola', userId: MAX });
		await example.closes(MAX);
		await messageTo(example, MAX, 1);
		await sleep(300);
		await example.hears({ text: 'un 2', userId: MAX });
		await messageTo(example, MAX, 2);
	});

	return () =>
		test('stores what a customer has answered when the time is up, and says nothing more', async () => {
			await waitUntil('the row', async () => (await rows(stage(), ZOE)).length > 0);
			await example.ran(2);
			expect(await rows(stage(), ZOE)).toEqual([
				expect.objectContaining({ user_id: ZOE, score: null, reason: null }),
			]);
			expect(example.said(ZOE)).toHaveLength(1);
			expect(await rows(stage(), MAX)).toMatchObject([{ score: 2, reason: null }]);
			expect(example.said(MAX)).toHaveLength(2);
		});
}
