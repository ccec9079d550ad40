import { DEFAULT_RETRIES } from '../../nodes/Jelou/shared/retry';
import { startSandbox, type Faults, type Sandbox } from '../../sandbox';
import { hurry } from '../support/time';
import { collectWarnings } from './support/log';
import { TriggerWorkflow, integrationOf } from './support/triggers';

const ELSEWHERE = 'https://other.example.com/webhook';

let sandbox: Sandbox;
let subject: TriggerWorkflow;
let neighbour: TriggerWorkflow;
beforeEach(async () => {
	sandbox = await startSandbox();
	subject = new TriggerWorkflow(sandbox, 'subject');
	neighbour = new TriggerWorkflow(sandbox, 'neighbour');
});
afterEach(async () => {
	jest.restoreAllMocks();
	await sandbox.close();
});

function pointTo(url: string): void {
	const integration = integrationOf(sandbox);
	if (integration) integration.webhookUrl = url;
}

/** Every state that the project's one webhook can be in, as the subject finds it. */
const STATES = {
	'no integration': async () => {},
	'points to the subject': async () => subject.activate(),
	'points to the subject, which did not create it': async () => {
		await neighbour.activate();
		pointTo(subject.url);
		subject = new TriggerWorkflow(sandbox, 'subject', integrationOf(sandbox)?.signingSecret);
	},
	'points elsewhere': async () => {
		await neighbour.activate();
		pointTo(ELSEWHERE);
	},
	'points elsewhere, and nobody knows the secret': async () => {
		await neighbour.activate();
		pointTo(ELSEWHERE);
		subject = new TriggerWorkflow(sandbox, 'subject', '', 'another credential');
	},
	'borrowed from the subject by a neighbouring test': async () => {
		await subject.activate();
		await neighbour.listen();
	},
	'borrowed from elsewhere by a neighbouring test': async () => {
		await neighbour.activate();
		pointTo(ELSEWHERE);
		await neighbour.listen();
	},
};

/** Everything that n8n's core does with a trigger. */
const EVENTS = {
	activate: async () => subject.activate(),
	'activate and replace': async () => subject.activate(true),
	deactivate: async () => subject.deactivate(),
	listen: async () => subject.listen(),
	'listen and stop': async () => {
		await subject.listen();
		await subject.stopListening();
	},
};

type Where = 'none' | 'subject' | 'test' | 'elsewhere' | "neighbour's test";

function where(): Where {
	const url = integrationOf(sandbox)?.webhookUrl;
	if (url === undefined) return 'none';
	if (url === subject.url) return 'subject';
	if (url === subject.testUrl) return 'test';
	return url === neighbour.testUrl ? "neighbour's test" : 'elsewhere';
}

type Row = [keyof typeof STATES, Record<keyof typeof EVENTS, Where | `refused, ${Where}`>];

const TABLE: Row[] = [
	['no integration', row('subject', 'subject', 'none', 'test', 'none')],
	['points to the subject', row('subject', 'subject', 'none', 'test', 'subject')],
	['points to the subject, which did not create it', row('subject', 'subject', 'subject', 'test', 'subject')],
	['points elsewhere', row('refused, elsewhere', 'subject', 'elsewhere', 'test', 'elsewhere')],
	[
		'points elsewhere, and nobody knows the secret',
		row('refused, elsewhere', 'refused, elsewhere', 'elsewhere', 'refused, elsewhere', 'refused, elsewhere'),
	],
	[
		'borrowed from the subject by a neighbouring test',
		row('subject', 'subject', "neighbour's test", 'test', 'subject'),
	],
	[
		'borrowed from elsewhere by a neighbouring test',
		row("refused, neighbour's test", 'subject', "neighbour's test", 'test', 'elsewhere'),
	],
];

function row(...[activate, replace, deactivate, listen, stop]: Array<Where | `refused, ${Where}`>): Row[1] {
	return {
		activate: activate ?? 'none',
		'activate and replace': replace ?? 'none',
		deactivate: deactivate ?? 'none',
		listen: listen ?? 'none',
		'listen and stop': stop ?? 'none',
	};
}

const CASES = TABLE.flatMap(([state, expected]) =>
	Object.entries(expected).map(([event, result]) => ({ state, event: event as keyof typeof EVENTS, result })),
);

test.each(CASES)('$state, then $event: $result', async ({ event, result, state }) => {
	await STATES[state]();
	const refused = await EVENTS[event]().then(
		() => '',
		() => 'refused, ',
	);
	expect(`${refused}${where()}`).toBe(result);
});

const FAILURES: Array<[string, Faults]> = [
	['401', { respond: { status: 401 } }],
	['404 that is not its own', { respond: { status: 404, body: '<html>', contentType: 'text/html' } }],
	['409', { respond: { status: 409 } }],
	['422', { respond: { status: 422 } }],
	['501', { respond: { status: 501 } }],
	['nothing, and cuts the connection', { drop: true, times: DEFAULT_RETRIES + 1 }],
];

describe.each(Object.keys(EVENTS) as Array<keyof typeof EVENTS>)('%s', (event) => {
	test.each(FAILURES)('fails and changes nothing when Jelou answers %s', async (_name, faults) => {
		await subject.activate();
		sandbox.setFaults(faults);
		const warnings = collectWarnings();
		// Giving the webhook back happens in the background, so the log says why it failed.
		if (event === 'deactivate') {
			await hurry(EVENTS[event]);
			expect(warnings).toEqual([
				expect.stringMatching(/could not give the project's webhook back: .+ It still points here/),
			]);
		} else await expect(hurry(EVENTS[event])).rejects.toThrow();
		expect(where()).toBe('subject');
	});
});
