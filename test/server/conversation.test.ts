import { waitUntil } from '../../scripts/n8n/waitUntil';
import { N8N_LINE } from '../../scripts/paths';
import { serve } from '../support/httpServer';
import { openDialogue, type Dialogue, type Step } from './support/dialogue';
import { inParts } from './support/inParts';
import { roomOf } from './support/rooms';
import { N8N_DEFAULTS, startStage, type Stage } from './support/stage';
import { filter, to } from './support/workflows';

/** 30 show that it works; 1,000 (`DIALOGUES=1000`) take some minutes. */
const DIALOGUES = Number(process.env.DIALOGUES ?? 30);
const AT_ONCE = 16;

jest.setTimeout(1_200_000 + DIALOGUES * 3_000);

let stage: Stage;
beforeAll(async () => {
	stage = await startStage(N8N_DEFAULTS);
});
afterAll(async () => stage?.stop());

const NAME = '¿Cómo te llamas?';
const ORDER = '¿Cuál es tu número de pedido?';
const ASK_NAME: Step = { name: 'Name', parameters: { message: NAME, answerType: 'text' } };
const ASK_ORDER: Step = { name: 'Order', parameters: { message: ORDER, answerType: 'number' } };

const count = async ({ workflowId }: Dialogue, ...status: string[]) =>
	stage.client.executionCount(workflowId, status);
const counts = async (dialogue: Dialogue, status: string, expected: number) =>
	waitUntil(
		`${String(expected)} runs that are ${status}`,
		async () => (await count(dialogue, status)) === expected,
	);
const OK = { status: 200 };

describe('where Jelou is less orderly:', () => {
	let dialogue: Dialogue;
	beforeAll(async () => {
		dialogue = await openDialogue(stage, [ASK_NAME, ASK_ORDER]);
	});
	afterEach(() => stage.sandbox.setFaults({}));

	test('each message delivered twice is one answer, and the dialogue is one run', async () => {
		stage.sandbox.setFaults({ deliverTwice: true });
		for (const [n, text] of ['hola', 'Ana', '1042'].entries()) {
			await dialogue.writes('user-0', text);
			await dialogue.hears('user-0', n + 1);
		}
		await counts(dialogue, 'success', 1);
		expect(dialogue.heard('user-0')).toEqual([NAME, ORDER, 'Name=Ana Order=1042']);
		expect(await dialogue.runs()).toHaveLength(1);
	});
});

// n8n 1.x itself runs nothing after a node that is called "toString".
test.each(['constructor', 'antes\u2028después'])(
	'a node of the name %j asks, and goes on with the answer',
	async (name) => {
		const named = await openDialogue(stage, [{ name, parameters: { message: NAME } }], {
			users: 1,
			change: ({ nodes, ...workflow }) => {
				const [trigger = {}, ask = {}, last = {}] = nodes;
				return {
					...workflow,
					nodes: [trigger, ask, { ...last, parameters: { text: '={{ $json.answer }}' } }],
				};
			},
		});
		await named.writes('user-0', 'hola');
		expect(await named.hears('user-0', 1)).toBe(NAME);
		await named.writes('user-0', 'Ana');
		expect(await named.hears('user-0', 2)).toBe('Ana');
		await counts(named, 'success', 1);
	},
);

/** One customer from hello to the summary. Returns what is wrong. */
async function talk(dialogue: Dialogue, n: number): Promise<string[]> {
	const user = `user-${String(n)}`;
	const lines = ['hola', `Ana-${String(n)}`, String(1_000 + n)];
	for (const [step, line] of lines.entries()) {
		const { status } = await dialogue.writes(user, line);
		// With 503, n8n took longer than Jelou waits, as on a busy machine; the run must go on with the answer all the same.
		if (status !== 200 && status !== 503) return [`${user}: "${line}" was answered ${String(status)}`];
		await dialogue.hears(user, step + 1);
	}
	const heard = dialogue.heard(user);
	const expected = [NAME, ORDER, `Name=Ana-${String(n)} Order=${String(1_000 + n)}`];
	return JSON.stringify(heard) === JSON.stringify(expected) ? [] : [`${user} heard ${heard.join(' | ')}`];
}

test(`${String(DIALOGUES)} dialogues, ${String(AT_ONCE)} at once, are one run each, with each customer's own answers`, async () => {
	const dialogue = await openDialogue(stage, [ASK_NAME, ASK_ORDER], { users: DIALOGUES });
	const customers = Array.from({ length: DIALOGUES }, (_, n) => n);
	const wrong: string[] = [];
	await inParts(customers, AT_ONCE, async (n) => void wrong.push(...(await talk(dialogue, n))));
	expect(wrong).toEqual([]);
	await counts(dialogue, 'success', DIALOGUES);
	// Any other run would be one too many.
	expect(await count(dialogue, 'waiting', 'running', 'error', 'crashed', 'canceled')).toBe(0);
});

test('while a run waits, n8n shows which room it is about', async () => {
	const dialogue = await openDialogue(stage, [ASK_NAME], { users: 1 });
	await dialogue.writes('user-0', 'hola');
	await dialogue.hears('user-0', 1);
	await counts(dialogue, 'waiting', 1);
	const [run] = await dialogue.runs();
	const { customData } = await stage.client.execution(String(run?.id));
	expect(customData).toEqual(N8N_LINE === 'v1' ? {} : { jelouRoom: roomOf(stage, dialogue, 'user-0') });
});

