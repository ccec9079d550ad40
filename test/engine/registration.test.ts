import { startSandbox, type Sandbox } from '../../sandbox';
import { Engine } from './support/engine';
import { PROJECT, credentialFor } from './support/setup';

const URL_HERE = 'https://n8n.example.com/webhook/webhook-1/webhook';
const MOVED_URL = 'https://moved.example.com/webhook/webhook-1/webhook';
const ELSEWHERE = 'https://other.example.com/secret-path';

let sandbox: Sandbox;
beforeEach(async () => {
	sandbox = await startSandbox();
});
afterEach(async () => sandbox.close());

const integration = () => sandbox.store.projects.get(PROJECT)?.integration;
const calls = () => sandbox.store.requests.map(({ method }) => method);

function engineWith(signingSecret = '') {
	return new Engine({ credential: credentialFor(sandbox, { signingSecret }) });
}

/** The same workflow after its n8n has moved to another address. */
function moved({ credentials }: Engine) {
	return new Engine({ credential: credentials, webhookBaseUrl: 'https://moved.example.com' });
}

function pointTo(webhookUrl: string): void {
	const existing = integration();
	if (existing) existing.webhookUrl = webhookUrl;
}

function deleteBehindOurBack(): void {
	const project = sandbox.store.projects.get(PROJECT);
	if (project) project.integration = null;
}

async function integrationOfSomebodyElse(): Promise<string> {
	const engine = engineWith();
	await engine.register();
	const existing = integration();
	if (existing == null) throw new Error('No integration was made.');
	existing.webhookUrl = ELSEWHERE;
	sandbox.store.requests.length = 0;
	return existing.signingSecret;
}

test('an invalid URL in the credential is refused with what to correct, in whole sentences', async () => {
	const engine = new Engine({ credential: credentialFor(sandbox, { gatewayUrl: 'gateway' }) });
	await expect(engine.hook('checkExists')).rejects.toThrow(
		/^Gateway URL in the Jelou credential is not a URL\. Enter one like .+[^.]\.$/,
	);
});

test('activating again with the same URL changes nothing', async () => {
	const engine = engineWith();
	await engine.register();
	sandbox.store.requests.length = 0;
	await engine.register();
	expect(calls()).toEqual(['GET']);
});

test.each(['checkExists', 'delete'] as const)(
	'when %s finds the integration gone, its secret is kept until the next one is created, and no longer',
	async (method) => {
		const engine = engineWith();
		await engine.register();
		const gone = integration()?.signingSecret;
		deleteBehindOurBack();
		await engine.hook(method);
		expect(engine.credentials.registration).toMatchObject({ signingSecret: gone, isOwner: true });
		await engine.register();
		expect(engine.credentials.registration.signingSecret).toBe(integration()?.signingSecret);
		expect(JSON.stringify(engine.credentials.data)).not.toContain(gone);
	},
);

test('the secret of a deleted integration is not used for the next one', async () => {
	const first = engineWith();
	await first.register();
	const old = integration();
	await first.hook('delete');
	expect(first.credentials.data.registration).toBe('');
	const project = sandbox.store.projects.get(PROJECT);
	if (project && old) project.integration = { ...old, signingSecret: 'a new one', webhookUrl: ELSEWHERE };
	await expect(first.register({ replaceExisting: true })).rejects.toMatchObject({
		message: expect.stringMatching(/this Jelou credential does not know its signing secret/),
	});
	expect(integration()?.webhookUrl).toBe(ELSEWHERE);
});

test.each([
	['still has the address from before', URL_HERE],
	['was given the new address by hand', MOVED_URL],
])('after a move an integration of ours that %s is ours to delete', async (_name, webhookUrl) => {
	const engine = engineWith();
	await engine.register();
	pointTo(webhookUrl);
	await moved(engine).hook('delete');
	expect(integration()).toBeNull();
});

describe('an integration that points elsewhere', () => {
	test('is left alone: activation is refused, naming its host but not its path', async () => {
		const secret = await integrationOfSomebodyElse();
		const engine = engineWith(secret);
		await expect(engine.register()).rejects.toMatchObject({
			message: expect.stringMatching(
				/already points to other\.example\.com: turn on Replace Existing Webhook/,
			),
		});
		await expect(engine.register()).rejects.not.toMatchObject({
			message: expect.stringContaining('secret-path'),
		});
		expect(integration()).toMatchObject({ webhookUrl: ELSEWHERE, signingSecret: secret });
		expect(calls()).not.toContain('PATCH');
		expect(calls()).not.toContain('DELETE');
	});

	test('is taken over when the user says so, and put back on deactivation', async () => {
		const secret = await integrationOfSomebodyElse();
		const engine = engineWith(secret);
		await engine.register({ replaceExisting: true });
		expect(integration()?.webhookUrl).toBe(URL_HERE);
		await engine.hook('delete', { replaceExisting: true });
		expect(integration()).toMatchObject({ webhookUrl: ELSEWHERE, signingSecret: secret });
		expect(calls()).not.toContain('DELETE');
		expect(JSON.stringify(engine.credentials.registration)).not.toContain(URL_HERE);
	});

	test('is also put back when our address changed meanwhile', async () => {
		const engine = engineWith(await integrationOfSomebodyElse());
		await engine.register({ replaceExisting: true });
		const later = moved(engine);
		await later.register();
		expect(integration()?.webhookUrl).toBe(MOVED_URL);
		await later.hook('delete');
		expect(integration()?.webhookUrl).toBe(ELSEWHERE);
	});

	test('with a test URL gets the production URL that belongs to it: the test will be over by then', async () => {
		const engine = engineWith(await integrationOfSomebodyElse());
		pointTo('https://other.example.com/webhook-test/id/webhook');
		await engine.register({ replaceExisting: true });
		await engine.hook('delete');
		expect(integration()?.webhookUrl).toBe('https://other.example.com/webhook/id/webhook');
	});

	test('does not become ours because we took it over once', async () => {
		const engine = engineWith(await integrationOfSomebodyElse());
		await engine.register({ replaceExisting: true });
		await engine.hook('delete');
		pointTo(URL_HERE);
		await engine.register();
		await engine.hook('delete');
		expect(integration()?.webhookUrl).toBe(URL_HERE);
	});

	test('that somebody else has moved since is not put back, not even later', async () => {
		const engine = engineWith(await integrationOfSomebodyElse());
		await engine.register({ replaceExisting: true });
		pointTo('https://third.example.com/webhook');
		await engine.hook('delete');
		pointTo(URL_HERE);
		await engine.register();
		await engine.hook('delete');
		expect(integration()?.webhookUrl).toBe(URL_HERE);
	});
});

test('an integration with our URL that we did not create is still known as ours after a move', async () => {
	const engine = engineWith(await integrationOfSomebodyElse());
	pointTo(URL_HERE);
	await engine.register();
	await moved(engine).register();
	expect(integration()?.webhookUrl).toBe(MOVED_URL);
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

test('with a custom environment, an n8n that the internet cannot reach is accepted: its Jelou decides', async () => {
	await sandbox.close();
	sandbox = await startSandbox({ allowInsecureWebhooks: true });
	const webhookBaseUrl = 'http://127.0.0.1:5678';
	await new Engine({ credential: credentialFor(sandbox), webhookBaseUrl }).register();
	expect(integration()?.webhookUrl).toBe(`${webhookBaseUrl}/webhook/webhook-1/webhook`);
});
