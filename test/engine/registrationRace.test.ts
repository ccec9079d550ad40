import crypto from 'node:crypto';

import { startSandbox, type Sandbox } from '../../sandbox';
import { OneCredential } from './support/credentials';
import { Engine } from './support/engine';
import { PROJECT, credentialFor } from './support/setup';

/** Two processes of one n8n that activate the same workflow at the same moment. Each has read the credential before. */
const URL_HERE = 'https://n8n.example.com/webhook/webhook-1/webhook';

let sandbox: Sandbox;
beforeEach(async () => {
	sandbox = await startSandbox();
});
afterEach(async () => {
	jest.restoreAllMocks();
	await sandbox.close();
});

const integration = () => sandbox.store.projects.get(PROJECT)?.integration;

function credentialWith(signingSecret: string): OneCredential {
	return new OneCredential(credentialFor(sandbox, { signingSecret }));
}

/** Processes share no memory, and what one remembers of a creation is kept by the credential's ID. */
function startProcess(credential: OneCredential): Engine {
	return new Engine({ credential, credentialId: String(Math.random()) });
}

/** Lets both read before either creates. */
const OVERLAP = { latencyMs: 30 };

test.each([
	['no secret typed', ''],
	['the secret that Jelou gives typed', 'f'.repeat(64)],
])('two processes activate at once, %s: one integration, and its secret is stored', async (_name, typed) => {
	if (typed !== '') jest.spyOn(crypto, 'randomBytes').mockReturnValue(Buffer.from(typed, 'hex') as never);
	sandbox.setFaults(OVERLAP);
	const credential = credentialWith(typed);
	const processes = [startProcess(credential), startProcess(credential)];
	const activated = await Promise.allSettled(processes.map((each) => each.register()));
	expect(activated.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled']);

	expect(integration()?.webhookUrl).toBe(URL_HERE);
	expect(credential.registration.signingSecret).toBe(integration()?.signingSecret);
	const posts = sandbox.store.requests.filter(({ method }) => method === 'POST');
	expect(posts.map(({ status }) => status).sort()).toEqual([200, 409]);

	// Whichever process deactivates it afterwards owns it, and deletes it.
	sandbox.setFaults({});
	await startProcess(credential).hook('delete');
	expect(integration()).toBeNull();
});

test('an integration that somebody else has just created is refused as before', async () => {
	sandbox.setFaults(OVERLAP);
	const ours = startProcess(credentialWith(''));
	const activating = ours.register();
	const project = sandbox.store.projects.get(PROJECT);
	while (sandbox.store.requests.filter(({ answered }) => answered !== null).length === 0)
		await new Promise(setImmediate);
	await fetch(`${sandbox.gatewayUrl}/v1/external-support/${PROJECT}`, {
		method: 'POST',
		headers: { 'content-type': 'application/json', 'x-api-key': project?.apiKey ?? '' },
		body: JSON.stringify({ webhookUrl: 'https://other.example.com/x' }),
	}).then((response) => response.text());
	await expect(activating).rejects.toThrow(/this Jelou credential does not know its signing secret/);
	expect(integration()?.webhookUrl).toBe('https://other.example.com/x');
});