test('a question that the workflow asks again in a loop takes each answer once, in one run', async () => {
	const notYet = filter('Not yet', '={{ $json.answer }}', 'notEquals', 'listo');
	const dialogue = await openDialogue(stage, [ASK_NAME], {
		change: (workflow) => ({
			...workflow,
			nodes: [...workflow.nodes.slice(0, -1), notYet],
			connections: { 'Jelou Trigger': to('Name'), Name: to('Not yet'), 'Not yet': to('Name') },
		}),
	});
	await dialogue.writes('user-0', 'hola');
	for (const [n, line] of ['uno', 'dos', 'tres', 'listo'].entries()) {
		expect(await dialogue.hears('user-0', n + 1)).toBe(NAME);
		expect(await dialogue.writes('user-0', line)).toMatchObject(OK);
	}
	await counts(dialogue, 'success', 1);
	expect(dialogue.heard('user-0')).toHaveLength(4);
	expect(await dialogue.runs()).toHaveLength(1);
});

test('the picture that answers a question comes as binary data with the answer', async () => {
	const picture = Buffer.from('a picture of 26 bytes, say');
	const files = await serve(({ url }, response) => {
		if (url === '/moved') response.writeHead(302, { location: '/picture' }).end();
		else response.writeHead(200, { 'content-type': 'image/png' }).end(picture);
	});
	const asked = { message: 'Send a photo', answerType: 'media', options: { downloadMedia: true } };
	const dialogue = await openDialogue(stage, [{ name: 'Photo', parameters: asked }]);
	const url = `${files.url}/moved`;
	await dialogue.writes('user-0', 'hola');
	expect(await dialogue.hears('user-0', 1)).toBe('Send a photo');
	await dialogue.writes('user-0', 'here it is');
	expect(await dialogue.hears('user-0', 2)).toContain('Por favor, envía');
	const content = { url, mime_type: 'image/png' };
	await stage.sandbox.userWrites(dialogue.projectId, { userId: 'user-0', type: 'image', content });
	expect(await dialogue.hears('user-0', 3)).toBe(`Photo=${url}`);
	await counts(dialogue, 'success', 1);
	const [run] = await dialogue.runs();
	const data = String((await stage.client.execution(String(run?.id))).data);
	// As n8n writes it beside a file, wherever it stores the bytes.
	expect(data).toContain('"26 B"');
	expect(data).not.toContain('mediaError');
	await files.close();
});

describe('after the run was', () => {
	test.each([
		['stopped', async (id: string) => stage.client.call('POST', `/executions/${id}/stop`, {})],
		['deleted', async (id: string) => stage.client.call('POST', '/executions/delete', { ids: [id] })],
	])('%s, the customer’s next message starts the workflow', async (_name, end) => {
		const dialogue = await openDialogue(stage, [ASK_NAME]);
		await dialogue.writes('user-0', 'hola');
		await dialogue.hears('user-0', 1);
		await counts(dialogue, 'waiting', 1);
		const [run] = await dialogue.runs();
		await end(String(run?.id));
		await counts(dialogue, 'waiting', 0);
		expect(await dialogue.writes('user-0', 'Ana')).toMatchObject(OK);
		expect(await dialogue.hears('user-0', 2)).toBe(NAME);
		await dialogue.writes('user-0', 'Ana');
		expect(await dialogue.hears('user-0', 3)).toBe('Name=Ana');
	});
});

describe.each(['stop', 'kill'] as const)('after n8n was restarted (%s)', (how) => {
	let dialogue: Dialogue;
	const restart = async () => {
		await stage.restart(how);
		await dialogue.listens();
	};
	beforeAll(async () => {
		dialogue = await openDialogue(stage, [ASK_NAME, ASK_ORDER]);
		await dialogue.writes('user-0', 'hola');
		await dialogue.hears('user-0', 1);
		await counts(dialogue, 'waiting', 1);
		await dialogue.writes('user-1', 'hola');
		await dialogue.hears('user-1', 1);
		await restart();
	});

	test('while a run waited, the answer goes on with it', async () => {
		expect(await dialogue.writes('user-0', 'Ana')).toMatchObject(OK);
		expect(await dialogue.hears('user-0', 2)).toBe(ORDER);
		await dialogue.writes('user-0', '7');
		expect(await dialogue.hears('user-0', 3)).toBe('Name=Ana Order=7');
	});

	// What n8n has not stored is lost with the process. The customer must never be left without a reply.
	test('at the moment of a question or an answer, the customer still gets a reply', async () => {
		await writesUntilTaken('user-1', 'Ana');
		const heard = await dialogue.hears('user-1', 2);
		expect([NAME, ORDER]).toContain(heard);

		const delivery = dialogue.writes('user-1', heard === NAME ? 'Ana' : '7');
		await restart();
		const isTaken = (await delivery).status === 200;
		if (!isTaken) await writesUntilTaken('user-1', '7');
		await dialogue.hears('user-1', 3);
	});

	const writesUntilTaken = async (user: string, line: string) =>
		waitUntil(`"${line}" to be taken`, async () => (await dialogue.writes(user, line)).status === 200);
});

test('the log and the outputs show no resume URL, secret or signature', async () => {
	const dialogue = await openDialogue(stage, [ASK_NAME]);
	await dialogue.writes('user-0', 'hola');
	await dialogue.hears('user-0', 1);
	await dialogue.writes('user-0', 'Ana');
	await counts(dialogue, 'success', 1);
	const [run] = await dialogue.runs();
	const { data } = await stage.client.execution(String(run?.id));
	const execution = String(data);
	const secret = stage.sandbox.store.projects.get(dialogue.projectId)?.integration?.signingSecret;
	expect(execution).not.toContain('webhook-waiting');
	for (const shown of [execution, stage.n8n.log()]) {
		// The path of a resume URL, which n8n itself logs, is useless without the signature.
		expect(shown).not.toMatch(/signature=|sha256=/);
		expect(shown).not.toContain(secret);
	}
});
