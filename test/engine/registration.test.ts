import type { IDataObject } from 'n8n-workflow';

import { startSandbox, type Sandbox } from '../../sandbox';
import { hurry } from '../support/time';
import { Engine } from './support/engine';
import { PROJECT, credentialFor } from './support/setup';

const URL_HERE = 'https://n8n.example.com/webhook/webhook-1/webhook';
const TEST_URL = 'https://n8n.example.com/webhook-test/webhook-1/webhook';
const MOVED_URL = 'https://moved.example.com/webhook/webhook-1/webhook';
const ELSEWHERE = 'https://other.example.com/secret-path';

let sandbox: Sandbox;
beforeEach(async () => {
	sandbox = await startSandbox();
});
afterEach(async () => sandbox.close());

const integration = () => sandbox.store.projects.get(PROJECT)?.integration;
const calls = () => sandbox.store.requests.map(({ method }) => method);

function engineWith(signingSecret = '', staticData: IDataObject = {}) {
	return new Engine({ credential: credentialFor(sandbox, { signingSecret }), staticData });
}

/** The same workflow after its n8n has moved to another address. */
function moved({ credentials, staticData }: Engine) {
	const webhookBaseUrl = 'https://moved.example.com';
	return new Engine({ credential: credentials.data, staticData, webhookBaseUrl });
}

function pointTo(webhookUrl: string): void {
	const existing = integration();
	if (existing) existing.webhookUrl = webhookUrl;
}

function deleteBehindOurBack(): void {
	const project = sandbox.store.projects.get(PROJECT);
	if (project) project.integration = null;
}

/** Activates as n8n does: create only when checkExists says no, and delete after a create that failed. */
async function activate(engine: Engine, parameters: IDataObject = {}, isTest = false): Promise<void> {
	if (await engine.hook('checkExists', parameters as never, { isTest })) return;
	try {
		await engine.hook('create', parameters as never, { isTest });
	} catch (error) {
		await engine.hook('delete', parameters as never, { isTest });
		throw error;
	}
}

async function integrationOfSomebodyElse(): Promise<string> {
	const engine = engineWith();
	await activate(engine);
	const existing = integration();
	if (existing == null) throw new Error('No integration was made.');
	existing.webhookUrl = ELSEWHERE;
	sandbox.store.requests.length = 0;
	return existing.signingSecret;
}

test('on a fresh project activation creates the integration, and deactivation deletes it', async () => {
	const engine = engineWith();
	await activate(engine);
	expect(integration()?.webhookUrl).toBe(URL_HERE);
	expect(JSON.stringify(engine.staticData)).toContain(integration()?.signingSecret);
	await engine.hook('delete');
	expect(integration()).toBeNull();
	expect(JSON.stringify(engine.staticData)).not.toContain('signingSecret');
});

test('a URL in the credential that is none is refused with what to correct, in whole sentences', async () => {
	const engine = new Engine({ credential: credentialFor(sandbox, { gatewayUrl: 'gateway' }) });
	await expect(engine.hook('checkExists')).rejects.toThrow(
		/^Gateway URL in the Jelou credential is not a URL\. .+[^.]\. Open the credential, .+ correct the URLs\.$/,
	);
});

test('activating again with the same URL changes nothing', async () => {
	const engine = engineWith();
	await activate(engine);
	sandbox.store.requests.length = 0;
	await activate(engine);
	expect(calls()).toEqual(['GET']);
});

test('an address that changed is updated, and the secret stays', async () => {
	const engine = engineWith();
	await activate(engine);
	const secret = integration()?.signingSecret;
	const later = moved(engine);
	await activate(later);
	expect(integration()?.webhookUrl).toBe(MOVED_URL);
	expect(integration()?.signingSecret).toBe(secret);
	await later.hook('delete');
	expect(integration()).toBeNull();
});

test('an integration that was deleted behind our back is made anew', async () => {
	const engine = engineWith();
	await activate(engine);
	deleteBehindOurBack();
	await activate(engine);
	expect(integration()?.webhookUrl).toBe(URL_HERE);
});

