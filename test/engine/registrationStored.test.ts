import type { ICredentialDataDecryptedObject } from 'n8n-workflow';

import * as notes from '../../nodes/Jelou/shared/postNote';
import { RoomStore } from '../../nodes/Jelou/trigger/rooms/roomStore';
import { stepWith } from '../support/step';
import { DEMO_PROJECT, startSandbox, type Sandbox } from '../../sandbox';
import { pass, passTime, stopTime } from '../support/time';
import { OneCredential } from './support/credentials';
import { Engine, errorOf } from './support/engine';
import { collectWarnings } from './support/log';
import { BOT, PROJECT, USER, credentialFor, openRoom } from './support/setup';
import { integrationOf } from './support/triggers';

let sandbox: Sandbox;
let credential: OneCredential;
beforeEach(async () => {
	sandbox = await startSandbox();
	credential = new OneCredential(credentialFor(sandbox));
});
afterEach(async () => {
	jest.restoreAllMocks();
	await sandbox.close();
});

let ids = 0;
/** A workflow of its own, with the credential. */
function workflow(name: string, extra: { nodeId?: string; nodeName?: string; webhookId?: string } = {}) {
	const credentialId = `stored ${String(++ids)}`;
	return new Engine({
		credential,
		credentialId,
		workflowId: name,
		workflowName: name,
		webhookId: name,
		...extra,
	});
}

const secret = () => integrationOf(sandbox)?.signingSecret;

async function sends(name: string): Promise<string | undefined> {
	const { roomId } = openRoom(sandbox);
	const message = { resource: 'message', operation: 'send', roomId, botId: BOT, userId: USER, text: 'x' };
	const run = await workflow(name).run({ ...message, messageType: 'text' }, [{}]);
	return errorOf(run)?.message;
}

describe.each(['v1', 'v2'] as const)('as n8n %s stores credentials,', (line) => {
	beforeEach(() => {
		credential.line = line;
	});

	test('the secret is stored, and another workflow signs with it', async () => {
		const before: ICredentialDataDecryptedObject = { ...credential.data };
		await workflow('publishes').register();
		expect(credential.registration).toMatchObject({ signingSecret: secret(), isOwner: true });
		expect(credential.data).toEqual({ ...before, registration: credential.data.registration });
		expect(await sends('another')).toBeUndefined();
	});

	test('a run, a credential with nothing stored and a test of it store nothing', async () => {
		await sends('another');
		expect(credential.writes).toBe(0);
	});

	test('nothing is stored about an integration that was deleted', async () => {
		const publishes = workflow('publishes');
		await publishes.register();
		await publishes.hook('delete');
		expect(credential.data.registration).toBe('');
		expect(await sends('another')).toMatch(/No signing secret is known/);
	});

	test('publishing again, another integration is stored in place of the first', async () => {
		const publishes = workflow('publishes');
		await publishes.register();
		await publishes.hook('delete');
		await publishes.register();
		expect(credential.registration.signingSecret).toBe(secret());
	});
});

test('in n8n 2.x, expressions of the credential stay', async () => {
	const apiKey = `={{ "${DEMO_PROJECT.apiKey}" }}`;
	const getDecrypted = credential.getDecrypted.bind(credential);
	jest.spyOn(credential, 'getDecrypted').mockImplementation(async (...given) => ({
		...(await getDecrypted(...given)),
		apiKey: DEMO_PROJECT.apiKey,
	}));
	credential.data.apiKey = apiKey;
	await workflow('publishes').register();
	expect(credential.registration.signingSecret).toBe(secret());
	expect(credential.data.apiKey).toBe(apiKey);
});

test('a credential whose project was changed knows nothing about the new one', async () => {
	await workflow('publishes').register();
	credential.data.projectId = 'another-project';
	expect(await sends('another')).toMatch(/No signing secret is known/);
	credential.data.projectId = PROJECT;
	expect(await sends('another')).toBeUndefined();
});

