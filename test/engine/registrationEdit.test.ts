import type { IDataObject } from 'n8n-workflow';

import { startSandbox, type Sandbox } from '../../sandbox';
import { passLater } from './support/later';
import { collectWarnings } from './support/log';
import { TriggerWorkflow, integrationOf } from './support/triggers';

/** n8n unpublishes a trigger that was edited and publishes it again at once, and Jelou cannot undo a deletion. */
const ELSEWHERE = 'https://other.example.com/webhook';

let sandbox: Sandbox;
let one: TriggerWorkflow;
let other: TriggerWorkflow;
beforeEach(async () => {
	sandbox = await startSandbox();
	one = new TriggerWorkflow(sandbox, 'one');
	other = new TriggerWorkflow(sandbox, 'other');
	await one.activate();
	sandbox.store.requests.length = 0;
});
afterEach(async () => {
	jest.restoreAllMocks();
	await sandbox.close();
});

const standing = () => ({
	url: integrationOf(sandbox)?.webhookUrl,
	secret: integrationOf(sandbox)?.signingSecret,
});
/** All requests to Jelou except reads. */
const changes = () => sandbox.store.requests.map(({ method }) => method).filter((method) => method !== 'GET');

/** Another process published it: this one only sees what the credential holds. */
function publishedByAnotherProcess({ credential }: TriggerWorkflow): void {
	const { addresses, ...rest } = credential.registration;
	const [own, ...others] = addresses as IDataObject[];
	const published = { ...own, publishedAt: Date.now() + 1 };
	credential.data.registration = JSON.stringify({ ...rest, addresses: [published, ...others] });
}

async function takeOver(): Promise<void> {
	const integration = integrationOf(sandbox);
	if (integration) integration.webhookUrl = ELSEWHERE;
	await one.activate(true);
	sandbox.store.requests.length = 0;
}

describe.each([
	['created the integration', () => Promise.resolve()],
	['took it over', takeOver],
])('a trigger that %s', (name, prepare) => {
	let before: ReturnType<typeof standing>;
	beforeEach(async () => {
		await prepare();
		before = standing();
		expect(before.url).toBe(one.url);
	});

	test('keeps it when it is edited: nothing is changed at Jelou', async () => {
		await one.release();
		await one.activate();
		await passLater();
		expect(changes()).toEqual([]);
		expect(standing()).toEqual(before);
	});

	test('keeps it when it is edited within one tick of the clock', async () => {
		jest.spyOn(Date, 'now').mockReturnValue(Date.now());
		await one.activate();
		await one.release();
		await one.activate();
		await passLater();
		expect(changes()).toEqual([]);
	});

	test('keeps it when it is edited several times', async () => {
		for (let n = 0; n < 3; n++) {
			await one.release();
			await one.activate();
		}
		await passLater();
		expect(changes()).toEqual([]);
	});

	test('keeps it when another process publishes it again', async () => {
		await one.release();
		publishedByAnotherProcess(one);
		await passLater();
		expect(changes()).toEqual([]);
	});

	test('keeps it when n8n ends before the moment is over, and finds it again', async () => {
		await one.release();
		const restarted = new TriggerWorkflow(sandbox, 'one');
		await restarted.activate();
		expect(changes()).toEqual([]);
		expect(standing()).toEqual(before);
	});

	test('gives it back when it is unpublished after an edit', async () => {
		await one.release();
		await one.activate();
		await one.release();
		await passLater();
		expect(standing().url).not.toBe(one.url);
	});

	test('leaves it, with its secret, to another workflow that is published meanwhile', async () => {
		await one.release();
		await other.activate();
		await passLater();
		expect(changes()).toEqual(['PATCH']);
		expect(standing()).toEqual({ ...before, url: other.url });
		await other.deactivate();
		expect(standing().url).toBe(name === 'took it over' ? ELSEWHERE : undefined);
	});

	test('does not take it back from a workflow that took it over and was unpublished', async () => {
		await one.release();
		await other.activate();
		await other.release();
		await one.activate();
		await passLater();
		expect(standing()).toEqual(before);
	});
});

