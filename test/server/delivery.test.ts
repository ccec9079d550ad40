import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { DEMO_PROJECT } from '../../sandbox';
import { waitUntil } from '../../scripts/n8n/waitUntil';
import { forgeries, sign } from '../support/forgeries';
import {
	CREDENTIAL_NAME,
	PROJECT,
	credentialData,
	N8N_DEFAULTS,
	startStage,
	webhookAnswers,
	type Stage,
} from './support/stage';
import { triggerWorkflow } from './support/workflows';

const EVENT = readFileSync(join(__dirname, '../fixtures/event-message-text.json'), 'utf8');

let stage: Stage;
let workflow: string;

/** All runs, including failed ones. */
const runs = async () => (await stage.client.executions(workflow)).length;
const secretFromJelou = () =>
	stage.sandbox.store.projects.get(PROJECT)?.integration?.signingSecret ?? 'no integration';

beforeAll(async () => {
	stage = await startStage(N8N_DEFAULTS);
	const data = credentialData(stage.sandbox);
	const credential = await stage.client.saveCredential(CREDENTIAL_NAME, 'jelouApi', data);
	workflow = await stage.client.createWorkflow(triggerWorkflow('delivered', credential));
	await stage.client.activate(workflow);
	await webhookAnswers(stage);
});
afterAll(async () => stage?.stop());

test('a genuine delivery gets a JSON response that says it was accepted', async () => {
	const { status, answer } = await stage.sandbox.userWrites(PROJECT, { text: 'Hola' });
	expect({ status, answer }).toEqual({ status: 200, answer: '{"status":"accepted"}' });
	// The first message also starts a conversation, which is another event.
	await waitUntil('both runs to be saved', async () => (await runs()) === 2);
});

test('every forgery gets 401 and runs nothing, and the log says why without secret and payload', async () => {
	const before = await runs();
	const statuses = new Map<string, number | null>();
	for (const forgery of forgeries(EVENT, secretFromJelou())) {
		statuses.set(forgery.name, (await stage.sandbox.deliver(PROJECT, forgery)).status);
	}
	expect([...statuses].filter(([, status]) => status !== 401)).toEqual([]);
	// A genuine one after them shows that a run would have appeared by now.
	const close = JSON.stringify({ event: 'conversation.close', after: 'the forgeries' });
	expect((await stage.sandbox.deliver(PROJECT, { body: close })).status).toBe(200);
	await waitUntil('the genuine run to be saved', async () => (await runs()) > before);
	expect(await runs()).toBe(before + 1);
	const log = stage.n8n.log();
	expect(log).toContain(
		'Jelou Trigger "Jelou Trigger" in workflow "delivered" refused a delivery: its signature is wrong',
	);
	for (const secret of [secretFromJelou(), DEMO_PROJECT.apiKey, 'USER_NAME'])
		expect(log).not.toContain(secret);
});

test('a delivery whose signature fits its JSON written again starts the workflow, and the log says so', async () => {
	const before = await runs();
	const body = '{ "event": "conversation.close",\n  "rating": 1.0, "rating": 5.0 }';
	const signature = sign('{"event":"conversation.close","rating":5}', secretFromJelou());
	const { body: answer, status } = await stage.sandbox.deliver(PROJECT, { body, signature });
	expect({ status, answer }).toEqual({ status: 200, answer: '{"status":"accepted"}' });
	await waitUntil('the run to be saved', async () => (await runs()) > before);
	expect(stage.n8n.log()).toContain(
		'accepted a delivery: its signature matches its rewritten JSON, not its bytes',
	);
});