describe.each(['{', '[]', '"text"', '{"signingSecret":"s"}', 'null'])(
	'text that is %j cannot be read:',
	(text) => {
		test('the log says so once, and reading leaves it', async () => {
			const warnings = collectWarnings();
			credential.data.registration = text;
			const own = workflow('another');
			for (let n = 0; n < 2; n++) await own.run({ resource: 'integration', operation: 'get' }, [{}]);
			expect(warnings).toEqual([
				expect.stringMatching(
					/^The signing secret that the Jelou credential "Jelou" holds cannot be read\. .+publish/,
				),
			]);
			expect(credential.data.registration).toBe(text);
		});

		test('publishing goes on as if nothing were known', async () => {
			collectWarnings();
			credential.data.registration = text;
			await workflow('publishes').register();
			expect(credential.registration.signingSecret).toBe(secret());
		});
	},
);

test('questions that wait in a queue are asked with the secret of an integration that was just created', async () => {
	const post = jest.spyOn(notes, 'postNote').mockResolvedValue({ code: 200, said: {} });
	const store = new RoomStore(`${sandbox.gatewayUrl} ${PROJECT}`);
	const ids = { id: 'q', roomId: 'r', userId: USER, botId: BOT, runId: '1', projectId: PROJECT };
	const times = { askedAt: Date.now(), until: Date.now() + 60_000 };
	store.add({ ...ids, ...times, resumePath: '/x', title: '', steps: [stepWith()] }, 'queued', '¿Qué?');
	const global = {};
	store.save(global);
	stopTime();
	await passTime(new Engine({ credential, staticData: { global } }).register());
	await pass(3_500);
	jest.useRealTimers();
	expect(post.mock.calls.map(([, , signingSecret]) => signingSecret)).toEqual([secret()]);
});

describe('two triggers of one project in one workflow:', () => {
	const second = { nodeId: 'second', nodeName: 'Jelou Trigger1', webhookId: 'second' };

	test.each([false, true])(
		'the second is refused, naming the first; to be replaced: %s',
		async (replaceExisting) => {
			const before = workflow('both');
			await before.register();
			const { webhookUrl } = integrationOf(sandbox) ?? {};
			const warnings = collectWarnings();
			await expect(workflow('both', second).register({ replaceExisting })).rejects.toThrow(
				'The trigger "Jelou Trigger" in this workflow already receives this project\'s events',
			);
			expect(integrationOf(sandbox)).toMatchObject({ webhookUrl, signingSecret: secret() });
			// n8n 2.x publishes the first, and its own log does not say why it is only that one.
			expect(warnings).toEqual([
				expect.stringMatching(/was not registered. The trigger "Jelou Trigger" in this/),
			]);
		},
	);

	test('one that replaces the other in an edit keeps the integration', async () => {
		const before = workflow('both');
		await before.register();
		const known = secret();
		await before.hook('delete', {}, { isHeld: true });
		await workflow('both', second).register();
		expect(integrationOf(sandbox)).toMatchObject({
			webhookUrl: 'https://n8n.example.com/webhook/second/webhook',
			signingSecret: known,
		});
	});
});

test.each([
	['HTTPS://N8N.EXAMPLE.COM:443/webhook/publishes/webhook', true],
	['https://n8n.example.com/webhook/publishes/../publishes/webhook', true],
	['https://n8n.example.com/webhook/publishes/webhook/', false],
	['http://n8n.example.com/webhook/publishes/webhook', false],
])('Jelou writes the address as %s: the same one is %s', async (webhookUrl, isSame) => {
	const publishes = workflow('publishes');
	await publishes.register();
	const integration = integrationOf(sandbox);
	if (integration) integration.webhookUrl = webhookUrl;
	expect(await publishes.hook('checkExists').catch(() => 'refused')).toBe(isSame ? true : false);
});

test.each([
	['three milliseconds', 3, true],
	['ten seconds', 10_000, true],
	['a minute', 60_000, false],
])('Jelou gives a date that is %s off: the same one is %s', async (_name, ms, isSame) => {
	const publishes = workflow('publishes');
	await publishes.register();
	const integration = integrationOf(sandbox);
	if (integration) integration.createdAt = new Date(Date.parse(integration.createdAt) + ms).toISOString();
	const publishing = publishes.register();
	if (isSame) await publishing;
	else await expect(publishing).rejects.toThrow(/does not know its signing secret/);
	await publishes.hook('delete');
	expect(integrationOf(sandbox) === undefined).toBe(isSame);
});