test('a trigger that was unpublished is refused to another workflow once the moment is over', async () => {
	const integration = integrationOf(sandbox);
	one = new TriggerWorkflow(sandbox, 'one', integration?.signingSecret);
	other = new TriggerWorkflow(sandbox, 'other', integration?.signingSecret);
	await one.activate();
	await one.deactivate();
	expect(standing().url).toBe(one.url);
	await expect(other.activate()).rejects.toThrow('The workflow "one" already receives');
});

test('a trigger that is published while its webhook is given back waits, and gets another', async () => {
	const before = standing();
	await one.release();
	sandbox.setFaults({ latencyMs: 30 });
	const givenBack = passLater();
	while (sandbox.store.requests.length === 0) await new Promise(setImmediate);
	await one.activate();
	await givenBack;
	expect(changes()).toEqual(['DELETE', 'POST']);
	expect(standing().url).toBe(one.url);
	expect(standing().secret).not.toBe(before.secret);
	expect(one.credential.registration.signingSecret).toBe(standing().secret);
});

test('another workflow cannot take over from a trigger whose publishing failed', async () => {
	sandbox.setFaults({ respond: { status: 401, times: 1 } });
	await expect(one.activate()).rejects.toThrow();
	await one.release();
	await expect(other.activate()).rejects.toThrow('The workflow "one" already receives');
});

test('another workflow that fails to be published meanwhile does not keep the webhook from being given back', async () => {
	await one.release();
	sandbox.setFaults({ respond: { status: 401, times: 1 } });
	await expect(other.activate()).rejects.toThrow();
	await passLater();
	expect(standing().url).toBeUndefined();
});

test('publishing that fails deletes nothing, because n8n tries again', async () => {
	sandbox.setFaults({ respond: { status: 401, times: 1 } });
	await expect(one.activate()).rejects.toThrow();
	await one.release();
	await passLater();
	expect(changes()).toEqual([]);
});

test('the log says what cannot be given back', async () => {
	const warnings = collectWarnings();
	sandbox.setFaults({ respond: { status: 401 } });
	await one.deactivate();
	expect(warnings).toEqual([
		expect.stringMatching(
			/^Jelou Trigger "Jelou Trigger" in workflow "one" could not give the project's webhook back: .+API key/,
		),
	]);
});

test('two of a project that are unpublished together leave nothing behind', async () => {
	await other.activate(true);
	await Promise.all([one.release(), other.release()]);
	await passLater();
	expect(standing().url).toBeUndefined();
});

test('a trigger that is published waits for all that is being given back', async () => {
	await other.activate(true);
	await Promise.all([one.release(), other.release()]);
	sandbox.setFaults({ latencyMs: 30 });
	const givenBack = passLater();
	while (sandbox.store.requests.length === 0) await new Promise(setImmediate);
	const third = new TriggerWorkflow(sandbox, 'third');
	await third.activate();
	await givenBack;
	expect(changes().slice(-2)).toEqual(['DELETE', 'POST']);
	expect(third.credential.registration.signingSecret).toBe(standing().secret);
});

test('where the credential is changed to another project meanwhile, the log says what stays', async () => {
	const warnings = collectWarnings();
	await one.release();
	one.credential.data.projectId = 'another-project';
	await passLater();
	expect(changes()).toEqual([]);
	expect(warnings).toEqual([expect.stringMatching(/could not give .+ was changed to another project/)]);
});

test('publishing records its time, so that another process that is giving back leaves the webhook', async () => {
	const at = () => (one.credential.registration.addresses as IDataObject[])[0]?.publishedAt;
	const first = Number(at());
	jest.spyOn(Date, 'now').mockReturnValue(first + 1_000);
	await one.activate();
	expect(at()).toBe(first + 1_000);
});

test('it is given back also when the credential is deleted meanwhile', async () => {
	await one.release();
	jest.spyOn(one.credential, 'getDecrypted').mockRejectedValue(new Error('There is no such credential'));
	await passLater();
	expect(standing().url).toBeUndefined();
});

test('a test gives it back at once', async () => {
	await one.deactivate();
	await one.listen();
	await one.stopListening();
	expect(standing().url).toBeUndefined();
});
