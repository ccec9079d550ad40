import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { startSandbox, type Sandbox } from '../../sandbox';
import { sign } from '../../sandbox/signature';
import saved from '../fixtures/saved-1.0.0.json';
import { Engine, errorOf, outputOf } from './support/engine';
import { collectWarnings } from './support/log';
import { startReceiver } from './support/receiver';
import { BOT, PROJECT, USER, credentialFor, openRoom } from './support/setup';

/** A workflow and its static data as 1.0.0 saved them: everything works as before. */
const HERE = 'https://n8n.example.com/webhook/webhook-1/webhook';
const ELSEWHERE = 'https://other.example.com/webhook';
const SECRET = '5f1d0c9be2a74f0c8f0e6a1b3c5d7e9f5f1d0c9be2a74f0c8f0e6a1b3c5d7e9f';
const EVENT = readFileSync(join(__dirname, '../fixtures/event-message-text.json'), 'utf8');

let sandbox: Sandbox;
let engines = 0;
beforeEach(async () => {
	sandbox = await startSandbox();
	const project = sandbox.store.projects.get(PROJECT);
	const createdAt = '2026-01-01T00:00:00.000Z';
	const plain = { authType: 'no_auth', authorization: '', createdAt, updatedAt: createdAt } as const;
	if (project) project.integration = { ...plain, webhookUrl: HERE, signingSecret: SECRET };
});
afterEach(async () => {
	jest.restoreAllMocks();
	await sandbox.close();
});

const integration = () => sandbox.store.projects.get(PROJECT)?.integration;

function engineWith(kind: keyof typeof saved.staticData, signingSecret = '', webhookBaseUrl?: string) {
	const text = JSON.stringify(saved.staticData[kind]);
	const staticData: IDataObject = JSON.parse(
		text.replaceAll('https://gateway.jelou.ai/platform', sandbox.gatewayUrl),
	);
	// A new ID, because memory is kept by it, and this n8n has just been started.
	const credentialId = `saved ${String(++engines)}`;
	const credential = credentialFor(sandbox, { signingSecret });
	return new Engine({ credential, staticData, credentialId, webhookBaseUrl, mode: 'trigger' });
}

function parametersOf(name: string): INodeParameters {
	const node = saved.workflow.nodes.find((each) => each.name === name);
	if (node === undefined) throw new Error(`The saved workflow has no node ${name}.`);
	return node.parameters;
}

const trigger = parametersOf('Jelou Trigger');

async function deliver(engine: Engine, secret: string): Promise<{ status: number; runs: number }> {
	const receiver = await startReceiver(engine, trigger);
	try {
		const response = await fetch(`${receiver.url}/webhook/webhook-1/webhook`, {
			method: 'POST',
			headers: { 'content-type': 'application/json', 'x-jelou-signature': sign(EVENT, secret) },
			body: EVENT,
		});
		return { status: response.status, runs: receiver.runs.length };
	} finally {
		await receiver.close();
	}
}

test.each(['created', 'tookOver'] as const)(
	'an event that Jelou signs starts a workflow that %s',
	async (kind) => {
		expect(await deliver(engineWith(kind), SECRET)).toEqual({ status: 200, runs: 1 });
		expect(await deliver(engineWith(kind), 'another')).toEqual({ status: 401, runs: 0 });
	},
);

test.each(['created', 'tookOver'] as const)('a reply of a workflow that %s is signed', async (kind) => {
	const { roomId } = openRoom(sandbox);
	const item = { room_id: roomId, bot: { id: BOT }, contact: { id: USER } };
	const run = await engineWith(kind).run(parametersOf('Jelou'), [item]);
	expect(errorOf(run)).toBeUndefined();
	expect(outputOf(run)[0]?.json).toMatchObject({ roomId, type: 'text' });
});

const everythingStored = ({ credentials, staticData }: Engine) =>
	JSON.stringify([credentials.data.registration, staticData]);

test('unpublishing deletes an integration that it created, and nothing is stored of it', async () => {
	const engine = engineWith('created');
	await engine.hook('delete', trigger);
	expect(integration()).toBeNull();
	expect(everythingStored(engine)).not.toContain(SECRET);
});

