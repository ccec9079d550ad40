import { randomUUID } from 'node:crypto';

import { waitUntil } from '../../scripts/n8n/waitUntil';
import { isRecord, type Json } from '../../scripts/json';
import { errorsOf, outputOf } from '../support/execution';
import type { Dialogue } from './support/dialogue';
import { startFront, type Front } from './support/front';
import { inParts } from './support/inParts';
import { PAUSED, STARTED } from './support/rooms';
import { WITH_CODE, startStage, type Stage } from './support/stage';
import {
	COUNTS,
	Projects,
	TRIGGER,
	ask,
	explanationOf,
	jelou,
	messagesOf,
	reply,
	sendingOf,
} from './support/state';
import { BASE, type Node } from './support/wires';

const NAME = '¿Cómo te llamas?';
const OK = { status: 200 };
const MANY = 100;
const AT_ONCE = 8;

let stage: Stage;
let fronts: Front[];
let front: Front;
let projects: Projects;
/** Projects that stay at work across tests, and so are not unpublished at the end of one. */
let others: Projects;
/** A run that waits longer than n8n keeps it in memory, then counts in static data and replies. */
let late: Dialogue;
/** A supervisor with an open question, one that expires before it is asked, and one more. */
let brief: Dialogue;
beforeAll(async () => {
	fronts = await Promise.all([startFront(), startFront(), startFront('/n8n')]);
	[front] = fronts as [Front];
	stage = await startStage({ ...WITH_CODE, WEBHOOK_URL: front.url });
	for (const each of fronts) each.leadTo(stage.n8n.url);
	projects = new Projects(stage, front);
	others = new Projects(stage, front);
	const wait: Node = [
		'Wait',
		`${BASE}wait`,
		1.1,
		{ amount: 70, unit: 'seconds' },
		{ webhookId: randomUUID() },
	];
	[late, brief] = await Promise.all([others.open([wait, COUNTS, reply('a reply')]), others.supervised()]);
	expect(await late.writes('user-0', 'hola')).toMatchObject(STARTED);
	for (const [n, wants] of ['one', 'brief two', 'three'].entries()) {
		await brief.writes(`user-${String(n + 1)}`, wants);
		await waiting(brief, n + 1);
	}
});
afterAll(async () => {
	await stage?.stop();
	await Promise.all((fronts ?? []).map(async (each) => each.close()));
});
afterEach(async () => {
	stage.sandbox.setFaults({});
	await projects.close();
});

async function waiting(dialogue: Dialogue, count: number): Promise<void> {
	await projects.runs(dialogue, 'waiting', count);
}
/** Waits until the supervisor is asked for the nth time. Returns the question without its choices. */
async function asked(dialogue: Dialogue, count: number): Promise<string> {
	const questions = await projects.heard(dialogue, 'user-0', count);
	return questions[count - 1]?.split('\n')[0] ?? '';
}
const staticDataOf = async ({ workflowId }: Dialogue): Promise<Json> => {
	const { staticData } = await stage.client.workflow(workflowId);
	return isRecord(staticData) && isRecord(staticData.global) ? staticData.global : {};
};

