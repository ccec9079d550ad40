import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { activateExample, readExample } from '../../scripts/n8n/examples';
import { waitUntil } from '../../scripts/n8n/waitUntil';
import { N8N_FOLDER, N8N_LINE } from '../../scripts/paths';
import { forgeries } from '../forgeries';
import { CREDENTIAL_NAME, PROJECT, credentialData, startStage, type Stage } from './support/stage';

jest.setTimeout(240_000);

let stage: Stage;
beforeAll(async () => {
	stage = await startStage();
});
afterAll(async () => stage?.stop());

const EVENT = readFileSync(join(__dirname, '../fixtures/event-message-text.json'), 'utf8');
const integration = () => stage.sandbox.store.projects.get(PROJECT)?.integration;

test('what runs is the n8n that is pinned, on the Node.js of the tests', async () => {
	const pinned = JSON.parse(readFileSync(join(N8N_FOLDER, 'package.json'), 'utf8')) as {
		dependencies: { n8n: string };
	};
	expect(await stage.client.versions()).toEqual({
		n8n: pinned.dependencies.n8n,
		node: process.versions.node,
		isV1: N8N_LINE === 'v1',
	});
});

test('both nodes are there, with icons that n8n serves in light and dark', async () => {
	const response = await fetch(`${stage.n8n.url}/types/nodes.json`, {
		headers: { cookie: stage.client.cookie },
	});
	const types = (await response.json()) as Array<{ name: string; iconUrl?: { light: string; dark: string } }>;
	const ours = types.filter(({ name }) => name.startsWith('n8n-nodes-jelou.'));
	expect(ours.map(({ name }) => name).sort()).toEqual([
		'n8n-nodes-jelou.jelou',
		// n8n 2.x makes this one by itself, of the operation that sends and waits.
		...(N8N_LINE === 'v1' ? [] : ['n8n-nodes-jelou.jelouHitlTool']),
		'n8n-nodes-jelou.jelouTool',
		'n8n-nodes-jelou.jelouTrigger',
	]);
	for (const { iconUrl } of ours) {
		for (const path of [iconUrl?.light, iconUrl?.dark]) {
			const icon = await fetch(`${stage.n8n.url}/${String(path)}`);
			expect(icon.status).toBe(200);
			expect(icon.headers.get('content-type')).toContain('svg');
		}
	}
});

describe('the credential tests itself', () => {
	const check = async (extra: Record<string, string>) =>
		stage.client.testCredential('under test', 'jelouApi', credentialData(stage.sandbox, extra));

	test.each([
		['the right key', {}, 'OK', /no integration yet/],
		['a wrong key', { apiKey: 'wrong' }, 'Error', /rejected the API key \(401\)/],
		['a custom URL that is none', { gatewayUrl: 'gateway' }, 'Error', /Gateway URL .* is not a URL/],
		[
			'nobody listening',
			{ gatewayUrl: 'http://127.0.0.1:9' },
			'Error',
			/127\.0\.0\.1:9 refused the connection/,
		],
	])('%s', async (_name, extra, status, message) => {
		expect(await check(extra)).toEqual({ status, message: expect.stringMatching(message) });
	});

	test('no project ID', async () => {
		if ((await stage.client.versions()).isV1) {
			// There n8n itself saves no credential without its required fields, and tests saved ones only.
			await expect(check({ projectId: '' })).rejects.toThrow(/"projectId\\" is mandatory/);
		} else {
			expect(await check({ projectId: '' })).toEqual({
				status: 'Error',
				message: expect.stringMatching(/Project ID is empty/),
			});
		}
	});

	test('a 404 that is not Jelou speaking is no success: the path is wrong', async () => {
		stage.sandbox.setFaults({ respond: { status: 404, body: '<html>', contentType: 'text/html' } });
		try {
			expect(await check({})).toEqual({
				status: 'Error',
				message: expect.stringMatching(/Correct Gateway URL/),
			});
		} finally {
			stage.sandbox.setFaults({});
		}
	});
});

describe('the example "Echo support"', () => {
	let workflowId: string;

	const replies = () =>
		[...stage.sandbox.store.messages.values()]
			.flat()
			.filter(({ from }) => from === 'agent')
			.map(({ content }) => ('body' in content ? content.body : ''));
	const executions = async () => (await stage.client.executions(workflowId)).length;

	async function replyTo(text: string): Promise<string | undefined> {
		const before = replies().length;
		const delivery = await stage.sandbox.userWrites(PROJECT, { text });
		expect(delivery.status).toBe(200);
		await waitUntil(`a reply to "${text}"`, () => Promise.resolve(replies().length > before));
		return replies().at(-1);
	}

	beforeAll(async () => {
		const id = await stage.client.saveCredential(CREDENTIAL_NAME, 'jelouApi', credentialData(stage.sandbox));
		const workflow = readExample('echo-support.json', { id, name: CREDENTIAL_NAME });
		workflowId = await activateExample(stage.client, workflow);
		await waitUntil('the webhook to answer', async () => {
			const url = integration()?.webhookUrl;
			return url !== undefined && (await fetch(url, { method: 'POST' })).status === 401;
		});
	});

	test('registers its webhook with Jelou on activation', () => {
		expect(integration()?.webhookUrl).toMatch(new RegExp(`^${stage.n8n.url}/webhook/.+/webhook$`));
	});

	test.each([
		['hola', /^¡Hola, Ana Torres! 👋/],
		['Buenos días', /^¡Hola/],
		['¿Cuál es su HORARIO?', /de 9:00 a 18:00/],
		['ñandú "azul" 👍', /«ñandú "azul" 👍»/],
	])('answers %j', async (text, reply) => {
		expect(await replyTo(text)).toMatch(reply);
	});

	test('every forgery gets 401 and runs nothing', async () => {
		await waitUntil('the runs before to be saved', async () => (await executions()) >= 4);
		const before = await executions();
		for (const forgery of forgeries(EVENT, integration()?.signingSecret ?? '')) {
			const posted = await stage.sandbox.deliver(PROJECT, forgery);
			expect({ name: forgery.name, status: posted.status }).toEqual({ name: forgery.name, status: 401 });
		}
		// A genuine one behind them shows that a run would have been seen by now.
		await replyTo('and still it works');
		await waitUntil('the genuine run to be saved', async () => (await executions()) > before);
		expect(await executions()).toBe(before + 1);
	});

	test('n8n logs a refusal without secret and payload', () => {
		const log = stage.n8n.log();
		expect(log).toMatch(
			/Jelou Trigger "Jelou Trigger" in workflow "[^"]+" refused a delivery: its signature is wrong/,
		);
		expect(log).not.toContain(integration()?.signingSecret);
		expect(log).not.toContain('demo-api-key');
		expect(log).not.toContain('USER_NAME');
	});

	test('deletes the integration that it created on deactivation', async () => {
		await stage.client.deactivate(workflowId);
		await waitUntil('the integration to be deleted', () => Promise.resolve(integration() === null));
	});
});