test.each(['checkExists', 'delete'] as const)(
	'when %s finds the integration gone, its secret is kept until the next one is created, and no longer',
	async (method) => {
		const engine = engineWith();
		await activate(engine);
		const before: unknown = JSON.parse(JSON.stringify(engine.staticData));
		const gone = integration()?.signingSecret;
		deleteBehindOurBack();
		await engine.hook(method);
		expect(engine.staticData).toEqual(before);
		await activate(engine);
		expect(JSON.stringify(engine.staticData)).toContain(integration()?.signingSecret);
		expect(JSON.stringify(engine.staticData)).not.toContain(gone);
	},
);

test('the secret of an integration that was deleted does not serve the next one', async () => {
	const first = engineWith();
	await activate(first);
	const old = integration();
	await first.hook('delete');
	const project = sandbox.store.projects.get(PROJECT);
	if (project && old) project.integration = { ...old, signingSecret: 'a new one', webhookUrl: ELSEWHERE };
	await expect(activate(engineWith(), { replaceExisting: true })).rejects.toMatchObject({
		message: expect.stringMatching(/already has an integration: enter its signing secret/),
	});
	expect(integration()?.webhookUrl).toBe(ELSEWHERE);
});

test.each([
	['still has the address from before', URL_HERE],
	['was given the new address by hand', MOVED_URL],
])('after a move an integration of ours that %s is ours to delete', async (_name, webhookUrl) => {
	const engine = engineWith();
	await activate(engine);
	pointTo(webhookUrl);
	await moved(engine).hook('delete');
	expect(integration()).toBeNull();
});

describe('an integration that points elsewhere', () => {
	test('is left alone: activation is refused, naming its host but not its path', async () => {
		const secret = await integrationOfSomebodyElse();
		const engine = engineWith(secret);
		await expect(activate(engine)).rejects.toMatchObject({
			message: expect.stringMatching(
				/already points to other\.example\.com: turn on Replace Existing Webhook/,
			),
		});
		await expect(activate(engine)).rejects.not.toMatchObject({
			message: expect.stringContaining('secret-path'),
		});
		expect(integration()).toMatchObject({ webhookUrl: ELSEWHERE, signingSecret: secret });
		expect(calls()).not.toContain('PATCH');
		expect(calls()).not.toContain('DELETE');
	});

	test('is taken over when the user says so, and put back on deactivation', async () => {
		const secret = await integrationOfSomebodyElse();
		const engine = engineWith(secret);
		await activate(engine, { replaceExisting: true });
		expect(integration()?.webhookUrl).toBe(URL_HERE);
		await engine.hook('delete', { replaceExisting: true });
		expect(integration()).toMatchObject({ webhookUrl: ELSEWHERE, signingSecret: secret });
		expect(calls()).not.toContain('DELETE');
		expect(JSON.stringify(engine.staticData)).not.toMatch(/https:[^ ]*webhook|secret-path/);
	});

	test('is put back also when our address changed meanwhile', async () => {
		const engine = engineWith(await integrationOfSomebodyElse());
		await activate(engine, { replaceExisting: true });
		const later = moved(engine);
		await activate(later);
		expect(integration()?.webhookUrl).toBe(MOVED_URL);
		await later.hook('delete');
		expect(integration()?.webhookUrl).toBe(ELSEWHERE);
	});

	test('with a test URL gets the production URL that belongs to it: the test will be over by then', async () => {
		const engine = engineWith(await integrationOfSomebodyElse());
		pointTo('https://other.example.com/webhook-test/id/webhook');
		await activate(engine, { replaceExisting: true });
		await engine.hook('delete');
		expect(integration()?.webhookUrl).toBe('https://other.example.com/webhook/id/webhook');
	});

	test('does not become ours by having been taken over once', async () => {
		const engine = engineWith(await integrationOfSomebodyElse());
		await activate(engine, { replaceExisting: true });
		await engine.hook('delete');
		pointTo(URL_HERE);
		await activate(engine);
		await engine.hook('delete');
		expect(integration()?.webhookUrl).toBe(URL_HERE);
	});

	test('that was moved on by somebody else is not put back to where it was before, not even later', async () => {
		const engine = engineWith(await integrationOfSomebodyElse());
		await activate(engine, { replaceExisting: true });
		pointTo('https://third.example.com/webhook');
		await engine.hook('delete');
		pointTo(URL_HERE);
		await activate(engine);
		await engine.hook('delete');
		expect(integration()?.webhookUrl).toBe(URL_HERE);
	});

	test('is not touched when its secret is not known, whatever the user said', async () => {
		await integrationOfSomebodyElse();
		// Another credential: what was learned through the first must not serve this one.
		const stranger = new Engine({ credential: credentialFor(sandbox), credentialId: 'credential-2' });
		await expect(activate(stranger, { replaceExisting: true })).rejects.toMatchObject({
			message: expect.stringMatching(
				/already has an integration: enter its signing secret in the Jelou credential/,
			),
		});
		expect(integration()?.webhookUrl).toBe(ELSEWHERE);
	});

	test('since activation is not touched by deactivation', async () => {
		const engine = engineWith();
		await activate(engine);
		pointTo(ELSEWHERE);
		await engine.hook('delete');
		expect(integration()?.webhookUrl).toBe(ELSEWHERE);
	});
});

