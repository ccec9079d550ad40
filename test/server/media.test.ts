import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { waitUntil } from '../../scripts/n8n/waitUntil';
import { serve, type HttpServer } from '../support/httpServer';
import { openDialogue } from './support/dialogue';
import { CREDENTIAL_NAME, PROJECT, credentialData, startStage, type Stage } from './support/stage';
import { triggerWorkflow } from './support/workflows';

jest.setTimeout(240_000);

const EVENT = readFileSync(join(__dirname, '../fixtures/event-message-image.json'), 'utf8');
const BYTES = Buffer.from('a picture of 26 bytes, say');
/** As n8n writes it beside a file, wherever it keeps its bytes: they differ in that. */
const SIZE = '"26 B"';

let stage: Stage;
let files: HttpServer;
let workflow: string;

/** Redirects as often as the path says, `/3` three times, and then gives the picture. */
async function startFiles(): Promise<HttpServer> {
	return await serve(({ url = '' }, response) => {
		const left = Number(url.slice(1));
		if (left > 0) response.writeHead(302, { location: `/${String(left - 1)}` }).end();
		else response.writeHead(200, { 'content-type': 'image/png' }).end(BYTES);
	});
}

beforeAll(async () => {
	files = await startFiles();
	stage = await startStage();
	const credential = await stage.client.saveCredential(
		CREDENTIAL_NAME,
		'jelouApi',
		credentialData(stage.sandbox),
	);
	const { nodes, ...rest } = triggerWorkflow('media', credential);
	const parameters = { events: ['*'], options: { downloadMedia: true } };
	workflow = await stage.client.createWorkflow({
		...rest,
		nodes: nodes.map((node) => (node.name === 'Jelou Trigger' ? { ...node, parameters } : node)),
	});
	await stage.client.activate(workflow);
	await waitUntil('the webhook to answer', async () => {
		const url = stage.sandbox.store.projects.get(PROJECT)?.integration?.webhookUrl;
		return url !== undefined && (await fetch(url, { method: 'POST' })).status === 401;
	});
});
afterAll(async () => {
	await stage?.stop();
	await files?.close();
});

/** What n8n kept of the run that a picture behind so many redirects started. */
async function runWith(redirects: number): Promise<string> {
	const before = (await stage.client.executions(workflow)).length;
	const event = JSON.parse(EVENT) as { value: { id: string; content: { url: string } } };
	event.value.id = `media-${String(redirects)}`;
	event.value.content.url = `${files.url}/${String(redirects)}`;
	expect((await stage.sandbox.deliver(PROJECT, { body: JSON.stringify(event) })).status).toBe(200);
	const finished = async () =>
		(await stage.client.executions(workflow)).filter(({ status }) => status === 'success');
	await waitUntil('the run to be saved', async () => (await finished()).length > before);
	const [latest] = await finished();
	return String((await stage.client.execution(String(latest?.id))).data);
}

test('a picture behind redirects comes as binary data', async () => {
	const run = await runWith(3);
	expect(run).toContain(SIZE);
	expect(run).not.toContain('mediaError');
});

test('each redirect is checked by the node: n8n itself would follow more than five', async () => {
	const run = await runWith(6);
	expect(run).toContain('redirected more than 5 times');
	expect(run).not.toContain(SIZE);
});

test('the picture that answers a question comes as binary data with the answer', async () => {
	const asked = { message: 'Send a photo', answerType: 'media', options: { downloadMedia: true } };
	const dialogue = await openDialogue(stage, [{ name: 'Photo', parameters: asked }]);
	const url = `${files.url}/3`;
	await dialogue.writes('user-0', 'hola');
	expect(await dialogue.hears('user-0', 1)).toBe('Send a photo');
	await dialogue.writes('user-0', 'here it is');
	expect(await dialogue.hears('user-0', 2)).toContain('Por favor, envía');
	const content = { url, mime_type: 'image/png' };
	await stage.sandbox.userWrites(dialogue.projectId, { userId: 'user-0', type: 'image', content });
	expect(await dialogue.hears('user-0', 3)).toBe(`Photo=${url}`);
	await waitUntil('the run to end', async () => (await dialogue.runs())[0]?.status === 'success');
	const [run] = await dialogue.runs();
	expect(await dialogue.runs()).toHaveLength(1);
	const { data } = await stage.client.execution(String(run?.id));
	expect(String(data)).toContain(SIZE);
	expect(String(data)).not.toContain('mediaError');
});