test.each(['checkExists', 'delete'] as const)(
	'%s moves the secret from the workflow into the credential',
	async (method) => {
		const engine = engineWith('created');
		await engine.hook(method, trigger, { isHeld: true });
		expect(engine.credentials.registration).toMatchObject({ signingSecret: SECRET, isOwner: true });
		expect(engine.staticData).toEqual({ global: {} });
	},
);

test.each(['checkExists', 'delete'] as const)(
	'the secret stays in the workflow while n8n cannot store it in the credential, with %s',
	async (method) => {
		const engine = engineWith('created');
		engine.credentials.isReadOnly = true;
		await engine.hook(method, trigger, { isHeld: true }).catch(() => undefined);
		expect(JSON.stringify(engine.staticData)).toContain(SECRET);
		expect(await deliver(engine, SECRET)).toEqual({ status: 200, runs: 1 });
	},
);

test('what a credential holds is not replaced by what another workflow had saved', async () => {
	const engine = engineWith('created');
	const stored = JSON.stringify({ integration: `${sandbox.gatewayUrl} ${PROJECT}`, signingSecret: 'newer' });
	engine.credentials.data.registration = stored;
	expect(await deliver(engine, 'newer')).toEqual({ status: 200, runs: 1 });
	await engine.hook('checkExists', trigger);
	expect(engine.credentials.registration.signingSecret).toBe('newer');
	expect(engine.staticData).toEqual({ global: {} });
});

test('what a workflow had saved of an integration that is gone makes room for what is created', async () => {
	const project = sandbox.store.projects.get(PROJECT);
	if (project) project.integration = null;
	const engine = engineWith('created');
	await engine.hook('create', trigger);
	expect(engine.credentials.registration.signingSecret).toBe(integration()?.signingSecret);
	expect(engine.staticData).toEqual({ global: {} });
});

test('unpublishing puts back the URL of an integration that it took over', async () => {
	await engineWith('tookOver').hook('delete', trigger);
	expect(integration()).toMatchObject({ webhookUrl: ELSEWHERE, signingSecret: SECRET });
});

test.each(['created', 'tookOver'] as const)(
	'publishing a workflow that %s again changes nothing',
	async (kind) => {
		const engine = engineWith(kind);
		expect(await engine.hook('checkExists', trigger)).toBe(true);
		expect(new Set(sandbox.store.requests.map(({ method }) => method))).toEqual(new Set(['GET']));
		expect(engine.credentials.registration.signingSecret).toBe(SECRET);
		await engine.hook('delete', trigger);
		expect(integration()?.webhookUrl).toBe(kind === 'created' ? undefined : ELSEWHERE);
	},
);

test('publishing after a move gives the integration the new URL, and unpublishing still deletes it', async () => {
	const engine = engineWith('created', '', 'https://moved.example.com');
	expect(await engine.hook('checkExists', trigger)).toBe(false);
	await engine.hook('create', trigger);
	expect(integration()).toMatchObject({
		webhookUrl: 'https://moved.example.com/webhook/webhook-1/webhook',
		signingSecret: SECRET,
	});
	await engine.hook('delete', trigger);
	expect(integration()).toBeNull();
});

test('publishing remembers from now on which integration it created', async () => {
	const engine = engineWith('created');
	await engine.hook('checkExists', trigger);
	expect(engine.credentials.registration.createdAt).toBe('2026-01-01T00:00:00.000Z');
});

describe('a secret that leaked is revoked by typing another:', () => {
	const TYPED = 'e'.repeat(64);

	test.each(['created', 'tookOver'] as const)(
		'the one that a workflow that %s has kept is refused',
		async (kind) => {
			expect(await deliver(engineWith(kind, TYPED), SECRET)).toEqual({ status: 401, runs: 0 });
			expect(await deliver(engineWith(kind, TYPED), TYPED)).toEqual({ status: 200, runs: 1 });
		},
	);

	test('also after unpublishing and publishing again', async () => {
		const warnings = collectWarnings();
		const engine = engineWith('created', TYPED);
		await engine.hook('delete', trigger);
		expect(integration()?.webhookUrl).toBe(HERE);
		expect(await engine.hook('checkExists', trigger)).toBe(true);
		expect(warnings.at(-1)).toMatch(
			/accepts only the signing secret in the Jelou credential, which is not the one/,
		);
		expect(await deliver(engine, SECRET)).toEqual({ status: 401, runs: 0 });
	});
});
