import { startSandbox, type Sandbox } from '../../sandbox';
import { TriggerWorkflow, integrationOf } from './support/triggers';

const ELSEWHERE = 'https://other.example.com/webhook';

let sandbox: Sandbox;
let one: TriggerWorkflow;
let other: TriggerWorkflow;
/** Knows the secret of an integration that points elsewhere. */
let third: TriggerWorkflow;
beforeEach(async () => {
	sandbox = await startSandbox();
	one = new TriggerWorkflow(sandbox, 'one');
	other = new TriggerWorkflow(sandbox, 'other');
	third = new TriggerWorkflow(sandbox, 'third');
});
afterEach(async () => sandbox.close());

const url = () => integrationOf(sandbox)?.webhookUrl;
const secret = () => integrationOf(sandbox)?.signingSecret;

function pointTo(webhookUrl: string): void {
	const integration = integrationOf(sandbox);
	if (integration) integration.webhookUrl = webhookUrl;
}

const ACTIONS: Record<string, (workflow: TriggerWorkflow) => Promise<void>> = {
	activates: async (workflow) => workflow.activate(),
	'takes over': async (workflow) => workflow.activate(true),
	ends: async (workflow) => workflow.deactivate(),
	listens: async (workflow) => workflow.listen(),
	stops: async (workflow) => workflow.stopListening(),
};

function where(): string {
	const workflow = [one, other, third].find((each) => [each.url, each.testUrl].includes(url() ?? ''));
	if (workflow === undefined) return String(url());
	return url() === workflow.url ? workflow.name : `test of ${workflow.name}`;
}

/** Plays "one listens → test of one; …": who does what, and where the webhook then points, or what is refused. */
async function play(script: string): Promise<void> {
	for (const step of script.split('; ')) {
		const [, name, does = '', then] = /^(\w+) ([a-z ]+)(?: → (.+))?$/.exec(step) ?? [];
		const workflow = [one, other, third].find((each) => each.name === name);
		const action = ACTIONS[does];
		if (workflow === undefined || action === undefined) throw new Error(`"${step}" cannot be played.`);
		const refusal = /^refused: (.+)$/.exec(then ?? '')?.[1];
		if (refusal !== undefined) await expect(action(workflow)).rejects.toThrow(refusal);
		else await action(workflow);
		if (then !== undefined && refusal === undefined) expect([step, where()]).toEqual([step, then]);
	}
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

	test.each([
		[
			'a test that began before another workflow took over and was unpublished',
			'other listens; other takes over; other ends; one listens; one stops',
		],
		['a test in another workflow', 'other listens → test of other; other stops'],
		[
			'two tests at once, ending in the order in which they began',
			'one listens; other listens; one stops → one; other stops',
		],
		[
			'two tests at once, of which n8n 1.x forgets the other when the first ends',
			'one listens; other listens; one stops',
		],
		[
			'two tests at once, the second of which begins again after the first has ended',
			'one listens; other listens; one stops; other listens → test of other; other stops',
		],
		['two tests at once, ending the other way round', 'one listens; other listens; other stops; one stops'],
		['a test that begins again while it listens', 'one listens; one listens; one stops'],
		['another workflow that is refused', 'other activates → refused: The workflow "one" already'],
		['another workflow that took over and was deactivated', 'other takes over → other; other ends'],
		[
			'being activated again, also during a test',
			'one activates; other listens; one activates → one; other stops',
		],
	])('%s', async (_name, script) => play(script));

	test('a test whose beginning fails at Jelou', async () => {
		sandbox.setFaults({ respond: { status: 401 } });
		await play('one listens → refused: rejected the API key');
		sandbox.setFaults({});
	});

	test('a test whose end fails at Jelou the first time', async () => {
		await play('one listens');
		sandbox.setFaults({ respond: { status: 401 } });
		await play('one stops → refused: rejected the API key');
		sandbox.setFaults({});
		await play('one stops');
	});
});

describe('on a project without an integration', () => {
	afterEach(() => expect(integrationOf(sandbox)).toBeUndefined());

	test.each([
		[
			'two tests make one, hand it on, and the last takes it away',
			'one listens; other listens; other stops → test of one; one stops',
		],
		[
			'a workflow that is activated during a test takes it over, and takes it away',
			'one listens; other activates → other; one stops → other; other ends',
		],
		[
			'a workflow that is activated during a test keeps it through further tests',
			'one listens; other activates; other listens; other stops → other; one stops → other; other ends',
		],
		[
			'production that ends during a test leaves the rest to the test',
			'one activates; other listens; one ends → test of other; other stops',
		],
	])('%s', async (_name, script) => play(script));
});

describe("somebody else's integration", () => {
	beforeEach(async () => {
		await one.activate();
		pointTo(ELSEWHERE);
		third = new TriggerWorkflow(sandbox, 'third', secret());
	});
	afterEach(() => expect(url()).toBe(ELSEWHERE));

	test.each([
		[
			'is still refused to production while a test has borrowed it',
			'third listens; other activates → refused: already points to other.example.com; third stops',
		],
		[
			'taken over during a test goes back when production ends',
			'third listens; other takes over; third stops → other; other ends',
		],
		[
			'goes back to its owner when production ends during a test',
			'other takes over; third listens; other ends; third stops',
		],
	])('%s', async (_name, script) => play(script));
});

describe('after a crash in the middle of a test, which leaves its URL there', () => {
	/** The process has forgotten the loan; what n8n saved is still there. */
	async function crash(): Promise<TriggerWorkflow> {
		await one.activate();
		await one.listen();
		await one.stopListening();
		pointTo(one.testUrl);
		return new TriggerWorkflow(sandbox, 'one');
	}

	test('the next activation repairs it and keeps the secret', async () => {
		const restarted = await crash();
		const before = secret();
		await restarted.activate();
		expect({ url: url(), secret: secret() }).toEqual({ url: one.url, secret: before });
		await restarted.deactivate();
		expect(integrationOf(sandbox)).toBeUndefined();
	});

	test('the next activation also repairs it when another workflow had been testing', async () => {
		const restarted = await crash();
		pointTo(other.testUrl);
		const before = secret();
		await restarted.activate();
		expect({ url: url(), secret: secret() }).toEqual({ url: one.url, secret: before });
	});

	test('the next test repairs it: the test URL is never put back', async () => {
		const restarted = await crash();
		await restarted.listen();
		await restarted.stopListening();
		expect(url()).toBe(one.url);
	});

	test('a test in another workflow repairs it, too', async () => {
		await crash();
		third = new TriggerWorkflow(sandbox, 'third', secret());
		await third.listen();
		await third.stopListening();
		expect(url()).toBe(one.url);
	});
});
