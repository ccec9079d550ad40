import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { waitUntil } from '../../scripts/n8n/waitUntil';
import { CREDENTIAL_NAME, PROJECT, credentialData, startStage, type Stage } from './support/stage';
import { triggerWorkflow } from './support/workflows';

jest.setTimeout(240_000);

const EVENT = readFileSync(join(__dirname, '../fixtures/event-message-image.json'), 'utf8');
const BYTES = Buffer.from('a picture of 26 bytes, say');
/** As n8n writes it beside a file, wherever it keeps its bytes: they differ in that. */
const SIZE = '"26 B"';

let stage: Stage;
let files: Server;
let workflow: string;

/** Redirects as often as the path says, `/3` three times, and then gives the picture. */
function startFiles(): Server {
	return createServer(({ url = '' }, response) => {
		const left = Number(url.slice(1));
		if (left > 0) response.writeHead(302, { location: `/${String(left - 1)}` }).end();
		else response.writeHead(200, { 'content-type': 'image/png' }).end(BYTES);
	}).listen(0, '127.0.0.1');
}

beforeAll(async () => {
	files = startFiles();
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
	files?.close();
});

/** What n8n kept of the run that a picture behind so many redirects started. */
async function runWith(redirects: number): Promise<string> {
	const before = (await stage.client.executions(workflow)).length;
	const event = JSON.parse(EVENT) as { value: { id: string; content: { url: string } } };
	event.value.id = `media-${String(redirects)}`;
	const { port } = files.address() as AddressInfo;
	event.value.content.url = `http://127.0.0.1:${String(port)}/${String(redirects)}`;
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