describe('a question', () => {
	const CONFIRM = reply('={{ "Hola, " + $json.answer }}');

	test('takes no message that was written while it was being sent for its answer, but passes it on with the answer', async () => {
		const dialogue = await projects.open([ask(NAME), CONFIRM]);
		const sending = sendingOf(dialogue);
		const { requests } = stage.sandbox.store;
		const isSending = () =>
			requests.some(({ rawBody, status }) => status === null && rawBody.includes(sending.naming));
		stage.sandbox.setFaults({ ...sending, latencyMs: 2_000, times: 1 });
		await dialogue.writes('user-0', 'hola');
		await waitUntil('the question to be under way', () => isSending());
		const meanwhile = dialogue.writes('user-0', '¿hay alguien?');
		expect(await projects.heard(dialogue, 'user-0', 1)).toEqual([NAME]);
		expect(await meanwhile).toMatchObject(OK);
		await waiting(dialogue, 1);
		expect(await dialogue.writes('user-0', 'Ana')).toMatchObject(OK);
		expect(await projects.heard(dialogue, 'user-0', 2)).toEqual([NAME, 'Hola, Ana']);
		await projects.runs(dialogue, 'success', 1);
		const [run, ...others] = await dialogue.runs();
		expect(others).toEqual([]);
		const [answer] = outputOf(await stage.client.execution(String(run?.id)), 'Ask');
		expect(answer).toMatchObject({
			answer: 'Ana',
			messagesBefore: [expect.objectContaining({ event: 'message', chatInput: '¿hay alguien?' })],
		});
	});

	test('that Jelou refuses leaves the open one in the room', async () => {
		const dialogue = await projects.supervised();
		await dialogue.writes('user-1', 'one');
		expect(await asked(dialogue, 1)).toBe('¿Apruebas one?');
		await waiting(dialogue, 1);
		await dialogue.writes('user-2', 'replace two for nobody');
		await projects.runs(dialogue, 'error', 1);
		expect(await dialogue.writes('user-0', 'sí')).toMatchObject(OK);
		expect(await projects.heard(dialogue, 'user-1', 1)).toEqual(['one: true']);
		expect(await dialogue.runs()).toHaveLength(2);
	});

	test('ends when its room is paused, and is not asked in a paused room', async () => {
		const dialogue = await projects.supervised();
		await dialogue.writes('user-1', 'one');
		await asked(dialogue, 1);
		await waiting(dialogue, 1);
		await dialogue.writes('user-2', 'pause');
		expect(await projects.heard(dialogue, 'user-1', 1)).toEqual(['one: paused']);
		expect(await dialogue.writes('user-0', 'sí')).toMatchObject(PAUSED);

		await dialogue.writes('user-3', 'three');
		await projects.runs(dialogue, 'error', 1);
		const [run] = await dialogue.runs();
		const errors = errorsOf(await stage.client.execution(String(run?.id)), 'Ask');
		expect(explanationOf(errors)).toMatch(/paused/);
		expect(dialogue.heard('user-0')).toHaveLength(1);
	});

	test('belongs to the project: its answer is found after the trigger is deleted and added again', async () => {
		const dialogue = await projects.open([ask(NAME), CONFIRM]);
		await dialogue.writes('user-0', 'hola');
		await projects.heard(dialogue, 'user-0', 1);
		await waiting(dialogue, 1);
		const webhookId = randomUUID();
		await projects.edit(dialogue, (nodes) =>
			nodes.map((node) => (node.name === TRIGGER ? { ...node, id: randomUUID(), webhookId } : node)),
		);
		await waitUntil(
			'the new trigger to have the address',
			() => projects.project(dialogue).integration?.webhookUrl.includes(webhookId) === true,
		);
		await dialogue.listens();
		expect(await dialogue.writes('user-0', 'Ana')).toMatchObject(OK);
		expect(await projects.heard(dialogue, 'user-0', 2)).toEqual([NAME, 'Hola, Ana']);
	});

	test('is asked again only once when it is unknown whether that arrived', async () => {
		const dialogue = await projects.open([ask(NAME, { answerType: 'number' }), CONFIRM]);
		await dialogue.writes('user-0', 'hola');
		await projects.heard(dialogue, 'user-0', 1);
		await waiting(dialogue, 1);
		stage.sandbox.setFaults({ ...sendingOf(dialogue), dropAfterProcessing: true, times: 1 });
		const { rawBody, signature, status } = await dialogue.writes('user-0', 'no sé');
		// As Jelou may deliver again what did not get a 200.
		await stage.sandbox.deliver(dialogue.projectId, { body: rawBody, signature });
		expect(status).toBe(200);
		await dialogue.writes('user-0', '7');
		expect(await projects.heard(dialogue, 'user-0', 3)).toEqual([
			NAME,
			'Por favor, responde con un número.',
			'Hola, 7',
		]);
	});

	test('is answered even if n8n cannot be told to keep it', async () => {
		const isKeep = ({ body }: { body: Buffer }) => body.includes('"note":"keep"');
		const refused: unknown[] = [];
		front.refuse((request) => isKeep(request) && refused.push(request) > 0);
		try {
			const dialogue = await projects.open([COUNTS, ask(NAME), CONFIRM]);
			await dialogue.writes('user-0', 'hola');
			await projects.heard(dialogue, 'user-0', 1);
			await waitUntil('a note that is not taken', () => refused.length > 0);
			expect(await dialogue.writes('user-0', 'Ana')).toMatchObject(OK);
			expect(await projects.heard(dialogue, 'user-0', 2)).toEqual([NAME, 'Hola, Ana']);
			expect(stage.n8n.log()).not.toMatch(/unhandled|uncaught/i);
		} finally {
			front.refuse(() => false);
		}
	});
});

