import { randomUUID } from 'node:crypto';

import { waitUntil } from '../../scripts/n8n/waitUntil';
import { N8N_LINE } from '../../scripts/paths';
import type { Delivery } from '../../sandbox';
import { isRecord, type Json } from '../../scripts/json';
import { errorsOf } from '../support/execution';
import type { Dialogue } from './support/dialogue';
import { startFront, type Front } from './support/front';
import { STARTED } from './support/rooms';
import { credentialData, publishRefusedWith, startStage, type Stage } from './support/stage';
import {
	Projects,
	TRIGGER,
	explanationOf,
	jelou,
	messagesOf,
	reply,
	sendingOf,
	type Ids,
} from './support/state';
import { BASE, chain, wiredWorkflow, type Node } from './support/wires';

const PER_SECOND = 20;
const UNANSWERED = 5;

let stage: Stage;
let front: Front;
let projects: Projects;
/** Projects that stay at work across tests, and so are not unpublished at the end of one. */
let others: Projects;
/** What n8n must refuse to publish. n8n 2.x retries for 15 s before it says so, so all begin at once. */
const REFUSED: Record<string, () => Promise<void>> = {
	'a second trigger': refuseSecondTrigger,
	'a second workflow': refuseSecondWorkflow,
	'an unreadable registration': replaceUnreadable,
};
const refused: Record<string, Promise<void>> = {};
beforeAll(async () => {
	front = await startFront();
	stage = await startStage({ WEBHOOK_URL: front.url });
	front.leadTo(stage.n8n.url);
	projects = new Projects(stage, front);
	others = new Projects(stage, front);
	for (const [name, refuse] of Object.entries(REFUSED)) {
		refused[name] = refuse();
		const tried = refused[name].catch(() => undefined);
		// n8n 1.x refuses at once, and cannot save two workflows at a time.
		if (N8N_LINE === 'v1') await tried;
	}
});
afterAll(async () => {
	await stage?.stop();
	await front?.close();
});
afterEach(async () => {
	stage.sandbox.setFaults({});
	await projects.close();
});

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
