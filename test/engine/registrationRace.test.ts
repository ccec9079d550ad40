import crypto from 'node:crypto';

import { ObservableObject } from 'n8n-workflow';
import type { IDataObject } from 'n8n-workflow';

import { startSandbox, type Sandbox } from '../../sandbox';
import { Engine } from './support/engine';
import { PROJECT, credentialFor } from './support/setup';

/**
 * Two processes of one n8n that activate the same workflow at the same moment. Each has read the static data before, and
 * writes it afterwards, whole, if it was touched: the later one wins.
 */
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

class Process extends Engine {
	private isTouched = false;

	constructor(database: IDataObject, signingSecret: string) {
		super({
			credential: credentialFor(sandbox, { signingSecret }),
			staticData: ObservableObject.create(structuredClone(database), undefined, {
				ignoreEmptyOnFirstChild: true,
			}) as IDataObject,
			// Processes share no memory, and what one remembers goes by the credential's ID.
			credentialId: String(Math.random()),
		});
	}

	/** The engine makes a workflow for each call, which begins untouched; n8n's core has one for all of them. */
	override async hook(...call: Parameters<Engine['hook']>): Promise<boolean> {
		const result = await super.hook(...call);
		this.isTouched ||= this.staticData.__dataChanged === true;
		return result;
	}

	/** As n8n's core saves it. */
	saveTo(database: { data: IDataObject }): void {
		if (this.isTouched) database.data = JSON.parse(JSON.stringify(this.staticData));
	}
}

/** Lets both read before either creates. */
const OVERLAP = { latencyMs: 30 };

describe.each([
	['no secret typed', ''],
	['the secret that Jelou gives typed', 'f'.repeat(64)],
])('two processes activate at once, %s', (_name, typed) => {
	test.each([
		['in their order', [0, 1]],
		['the other way round', [1, 0]],
	])('one integration, and its secret is kept: saved %s', async (_order, order) => {
		if (typed !== '') jest.spyOn(crypto, 'randomBytes').mockReturnValue(Buffer.from(typed, 'hex') as never);
		sandbox.setFaults(OVERLAP);
		// Of an earlier project: with it there is something that a process could write back, and erase what is new.
		const earlier = { 'https://example.com earlier': { webhookUrl: URL_HERE } };
		const database: { data: IDataObject } = { data: { global: { jelou: earlier } } };
		const processes = [new Process(database.data, typed), new Process(database.data, typed)];
		const activated = await Promise.allSettled(processes.map((each) => each.register()));
		expect(activated.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled']);
		for (const n of order) processes[n]?.saveTo(database);

		expect(integration()?.webhookUrl).toBe(URL_HERE);
		expect(JSON.stringify(database.data)).toContain(integration()?.signingSecret);
		const posts = sandbox.store.requests.filter(({ method }) => method === 'POST');
		expect(posts.map(({ status }) => status).sort()).toEqual([200, 409]);

		// Whichever process deactivates it afterwards owns it, and deletes it.
		sandbox.setFaults({});
		await new Process(database.data, typed).hook('delete');
		expect(integration()).toBeNull();
	});
});

test('an integration that somebody else has just created is refused as before', async () => {
	sandbox.setFaults(OVERLAP);
	const ours = new Process({}, '');
	const activating = ours.register();
	const project = sandbox.store.projects.get(PROJECT);
	while (sandbox.store.requests.filter(({ answered }) => answered !== null).length === 0)
		await new Promise(setImmediate);
	await fetch(`${sandbox.gatewayUrl}/v1/external-support/${PROJECT}`, {
		method: 'POST',
		headers: { 'content-type': 'application/json', 'x-api-key': project?.apiKey ?? '' },
		body: JSON.stringify({ webhookUrl: 'https://other.example.com/x' }),
	}).then((response) => response.text());
	await expect(activating).rejects.toThrow(/already has an integration: enter its signing secret/);
	expect(integration()?.webhookUrl).toBe('https://other.example.com/x');
});