describe('a supervisor whom several runs ask at once', () => {
	/** The supervisor's room with an open question, and others queued after it, in this order. */
	async function queue(...wants: string[]): Promise<Dialogue> {
		const dialogue = await projects.supervised();
		for (const [n, text] of wants.entries()) {
			await dialogue.writes(`user-${String(n + 1)}`, text);
			await waiting(dialogue, n + 1);
		}
		expect(await asked(dialogue, 1)).toBe(`¿Apruebas ${String(wants[0])}?`);
		expect(dialogue.heard('user-0')).toHaveLength(1);
		return dialogue;
	}

	test('is asked one question after the other, and each run gets its own answer', async () => {
		const dialogue = await projects.supervised();
		const wants = ['one', 'two', 'three'];
		await Promise.all(wants.map(async (text, n) => dialogue.writes(`user-${String(n + 1)}`, text)));
		await waiting(dialogue, 3);
		await approveAll(dialogue);
		const told = wants.map((text, n) => `user-${String(n + 1)} ${text}: ${String(text !== 'two')}`);
		for (const [n] of wants.entries()) await projects.heard(dialogue, `user-${String(n + 1)}`, 1);
		expect(
			wants.map((_, n) => `user-${String(n + 1)} ${dialogue.heard(`user-${String(n + 1)}`).join()}`),
		).toEqual(told);
		expect(await dialogue.runs()).toHaveLength(3);
	});

	test('is asked nothing by a run that would rather fail, and the open question stays', async () => {
		const dialogue = await queue('one');
		await dialogue.writes('user-2', 'fail two');
		await projects.runs(dialogue, 'error', 1);
		expect(dialogue.heard('user-0')).toHaveLength(1);
		await dialogue.writes('user-0', 'sí');
		expect(await projects.heard(dialogue, 'user-1', 1)).toEqual(['one: true']);
	});

	test("is not asked a stopped run's question", async () => {
		const dialogue = await queue('one', 'two', 'three');
		const [, second] = await dialogue.runs();
		await stage.client.call('POST', `/executions/${String(second?.id)}/stop`, {});
		await waiting(dialogue, 2);
		await dialogue.writes('user-0', 'no');
		expect(await asked(dialogue, 2)).toBe('¿Apruebas three?');
		await dialogue.writes('user-0', 'sí');
		expect(await projects.heard(dialogue, 'user-3', 1)).toEqual(['three: true']);
		expect(dialogue.heard('user-1')).toEqual(['one: false']);
	});

	test('is asked the next question when Jelou refuses one', async () => {
		const dialogue = await queue('one', 'two for nobody', 'three');
		await dialogue.writes('user-0', 'no');
		expect(await asked(dialogue, 2)).toBe('¿Apruebas three?');
		await waiting(dialogue, 1);
		await dialogue.writes('user-0', 'sí');
		expect(await projects.heard(dialogue, 'user-3', 1)).toEqual(['three: true']);
		expect(dialogue.heard('user-2').join()).not.toContain('true');
	});

	test('is not asked a question that has expired', async () => {
		// n8n checks once a minute.
		await waitUntil('the brief one to go on', () => brief.heard('user-2').length > 0);
		expect(brief.heard('user-2')).toEqual(['brief two: nobody answered']);
		expect(brief.heard('user-0')).toHaveLength(1);
		await brief.writes('user-0', 'no');
		expect(await asked(brief, 2)).toBe('¿Apruebas three?');
		await brief.writes('user-0', 'sí');
		expect(await projects.heard(brief, 'user-3', 1)).toEqual(['three: true']);
		expect(brief.heard('user-1')).toEqual(['one: false']);
		await stage.client.deactivate(brief.workflowId);
	});
});

/** Answers a supervisor's three questions as they come, "two" with no; each must come in its turn. */
async function approveAll(dialogue: Dialogue): Promise<void> {
	for (let n = 1; n <= 3; n++) {
		const question = await asked(dialogue, n);
		expect(dialogue.heard('user-0')).toHaveLength(n);
		expect(await dialogue.writes('user-0', question.includes('two') ? 'no' : 'sí')).toMatchObject(OK);
	}
}