test('an integration with our URL that we did not create is used, and stays on deactivation', async () => {
	const secret = await integrationOfSomebodyElse();
	pointTo(URL_HERE);
	const engine = engineWith(secret);
	await activate(engine);
	await engine.hook('delete');
	expect(integration()?.webhookUrl).toBe(URL_HERE);
});

test('an integration with our URL that we did not create is still known as ours after a move', async () => {
	const engine = engineWith(await integrationOfSomebodyElse());
	pointTo(URL_HERE);
	await activate(engine);
	await activate(moved(engine));
	expect(integration()?.webhookUrl).toBe(MOVED_URL);
});

test('an integration with our URL is of no use without its secret, and activation says so', async () => {
	await integrationOfSomebodyElse();
	pointTo(URL_HERE);
	const stranger = new Engine({ credential: credentialFor(sandbox), credentialId: 'credential-2' });
	await expect(activate(stranger)).rejects.toMatchObject({
		message: expect.stringMatching(
			/already has an integration that points to this trigger: enter its signing/,
		),
	});
});

test('test listening borrows the webhook and gives it back', async () => {
	const production = engineWith();
	await activate(production);
	const secret = integration()?.signingSecret;
	const listening = engineWith();
	await activate(listening, {}, true);
	expect(integration()?.webhookUrl).toBe(TEST_URL);
	await listening.hook('delete', {}, { isTest: true });
	expect(integration()).toMatchObject({ webhookUrl: URL_HERE, signingSecret: secret });
	await production.hook('delete');
	expect(integration()).toBeNull();
});

test('what a failing Jelou answers is passed on, and nothing is changed', async () => {
	const engine = engineWith();
	for (const status of [401, 409, 422, 500]) {
		sandbox.setFaults({ respond: { status } });
		for (const hook of ['checkExists', 'create', 'delete'] as const) {
			const called = hurry(async () => engine.hook(hook));
			await expect(called).rejects.toMatchObject({ httpCode: String(status) });
		}
	}
	sandbox.setFaults({ respond: { status: 404, body: '<html>', contentType: 'text/html' } });
	await expect(engine.hook('checkExists')).rejects.toMatchObject({
		message: expect.stringMatching(/no such endpoint at this URL.*Correct Gateway URL/),
	});
	expect(integration()).toBeNull();
});

test.each(['http://n8n.example.com', 'https://localhost:5678', 'https://192.168.1.20'])(
	'with the production environment an n8n at %s, which Jelou cannot reach, is refused, naming WEBHOOK_URL',
	async (webhookBaseUrl) => {
		const credential = { ...credentialFor(sandbox), environment: 'production' };
		const engine = new Engine({ credential, webhookBaseUrl });
		await expect(engine.hook('create')).rejects.toMatchObject({
			message: expect.stringMatching(/^Jelou cannot reach this n8n.*WEBHOOK_URL/),
		});
	},
);

test('with a custom environment an n8n that the internet cannot reach is left for that Jelou to judge', async () => {
	await sandbox.close();
	sandbox = await startSandbox({ allowInsecureWebhooks: true });
	const webhookBaseUrl = 'http://127.0.0.1:5678';
	await activate(new Engine({ credential: credentialFor(sandbox), webhookBaseUrl }));
	expect(integration()?.webhookUrl).toBe(`${webhookBaseUrl}/webhook/webhook-1/webhook`);
});
