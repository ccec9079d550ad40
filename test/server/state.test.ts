import { randomUUID } from 'node:crypto';

import { waitUntil } from '../../scripts/n8n/waitUntil';
import { N8N_LINE } from '../../scripts/paths';
import type { Delivery } from '../../sandbox';
import { isRecord, type Json } from '../../scripts/json';
import { errorsOf, outputOf } from '../support/execution';
import type { Dialogue } from './support/dialogue';
import { startFront, type Front } from './support/front';
import { inParts } from './support/inParts';
import { PAUSED, STARTED } from './support/rooms';
import { credentialData, publishRefusedWith, startStage, type Stage } from './support/stage';
import { COUNTS, Projects, TRIGGER, ask, jelou, reply, type Ids } from './support/state';
import { BASE, chain, wiredWorkflow, type Node } from './support/wires';

const NAME = '¿Cómo te llamas?';
const OK = { status: 200 };
const MANY = 100;
const AT_ONCE = 8;
const PER_SECOND = 20;
const UNANSWERED = 5;

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
/** What n8n must refuse to publish. n8n 2.x retries for 15 s before it says so, so all begin at once. */
const REFUSED: Record<string, () => Promise<void>> = {
	'a second trigger': refuseSecondTrigger,
	'a second workflow': refuseSecondWorkflow,
	'an unreadable registration': replaceUnreadable,
};
const refused: Record<string, Promise<void>> = {};
beforeAll(async () => {
	fronts = await Promise.all([startFront(), startFront(), startFront('/n8n')]);
	[front] = fronts as [Front];
	stage = await startStage({ WEBHOOK_URL: front.url });
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
	for (const [name, refuse] of Object.entries(REFUSED)) {
		refused[name] = refuse();
		const tried = refused[name].catch(() => undefined);
		// n8n 1.x refuses at once, and cannot save two workflows at a time.
		if (N8N_LINE === 'v1') await tried;
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
const messagesOf = (errors: unknown[]) =>
	errors.map((error) => (isRecord(error) ? String(error.message) : ''));
const explanationOf = (errors: unknown[]) =>
	errors
		.map((error) => (isRecord(error) ? `${String(error.message)} ${String(error.description)}` : ''))
		.join();
const saveCredential = async ({ projectId }: Dialogue, name: string, extra: Record<string, string> = {}) => {
	const { apiKey } = projects.project({ projectId });
	const data = credentialData(stage.sandbox, { projectId, apiKey, ...extra });
	return { id: await stage.client.saveCredential(name, 'jelouApi', data), name };
};
const sendingWith = async (credential: Json, ids: Ids) =>
	errorsOf(await projects.elsewhere(credential, jelou('Send', { ...ids, text: 'elsewhere' })), 'Send');
const nodesOf = async (workflowId: string) => {
	const { connections, nodes, settings, versionId } = await stage.client.workflow(workflowId);
	return { connections, nodes: (Array.isArray(nodes) ? nodes : []).filter(isRecord), settings, versionId };
};

async function refuseSecondWorkflow(): Promise<void> {
	const first = await others.open([reply('hola')]);
	const before = others.standing(first);
	const { connections, nodes, settings } = await nodesOf(first.workflowId);
	const second = await stage.client.createWorkflow({
		name: 'second workflow',
		nodes: nodes.map((node) => (node.name === TRIGGER ? { ...node, webhookId: randomUUID() } : node)),
		connections,
		settings,
	});
	await publishRefusedWith(stage, second, "already receives this project's events");
	expect(others.standing(first)).toEqual(before);
	expect(await first.writes('user-0', 'hola')).toMatchObject(STARTED);
	expect(await others.heard(first, 'user-0', 1)).toEqual(['hola']);
}

async function refuseSecondTrigger(): Promise<void> {
	const dialogue = await others.open([reply('hola')]);
	await others.unpublish(dialogue);
	const { nodes, ...workflow } = await nodesOf(dialogue.workflowId);
	const [trigger = {}] = nodes;
	const second = { ...trigger, id: randomUUID(), webhookId: randomUUID(), name: 'Second Trigger' };
	await stage.client.updateWorkflow(dialogue.workflowId, { ...workflow, nodes: [...nodes, second] });
	const named = '"(Jelou|Second) Trigger"';
	const message = new RegExp(`already\\b.*${named}|${named}.*\\balready`);
	await publishRefusedWith(stage, dialogue.workflowId, message);
}

async function replaceUnreadable(): Promise<void> {
	const dialogue = await others.open([reply('hola')]);
	const before = others.standing(dialogue);
	const credential = await saveCredential(dialogue, dialogue.projectId, { registration: '{"version":' });
	expect(explanationOf(await sendingWith(credential, others.ids(dialogue)))).toMatch(/signing secret/i);

	await others.unpublish(dialogue);
	await publishRefusedWith(stage, dialogue.workflowId, 'turn on Replace Existing Webhook');
	expect(others.standing(dialogue).secret).toBe(before.secret);
	await others.editTrigger(dialogue, { replaceExisting: true });
	await waitUntil('another secret', () => {
		const { secret = before.secret } = others.standing(dialogue);
		return Promise.resolve(secret !== before.secret);
	});
	await dialogue.listens();
	expect(messagesOf(await sendingWith(credential, others.ids(dialogue)))).toEqual([]);
	expect(dialogue.heard('user-0')).toEqual(['elsewhere']);
}

/** For faults that affect only what one project sends, not other runs. */
const sendingOf = ({ projectId }: Dialogue) => ({ path: 'chatbot' as const, naming: `"${projectId}"` });

/** A trigger that receives messages, but starts nothing for them. */
const LISTENING = { events: ['conversation.close'] };

describe('with no signing secret typed anywhere,', () => {
	let dialogue: Dialogue;
	let ids: Ids;
	beforeAll(async () => {
		dialogue = await projects.open([reply('hola')]);
		ids = projects.ids(dialogue);
		projects.keep();
	});
	afterAll(async () => stage.client.deactivate(dialogue.workflowId));

	type Sender = [name: string, node: (credential: Json, text: string) => Node];
	test.each<Sender>([
		['another workflow', (_, text) => jelou('Send', { ...ids, text })],
		[
			'a sub-workflow of another one',
			(jelouApi, text) => {
				const start: Node = ['Start', `${BASE}executeWorkflowTrigger`, 1.1, { inputSource: 'passthrough' }];
				const nodes = [start, jelou('Send', { ...ids, text })];
				const workflow = wiredWorkflow('sub', nodes, chain('Start', 'Send'), { jelouApi });
				const parameters = { source: 'parameter', workflowJson: JSON.stringify(workflow), options: {} };
				return ['Send', `${BASE}executeWorkflow`, 1.2, parameters];
			},
		],
		[
			"n8n's HTTP Request node",
			(_, text) => {
				const message = {
					field: 'messages',
					object: 'message_event',
					event_type: 'incoming_message',
					project_id: dialogue.projectId,
					room_id: ids.roomId,
					bot_id: ids.botId,
					user_id: ids.userId,
					value: { id: text, type: 'text', content: { body: text } },
				};
				const parameters = {
					method: 'POST',
					url: `${stage.sandbox.chatbotUrl}/v1/external-support/webhook`,
					authentication: 'predefinedCredentialType',
					nodeCredentialType: 'jelouApi',
					sendBody: true,
					specifyBody: 'json',
					jsonBody: JSON.stringify(message),
					options: {},
				};
				return ['Send', `${BASE}httpRequest`, 4.2, parameters];
			},
		],
	])('%s sends', async (name, node) => {
		const credential = await projects.credential(dialogue.projectId);
		const execution = await projects.elsewhere(credential, node(credential, name));
		expect(messagesOf(errorsOf(execution, 'Send'))).toEqual([]);
		expect(dialogue.heard('user-0')).toContain(name);
	});

	test('a run that failed sends when it is retried', async () => {
		const retried = await projects.open([reply('hola', { options: { maxRetries: 0 } })]);
		stage.sandbox.setFaults({ ...sendingOf(retried), respond: { status: 422 }, times: 1 });
		await retried.writes('user-0', 'hola');
		await projects.runs(retried, 'error', 1);
		const [run] = await retried.runs();
		await stage.client.retry(String(run?.id));
		expect(await projects.heard(retried, 'user-0', 1)).toEqual(['hola']);
	});

	test('no secret is in the workflow that n8n exports, in the credential or in a run', async () => {
		const { secret = '' } = projects.standing(dialogue);
		expect(secret).toMatch(/^[0-9a-f]{64}$/);
		await dialogue.writes('user-1', 'hola');
		await projects.runs(dialogue, 'success', 1);
		const { id } = await projects.credential(dialogue.projectId);
		const [run] = await dialogue.runs();
		const shown = {
			credential: await stage.client.credentialData(id),
			execution: await stage.client.execution(String(run?.id)),
			workflow: await stage.client.workflow(dialogue.workflowId),
		};
		const withSecret = Object.entries(shown).filter(([, given]) => JSON.stringify(given).includes(secret));
		expect(withSecret.map(([name]) => name)).toEqual([]);
	});
});

describe('a credential', () => {
	test('that a second workflow shares keeps what the first one stored', async () => {
		await refused['a second workflow'];
	});

	test('that is the second of its project sends nothing, and the error says to choose the same one', async () => {
		const dialogue = await projects.open([reply('hola')]);
		const second = await saveCredential(dialogue, 'second credential');
		const errors = await sendingWith(second, projects.ids(dialogue));
		expect(explanationOf(errors)).toMatch(/the credential that the project's Jelou Trigger has/);
		expect(dialogue.heard('user-0')).toEqual([]);
	});

	test('whose project was changed signs nothing for the new one before its trigger is published again', async () => {
		const [dialogue, other] = await Promise.all([
			projects.open([reply('hola')]),
			projects.open([reply('hola')]),
		]);
		await projects.unpublish(other);
		await projects.isGone(other);
		const credential = await projects.credential(dialogue.projectId);
		// As the editor saves it: with placeholders for hidden values.
		await stage.client.saveCredential(credential.name, 'jelouApi', {
			...(await stage.client.credentialData(credential.id)),
			projectId: other.projectId,
			apiKey: projects.project(other).apiKey,
		});
		const signed = () =>
			stage.sandbox.store.requests.filter(({ rawBody }) => rawBody.includes(other.projectId)).length;
		const before = signed();
		expect(explanationOf(await sendingWith(credential, projects.ids(other)))).toMatch(/signing secret/i);
		expect(signed()).toBe(before);

		await projects.unpublish(dialogue);
		await projects.publish(dialogue);
		await other.listens();
		expect(messagesOf(await sendingWith(credential, projects.ids(other)))).toEqual([]);
		expect(other.heard('user-0')).toEqual(['elsewhere']);
	});

	test('that is deleted right after unpublishing breaks nothing else', async () => {
		const dialogue = await projects.open([reply('hola')]);
		const { id } = await projects.credential(dialogue.projectId);
		await projects.unpublish(dialogue);
		await stage.client.call('DELETE', `/credentials/${id}`);
		await projects.isGone(dialogue);
		expect(stage.n8n.log()).not.toMatch(/unhandled|uncaught/i);
		// The workflow still exists, and can be published with another credential.
		const { id: another } = await saveCredential(dialogue, dialogue.projectId);
		await projects.edit(dialogue, (nodes) =>
			nodes.map((node) => ({
				...node,
				credentials: { jelouApi: { id: another, name: dialogue.projectId } },
			})),
		);
		await dialogue.listens();
		await dialogue.writes('user-0', 'hola');
		expect(await projects.heard(dialogue, 'user-0', 1)).toEqual(['hola']);
	});

	test('with expressions keeps them, and signs', async () => {
		const chatbotUrl = `={{ '${stage.sandbox.chatbotUrl}' }}`;
		const dialogue = await projects.open([reply('hola')], { credential: { chatbotUrl } });
		await dialogue.writes('user-0', 'hola');
		expect(await projects.heard(dialogue, 'user-0', 1)).toEqual(['hola']);
		const credential = await projects.credential(dialogue.projectId);
		expect(messagesOf(await sendingWith(credential, projects.ids(dialogue)))).toEqual([]);
		// n8n 1.x stores expressions as evaluated values.
		if (N8N_LINE === 'v1') return;
		expect(await stage.client.credentialData(credential.id)).toMatchObject({ chatbotUrl });
	});

	test('whose stored registration cannot be read acts as if it had none, until its webhook is replaced', async () => {
		await refused['an unreadable registration'];
	});
});

describe('the integration', () => {
	/** Projects whose integration must stay the same, whatever n8n was told. */
	const stays: Array<[Dialogue, ReturnType<Projects['standing']>]> = [];
	async function openToStay(nodes: Node[], trigger: Json = LISTENING): Promise<Dialogue> {
		const dialogue = await projects.open(nodes, { trigger });
		projects.keep();
		stays.push([dialogue, projects.standing(dialogue)]);
		published.push(dialogue.workflowId);
		return dialogue;
	}
	const toStay = () => stays.at(-1)?.[1];
	const published: string[] = [];
	afterAll(async () => {
		for (const id of published) await stage.client.deactivate(id);
	});

	test(`stays as it is while an option is changed and published under up to ${String(PER_SECOND)} deliveries a second`, async () => {
		const dialogue = await openToStay([]);
		const deliveries: Array<Promise<Delivery>> = [];
		const answers: Delivery[] = [];
		const answered = async (count: number) =>
			waitUntil(`${String(count)} answers`, () => answers.length >= count);
		const load = setInterval(() => {
			// A slower machine gets no more than it can handle.
			if (deliveries.length - answers.length >= UNANSWERED) return;
			const delivery = dialogue.writes('user-0', 'hola');
			deliveries.push(delivery);
			void delivery.then((answer) => answers.push(answer));
		}, 1_000 / PER_SECOND);
		try {
			await answered(PER_SECOND);
			await projects.editTrigger(dialogue, { options: { pausedConversations: 'startWorkflow' } });
			await answered(deliveries.length + PER_SECOND);
		} finally {
			clearInterval(load);
		}
		const statuses = (await Promise.all(deliveries)).map(({ status }) => status);
		// For a moment, n8n itself does not know the webhook.
		expect(statuses.filter((status) => status !== 200 && status !== 404)).toEqual([]);
		expect(statuses.at(-1)).toBe(200);
		expect(projects.standing(dialogue)).toEqual(toStay());
	});

	test.each([3, 2_000])('is the same one when Jelou reports its date %i ms later', async (ms) => {
		const dialogue = await openToStay([]);
		const { integration } = projects.project(dialogue);
		if (integration === null) throw new Error('There is no integration.');
		integration.createdAt = new Date(Date.parse(integration.createdAt) + ms).toISOString();
		await projects.editTrigger(dialogue, { events: ['message'] });
		await dialogue.listens();
		expect(await dialogue.writes('user-0', 'hola')).toMatchObject(STARTED);
		expect(projects.standing(dialogue)).toEqual(toStay());
	});

	test('moves along when one workflow is unpublished and another published right away', async () => {
		const dialogue = await openToStay([reply('one')], {});
		const credentials = { jelouApi: await projects.credential(dialogue.projectId) };
		const webhookId = randomUUID();
		const trigger: Node = [
			TRIGGER,
			'n8n-nodes-jelou.jelouTrigger',
			2,
			{ events: ['message'], options: {} },
			{ webhookId },
		];
		const nodes = [trigger, reply('two')];
		const workflow = wiredWorkflow('moved to', nodes, chain(TRIGGER, 'Reply'), credentials);
		const workflowId = await stage.client.createWorkflow(workflow);
		published.push(workflowId);
		await projects.unpublish(dialogue);
		await projects.publish({ workflowId });
		await waitUntil(
			'the next workflow to have the address',
			() => projects.project(dialogue).integration?.webhookUrl.includes(webhookId) === true,
		);
		await dialogue.listens();
		await dialogue.writes('user-0', 'hola');
		expect(await projects.heard(dialogue, 'user-0', 1)).toEqual(['two']);
		expect(projects.standing(dialogue)).toEqual(toStay());
	});

	test('is deleted a moment after its workflow was unpublished, but not after it was edited or moved', async () => {
		const dialogue = await projects.open([reply('hola')]);
		await projects.unpublish(dialogue);
		await projects.isGone(dialogue);
		expect(projects.standing(dialogue)).toMatchObject({ created: 1, deleted: 1 });
		expect(stays.map(([stayed]) => projects.standing(stayed))).toEqual(stays.map(([, before]) => before));
	});

	test('is deleted a moment after its trigger was removed from the workflow', async () => {
		const webhookId = randomUUID();
		const other: Node = ['Webhook', `${BASE}webhook`, 2, { path: webhookId }, { webhookId }];
		const dialogue = await projects.open([reply('hola'), other], { wires: chain(TRIGGER, 'Reply') });
		await projects.edit(dialogue, (nodes) => nodes.filter(({ name }) => name !== TRIGGER));
		await projects.isGone(dialogue);
	});

	test('has only one trigger per workflow: a second one is refused, and the error names the first', async () => {
		await refused['a second trigger'];
	});
});

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