test('a run that waited for 70 seconds and then counts in static data replies', async () => {
	await waitUntil(
		'the wait to be over',
		async () => (await stage.client.executionCount(late.workflowId, ['success', 'error'])) === 1,
	);
	const [run] = await late.runs();
	expect(messagesOf(errorsOf(await stage.client.execution(String(run?.id)), 'Reply'))).toEqual([]);
	expect(late.heard('user-0')).toEqual(['a reply']);
});

describe('after n8n was killed and started again,', () => {
	const people = Array.from({ length: MANY }, (_, n) => `user-${String(n)}`);
	let counted: Promise<Dialogue>;
	let many: Promise<Dialogue>;
	let queued: Promise<Dialogue>;
	let unpublished: Promise<Dialogue>;
	/** Waits until static data has all open questions of these rooms, as after n8n saved the end of a run over it. */
	const isKept = async (dialogue: Dialogue, ...users: string[]) =>
		waitUntil('static data to have the questions', async () => {
			const text = JSON.stringify(await staticDataOf(dialogue));
			return users.every((user) => text.includes(projects.ids(dialogue, user).roomId));
		});

	async function openCounted(): Promise<Dialogue> {
		const dialogue = await others.open([COUNTS, ask(NAME), reply('={{ "Hola, " + $json.answer }}')]);
		for (const [n, user] of ['user-0', 'user-1'].entries()) {
			await dialogue.writes(user, 'hola');
			await waiting(dialogue, n + 1);
		}
		await isKept(dialogue, 'user-0', 'user-1');
		return dialogue;
	}

	/** Nearly all questions are open when a run takes them out of static data; then the last customer is asked. */
	async function openMany(): Promise<Dialogue> {
		const jsCode = `const data = $getWorkflowStaticData('global');
for (const key of Object.keys(data)) delete data[key];
data.count = 1;
return $input.all();`;
		const dialogue = await others.open(
			[
				[
					'Which',
					`${BASE}switch`,
					3.2,
					{
						mode: 'expression',
						numberOutputs: 2,
						output: "={{ $json.chatInput === 'erase' ? 1 : 0 }}",
					},
				],
				ask(NAME),
				reply('={{ "Hola, " + $json.answer }}'),
				['Erase', `${BASE}code`, 2, { jsCode }],
			],
			{
				users: MANY + 1,
				wires: [
					[TRIGGER, 'Which'],
					['Which', 'Ask'],
					['Which', 'Erase', 1],
					['Ask', 'Reply'],
				],
			},
		);
		const isAsked = async (user: string) => {
			await dialogue.writes(user, 'hola');
			await projects.heard(dialogue, user, 1);
		};
		const [last = '', ...before] = people;
		await inParts(before, AT_ONCE, isAsked);
		await waiting(dialogue, MANY - 1);
		await dialogue.writes(`user-${String(MANY)}`, 'erase');
		await projects.runs(dialogue, 'success', 1);
		expect(await staticDataOf(dialogue)).toMatchObject({ count: 1 });
		await isAsked(last);
		await waiting(dialogue, MANY);
		await isKept(dialogue, ...people);
		return dialogue;
	}

	async function openQueued(): Promise<Dialogue> {
		const dialogue = await others.supervised();
		for (const [n, text] of ['one', 'two', 'three'].entries()) {
			await dialogue.writes(`user-${String(n + 1)}`, text);
			await waiting(dialogue, n + 1);
		}
		return dialogue;
	}

	beforeAll(async () => {
		counted = openCounted();
		many = openMany();
		queued = openQueued();
		unpublished = others.open([reply('hola')]);
		await Promise.allSettled([counted, many, queued, unpublished]);
		await projects.unpublish(await unpublished);
		await stage.restart('kill');
	});

	test('publishing continues with an integration that was about to be deleted, and its secret', async () => {
		const dialogue = await unpublished;
		const before = projects.standing(dialogue);
		expect(before).toMatchObject({ created: 1, deleted: 0 });
		await projects.publish(dialogue);
		await dialogue.listens();
		await dialogue.writes('user-0', 'hola');
		expect(await projects.heard(dialogue, 'user-0', 1)).toEqual(['hola']);
		expect(projects.standing(dialogue)).toEqual(before);
	});

	test('after a run that counted in static data without the secret, customers still get replies', async () => {
		await late.listens();
		expect(await late.writes('user-1', 'hola')).toMatchObject(STARTED);
		const credential = await projects.credential(late.projectId);
		const send = jelou('Send', { ...projects.ids(late, 'user-1'), text: 'elsewhere' });
		expect(messagesOf(errorsOf(await projects.elsewhere(credential, send), 'Send'))).toEqual([]);
	});

	test('a question after a Code node that counts is open, and the count is right', async () => {
		const dialogue = await counted;
		await dialogue.listens();
		for (const [n, user] of ['user-0', 'user-1'].entries()) {
			expect(await dialogue.writes(user, `Ana ${String(n)}`)).toMatchObject(OK);
			expect(await projects.heard(dialogue, user, 2)).toEqual([NAME, `Hola, Ana ${String(n)}`]);
		}
		await projects.runs(dialogue, 'success', 2);
		expect(await dialogue.runs()).toHaveLength(2);
		expect(await staticDataOf(dialogue)).toMatchObject({ count: 2 });
	});

	test(`${String(MANY)} questions are open that were erased from static data`, async () => {
		const dialogue = await many;
		await dialogue.listens();
		await inParts(people, AT_ONCE, async (user) => {
			await dialogue.writes(user, user);
			await projects.heard(dialogue, user, 2);
		});
		expect(people.filter((user) => dialogue.heard(user)[1] !== `Hola, ${user}`)).toEqual([]);
		await projects.runs(dialogue, 'success', MANY + 1);
		expect((await staticDataOf(dialogue)).count).toBe(1);
	});

	test('a supervisor is asked the queued questions, one after the other', async () => {
		const dialogue = await queued;
		await dialogue.listens();
		expect(dialogue.heard('user-0')).toHaveLength(1);
		await approveAll(dialogue);
		for (const n of [1, 2, 3]) await projects.heard(dialogue, `user-${String(n)}`, 1);
		const told = [1, 2, 3].flatMap((n) => dialogue.heard(`user-${String(n)}`));
		expect(told).toEqual(['one: true', 'two: false', 'three: true']);
		expect(await dialogue.runs()).toHaveLength(3);
	});
});

