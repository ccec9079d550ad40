import { startSandbox, type Sandbox } from '../../sandbox';
import { TriggerWorkflow, integrationOf } from './support/triggers';

const ELSEWHERE = 'https://other.example.com/webhook';

let sandbox: Sandbox;
let one: TriggerWorkflow;
let other: TriggerWorkflow;
beforeEach(async () => {
	sandbox = await startSandbox();
	one = new TriggerWorkflow(sandbox, 'one');
	other = new TriggerWorkflow(sandbox, 'other');
});
afterEach(async () => sandbox.close());

const url = () => integrationOf(sandbox)?.webhookUrl;
const secret = () => integrationOf(sandbox)?.signingSecret;

/** Puts the integration somewhere else, as another system would. */
async function standingElsewhere(): Promise<TriggerWorkflow> {
	await one.activate();
	const integration = integrationOf(sandbox);
	if (integration) integration.webhookUrl = ELSEWHERE;
	return new TriggerWorkflow(sandbox, 'third', integration?.signingSecret);
}

describe('production keeps its URL and secret through', () => {
	let before: string | undefined;
	beforeEach(async () => {
		await one.activate();
		before = secret();
	});
	afterEach(async () => {
		expect({ url: url(), secret: secret() }).toEqual({ url: one.url, secret: before });
		await one.deactivate();
		expect(integrationOf(sandbox)).toBeUndefined();
	});

	test('a test in the same workflow', async () => {
		await one.listen();
		expect(url()).toBe(one.testUrl);
		await one.stopListening();
	});

	test('a test that began before another workflow took over and was unpublished', async () => {
		await other.listen();
		await other.activate(true);
		await other.deactivate();
		await one.listen();
		await one.stopListening();
	});

	test('a test in another workflow', async () => {
		await other.listen();
		expect(url()).toBe(other.testUrl);
		await other.stopListening();
	});

	test('two tests at once, ending in the order in which they began', async () => {
		await one.listen();
		await other.listen();
		await one.stopListening();
		expect(url()).toBe(one.url);
		await other.stopListening();
	});

	test('two tests at once, of which n8n 1.x forgets the other when the first ends', async () => {
		await one.listen();
		await other.listen();
		await one.stopListening();
	});

	test('two tests at once, of which the second is begun anew after the first has ended', async () => {
		await one.listen();
		await other.listen();
		await one.stopListening();
		await other.listen();
		expect(url()).toBe(other.testUrl);
		await other.stopListening();
	});

	test('two tests at once, ending the other way round', async () => {
		await one.listen();
		await other.listen();
		await other.stopListening();
		await one.stopListening();
	});

	test('a test that begins again while it listens', async () => {
		await one.listen();
		await one.listen();
		await one.stopListening();
	});

	test('a test whose beginning fails at Jelou', async () => {
		sandbox.setFaults({ respond: { status: 401 } });
		await expect(one.listen()).rejects.toThrow(/rejected the API key/);
		sandbox.setFaults({});
	});

	test('a test whose end fails at Jelou the first time', async () => {
		await one.listen();
		sandbox.setFaults({ respond: { status: 401 } });
		await expect(one.stopListening()).rejects.toThrow(/rejected the API key/);
		sandbox.setFaults({});
		await one.stopListening();
	});

	test('another workflow that is refused', async () => {
		await expect(other.activate()).rejects.toThrow(/Another workflow of this n8n already receives/);
	});

	test('another workflow that took over and was deactivated', async () => {
		await other.activate(true);
		expect(url()).toBe(other.url);
		await other.deactivate();
	});

	test('being activated again, also during a test', async () => {
		await one.activate();
		await other.listen();
		await one.activate();
		expect(url()).toBe(one.url);
		await other.stopListening();
	});
});

