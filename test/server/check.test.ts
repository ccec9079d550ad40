import { randomUUID } from 'node:crypto';

import type { Json } from '../../scripts/json';
import { waitUntil } from '../../scripts/n8n/waitUntil';
import {
	CREDENTIAL_NAME,
	PROJECT,
	credentialData,
	startStage,
	webhookAnswers,
	type Stage,
} from './support/stage';
import { startedWorkflow, triggerWorkflow } from './support/workflows';

interface Check {
	check: string;
	ok: boolean;
	detail: string;
	remedy: string;
}

const SEPARATE = 'without-integration';

let stage: Stage;
let credential: string;
let triggerId: string;
beforeAll(async () => {
	stage = await startStage();
	stage.sandbox.store.addProject({ id: SEPARATE, apiKey: 'of-the-other' });
	credential = await save({});
	triggerId = await stage.client.createWorkflow(triggerWorkflow('Reception', credential));
	await stage.client.activate(triggerId);
	await webhookAnswers(stage);
});
afterAll(async () => stage?.stop());

const save = async (extra: Record<string, string>) =>
	await stage.client.saveCredential(randomUUID(), 'jelouApi', credentialData(stage.sandbox, extra));
const integration = () => {
	const found = stage.sandbox.store.projects.get(PROJECT)?.integration;
	if (!found) throw new Error('There is no integration.');
	return found;
};

/** Runs an operation in a published workflow of its own. Returns its output. */
async function run<Item>(parameters: Json, of = credential): Promise<Item[]> {
	const path = randomUUID();
	const webhook = {
		name: 'Webhook',
		type: 'n8n-nodes-base.webhook',
		typeVersion: 2,
		webhookId: path,
		parameters: { path, responseMode: 'lastNode', responseData: 'allEntries', options: {} },
	};
	const jelou = {
		name: 'Jelou',
		type: 'n8n-nodes-jelou.jelou',
		typeVersion: 2,
		parameters,
		credentials: { jelouApi: { id: of, name: CREDENTIAL_NAME } },
	};
	const id = await stage.client.createWorkflow(startedWorkflow(path, webhook, jelou));
	await stage.client.activate(id);
	try {
		let response = new Response();
		// n8n 2.x serves it a moment after publishing.
		await waitUntil('the webhook to answer', async () => {
			response = await fetch(`${stage.n8n.url}/webhook/${path}`);
			return response.status !== 404;
		});
		const items: unknown = await response.json();
		if (!Array.isArray(items)) throw new Error(JSON.stringify(items));
		return items as Item[];
	} finally {
		await stage.client.deactivate(id);
	}
}

async function check(of?: string, options: Json = {}): Promise<Check[]> {
	return await run<Check>(
		{ resource: 'integration', operation: 'check', options: { maxRetries: 0, ...options } },
		of,
	);
}

/** What is wrong, with its remedy; everything checked before must be fine. */
async function wrong(...given: Parameters<typeof check>) {
	const found = await check(...given);
	expect(found.every(({ ok, remedy }) => ok === (remedy === 'None'))).toBe(true);
	expect(JSON.stringify(found)).not.toContain(integration().signingSecret);
	expect(JSON.stringify(found)).not.toContain('signature=');
	return found.filter(({ ok }) => !ok).map(({ check: name, detail, remedy }) => [name, detail, remedy]);
}

test('all fine: each check says what it found, and how many deliveries there were', async () => {
	await stage.sandbox.userWrites(PROJECT, { text: 'hola' });
	const found = await check();
	// The conversation's start, and the message; this test posted the first delivery, without a signature.
	expect(found.map(({ check: name, ok }) => [name, ok])).toEqual(
		[
			'Version',
			'Gateway',
			'API key',
			'Integration',
			'Address',
			'Own address',
			'Trigger',
			'Signing secret',
			'Resume address',
			'Deliveries',
			'Conversations',
		].map((name) => [name, true]),
	);
	const details = Object.fromEntries(found.map(({ check: name, detail }) => [name, detail]));
	expect(details).toMatchObject({
		Gateway: `${stage.sandbox.gatewayUrl} answers`,
		Trigger: 'The workflow "Reception" is published',
		Deliveries: expect.stringMatching(/^Since \d{4}-.*: 2 accepted, last at \d{4}-/),
		Conversations: '0 with an open question, 0 paused',
	});
});