describe('at another address', () => {
	test('n8n accepts the answer to an open question, and nothing goes to the old address', async () => {
		const dialogue = await projects.open([ask(NAME), reply('={{ "Hola, " + $json.answer }}')]);
		await dialogue.writes('user-0', 'hola');
		await projects.heard(dialogue, 'user-0', 1);
		await waiting(dialogue, 1);
		const before = projects.standing(dialogue);
		const [, next] = fronts as [Front, Front];
		await stage.restart('stop', { WEBHOOK_URL: next.url });
		front.leadTo();
		front.requests.length = 0;
		await projects.unpublish(dialogue);
		await projects.publish(dialogue);
		await waitUntil(
			'Jelou to have the address',
			() => projects.project(dialogue).integration?.webhookUrl.startsWith(next.url) === true,
		);
		await waitUntil('n8n to listen', async () => {
			const url = projects.project(dialogue).integration?.webhookUrl ?? '';
			return (await fetch(url, { method: 'POST' })).status === 401;
		});
		expect(await dialogue.writes('user-0', 'Ana')).toMatchObject(OK);
		expect(await projects.heard(dialogue, 'user-0', 2)).toEqual([NAME, 'Hola, Ana']);
		expect(front.requests.map(({ path }) => path)).toEqual([]);
		expect(projects.standing(dialogue)).toEqual(before);
	});

	test('whose sub-path a proxy strips, a question is refused before the customer is asked', async () => {
		const [, , proxy] = fronts as [Front, Front, Front];
		await stage.restart('stop', { WEBHOOK_URL: `${proxy.url}/n8n` });
		projects.front = proxy;
		const dialogue = await projects.open([ask(NAME)]);
		await dialogue.writes('user-0', 'hola');
		await waitUntil('the run to end', async () =>
			(await dialogue.runs()).some(({ status }) => status !== 'running'),
		);
		const [run] = await dialogue.runs();
		const errors = explanationOf(errorsOf(await stage.client.execution(String(run?.id)), 'Ask'));
		expect(errors).toMatch(/WEBHOOK_URL/);
		expect(errors).toMatch(/N8N_PATH/);
		expect(dialogue.heard('user-0')).toEqual([]);
	});
});