describe('on a project without an integration', () => {
	afterEach(() => expect(integrationOf(sandbox)).toBeUndefined());

	test('a test makes one and takes it away', async () => {
		await one.listen();
		expect(url()).toBe(one.testUrl);
		await one.stopListening();
	});

	test('two tests make one, hand it on, and the last takes it away', async () => {
		await one.listen();
		await other.listen();
		await other.stopListening();
		expect(url()).toBe(one.testUrl);
		await one.stopListening();
	});

	test('a workflow that is activated during a test takes it over, and takes it away', async () => {
		await one.listen();
		await other.activate();
		expect(url()).toBe(other.url);
		await one.stopListening();
		expect(url()).toBe(other.url);
		await other.deactivate();
	});

	test('a workflow that is activated during a test keeps it through further tests', async () => {
		await one.listen();
		await other.activate();
		await other.listen();
		await other.stopListening();
		expect(url()).toBe(other.url);
		await one.stopListening();
		expect(url()).toBe(other.url);
		await other.deactivate();
	});

	test('production that ends during a test leaves the rest to the test', async () => {
		await one.activate();
		await other.listen();
		await one.deactivate();
		expect(url()).toBe(other.testUrl);
		await other.stopListening();
	});
});

describe("somebody else's integration", () => {
	test('is borrowed by a test and given back', async () => {
		const third = await standingElsewhere();
		await third.listen();
		expect(url()).toBe(third.testUrl);
		await third.stopListening();
		expect(url()).toBe(ELSEWHERE);
	});

	test('is still refused to production while a test has borrowed it', async () => {
		const third = await standingElsewhere();
		await third.listen();
		await expect(other.activate()).rejects.toThrow(/already points to other\.example\.com/);
		await third.stopListening();
		expect(url()).toBe(ELSEWHERE);
	});

	test('taken over during a test goes back when production ends', async () => {
		const third = await standingElsewhere();
		await third.listen();
		await other.activate(true);
		await third.stopListening();
		expect(url()).toBe(other.url);
		await other.deactivate();
		expect(url()).toBe(ELSEWHERE);
	});

	test('goes back to its owner when production ends during a test', async () => {
		const third = await standingElsewhere();
		await other.activate(true);
		await third.listen();
		await other.deactivate();
		await third.stopListening();
		expect(url()).toBe(ELSEWHERE);
	});
});

describe('after a crash in the middle of a test, which leaves its URL there', () => {
	/** The process has forgotten the loan; what n8n saved is still there. */
	async function crash(): Promise<TriggerWorkflow> {
		await one.activate();
		await one.listen();
		await one.stopListening();
		const integration = integrationOf(sandbox);
		if (integration) integration.webhookUrl = one.testUrl;
		const restarted = new TriggerWorkflow(sandbox, 'one');
		Object.assign(restarted.staticData, JSON.parse(JSON.stringify(one.staticData)));
		return restarted;
	}

	test('the next activation mends it and keeps the secret', async () => {
		const restarted = await crash();
		const before = secret();
		await restarted.activate();
		expect({ url: url(), secret: secret() }).toEqual({ url: one.url, secret: before });
		await restarted.deactivate();
		expect(integrationOf(sandbox)).toBeUndefined();
	});

	test('the next activation mends it as well when another workflow had been testing', async () => {
		const restarted = await crash();
		const integration = integrationOf(sandbox);
		if (integration) integration.webhookUrl = other.testUrl;
		const before = secret();
		await restarted.activate();
		expect({ url: url(), secret: secret() }).toEqual({ url: one.url, secret: before });
	});

	test('the next test mends it: the test URL is never put back', async () => {
		const restarted = await crash();
		await restarted.listen();
		await restarted.stopListening();
		expect(url()).toBe(one.url);
	});

	test('a test in another workflow mends it as well', async () => {
		await crash();
		const third = new TriggerWorkflow(sandbox, 'third', secret());
		await third.listen();
		await third.stopListening();
		expect(url()).toBe(one.url);
	});
});