test('a refused delivery says so, and why', async () => {
	await fetch(integration().webhookUrl, { method: 'POST', body: '{}' });
	expect(await wrong()).toEqual([
		['Deliveries', expect.stringContaining('unauthorized'), expect.stringContaining('refused')],
	]);
	await stage.sandbox.userWrites(PROJECT, { text: 'hola' });
	expect(await wrong()).toEqual([]);
});

test('a wrong key', async () => {
	expect(await wrong(await save({ apiKey: 'of-nobody' }))).toEqual([
		['API key', 'Jelou rejected the API key (401)', expect.stringContaining('Check API Key and Project ID')],
	]);
});

test("the gateway's other path", async () => {
	const page = { status: 404, body: '<html>', contentType: 'text/html' };
	stage.sandbox.setFaults({ respond: page, naming: '/platform/' });
	try {
		expect(await wrong()).toEqual([
			[
				'Gateway',
				expect.stringMatching(/no such endpoint.*\/jelouapi answers$/),
				expect.stringContaining('Choose another Environment'),
			],
		]);
	} finally {
		stage.sandbox.setFaults({});
	}
});

test('no integration', async () => {
	expect(await wrong(await save({ apiKey: 'of-the-other' }), { projectId: SEPARATE })).toEqual([
		[
			'Integration',
			expect.stringContaining('has no integration'),
			expect.stringContaining('Publish a workflow'),
		],
	]);
});

describe('the integration points elsewhere:', () => {
	let right: string;
	beforeAll(() => (right = integration().webhookUrl));
	afterEach(() => (integration().webhookUrl = right));

	test.each([
		[
			'another system',
			'https://desk.example.com/jelou',
			/another system, desk\.example\.com/,
			/Replace Existing/,
		],
		[
			'another n8n',
			'https://n8n.example.com/webhook/1/webhook',
			/another n8n, n8n\.example\.com/,
			/WEBHOOK_URL.*Else turn on Replace Existing Webhook/,
		],
	])('to %s', async (_name, url, detail, remedy) => {
		integration().webhookUrl = url;
		expect(await wrong()).toEqual([
			['Address', expect.stringMatching(detail), expect.stringMatching(remedy)],
		]);
	});

	test('to the URL of a test that was left behind', async () => {
		integration().webhookUrl = right.replace('/webhook/', '/webhook-test/');
		expect(await wrong()).toEqual([
			['Address', expect.stringContaining('address of a test'), expect.stringContaining('Stop listening')],
		]);
	});

	test('to a workflow that is not published', async () => {
		integration().webhookUrl = right.replace('/webhook/', '/webhook/no-');
		expect(await wrong()).toEqual([
			['Trigger', expect.stringContaining('No published Jelou Trigger'), expect.stringContaining('Publish')],
		]);
	});
});

test('a wrong secret, and none', async () => {
	expect(await wrong(await save({ signingSecret: 'f'.repeat(64) }))).toEqual([
		[
			'Signing secret',
			expect.stringContaining('another signing secret'),
			expect.stringContaining('same Jelou'),
		],
	]);
	expect(await wrong(await save({}))).toEqual([
		[
			'Signing secret',
			'No signing secret is known, so nothing can be sent',
			expect.stringContaining('Choose'),
		],
	]);
});

test('a paused conversation is listed', async () => {
	await run({ resource: 'conversation', operation: 'pause', roomId: 'a room', hours: 2 });
	expect(await run({ resource: 'conversation', operation: 'getMany' })).toEqual([
		{ room_id: 'a room', contact: {}, bot: {}, paused: true, pausedUntil: expect.any(String) },
	]);
});

test("n8n's own address, which it cannot reach", async () => {
	const nowhere = 'http://127.0.0.1:1';
	integration().webhookUrl = `${nowhere}/webhook/1/webhook`;
	await stage.restart('stop', { WEBHOOK_URL: `${nowhere}/` });
	expect(await wrong()).toEqual([
		[
			'Own address',
			expect.stringContaining('cannot reach its own address'),
			expect.stringContaining('WEBHOOK_URL'),
		],
	]);
});
