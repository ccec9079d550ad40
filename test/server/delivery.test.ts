import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { DEMO_PROJECT } from '../../sandbox';
import { waitUntil } from '../../scripts/n8n/waitUntil';
import { forgeries } from '../forgeries';
import { SENT_MESSAGES } from '../sentMessages';
import {
	CREDENTIAL_NAME,
	PROJECT,
	credentialData,
	startStage,
	webhookAnswers,
	type Stage,
} from './support/stage';
import { triggerWorkflow } from './support/workflows';

jest.setTimeout(240_000);

const EVENT = readFileSync(join(__dirname, '../fixtures/event-message-text.json'), 'utf8');

let stage: Stage;
let workflow: string;

const saveCredential = async (extra: Record<string, string> = {}) =>
	stage.client.saveCredential(CREDENTIAL_NAME, 'jelouApi', credentialData(stage.sandbox, extra));
/** Every run, also one that failed. */
const runs = async () => (await stage.client.executions(workflow)).length;
const sent = () =>
	stage.sandbox.store.requests.filter(
		({ rawUrl, status }) => rawUrl.endsWith('/external-support/webhook') && status === 200,
	);
const secretFromJelou = () =>
	stage.sandbox.store.projects.get(PROJECT)?.integration?.signingSecret ?? 'no integration';

async function deliver(body: string | Uint8Array, signature?: string) {
	const posted = await stage.sandbox.deliver(PROJECT, { body, signature });
	return { status: posted.status, body: posted.body };
}

beforeAll(async () => {
	stage = await startStage();
	const nodes = SENT_MESSAGES.map((message, index) => ({
		name: `Send ${String(index + 1)}`,
		type: 'n8n-nodes-jelou.jelou',
		typeVersion: 1,
		parameters: { resource: 'message', operation: 'send', ...message },
	}));
	workflow = await stage.client.createWorkflow(
		triggerWorkflow('six-replies', await saveCredential(), ...nodes),
	);
	await stage.client.activate(workflow);
	await webhookAnswers(stage);
});
afterAll(async () => stage?.stop());

test('a genuine delivery is answered in JSON that says it was accepted', async () => {
	const { status, answer } = await stage.sandbox.userWrites(PROJECT, { text: 'Hola' });
	expect({ status, answer }).toEqual({ status: 200, answer: '{"status":"accepted"}' });
	// The first message starts a conversation too, which is another event.
	await waitUntil('the replies', () => Promise.resolve(sent().length === 2 * SENT_MESSAGES.length));
	await waitUntil('both runs to be saved', async () => (await runs()) === 2);
});

test('outgoing messages of every type, played back with their own signatures, start nothing', async () => {
	const before = await runs();
	const recorded = sent();
	expect(recorded.length).toBeGreaterThanOrEqual(SENT_MESSAGES.length);
	for (const { headers, rawBody } of recorded) {
		const signature = String(headers['x-jelou-signature']);
		const { status, body } = await deliver(rawBody, signature);
		expect({ sent: rawBody.toString(), status, body }).toEqual({
			sent: rawBody.toString(),
			status: 200,
			body: '{"status":"ignored"}',
		});
	}
	// A genuine event after them shows that a run would have been seen by now.
	const close = { event: 'conversation.close', field: 'conversation', event_type: 'close' };
	expect((await deliver(JSON.stringify(close))).status).toBe(200);
	await waitUntil('the genuine run to be saved', async () => (await runs()) > before);
	expect(await runs()).toBe(before + 1);
	expect(stage.n8n.log()).toContain(
		`Jelou Trigger "Jelou Trigger" in workflow "six-replies" ignored a delivery: it is an outgoing message that was sent back. Workflow ID: ${workflow}.`,
	);
});

test('every forgery gets 401 and runs nothing, and the log says why without secret and payload', async () => {
	const before = await runs();
	const statuses = new Map<string, number | null>();
	for (const forgery of forgeries(EVENT, secretFromJelou())) {
		statuses.set(forgery.name, (await stage.sandbox.deliver(PROJECT, forgery)).status);
	}
	expect([...statuses].filter(([, status]) => status !== 401)).toEqual([]);
	// A genuine one behind them shows that a run would have been seen by now.
	const close = JSON.stringify({ event: 'conversation.close', after: 'the forgeries' });
	expect((await deliver(close)).status).toBe(200);
	await waitUntil('the genuine run to be saved', async () => (await runs()) > before);
	expect(await runs()).toBe(before + 1);
	const log = stage.n8n.log();
	expect(log).toContain(
		'Jelou Trigger "Jelou Trigger" in workflow "six-replies" refused a delivery: its signature is wrong',
	);
	for (const secret of [secretFromJelou(), DEMO_PROJECT.apiKey, 'USER_NAME'])
		expect(log).not.toContain(secret);
});
