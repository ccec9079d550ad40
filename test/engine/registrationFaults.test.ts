import { startSandbox, type Sandbox } from '../../sandbox';
import { startGateway, type Fate, type Gateway } from '../support/gateway';
import { collectWarnings } from './support/log';
import { TriggerWorkflow, integrationOf } from './support/triggers';

const ELSEWHERE = 'https://other.example.com/webhook';

let real: Sandbox;
let gateway: Gateway;
let sandbox: Sandbox;
let warnings: string[];
beforeEach(async () => {
	real = await startSandbox();
	gateway = await startGateway(real);
	({ sandbox } = gateway);
	warnings = collectWarnings();
});
afterEach(async () => {
	jest.restoreAllMocks();
	await gateway.close();
	await real.close();
});

const workflow = (name: string, typed = '', credentialId?: string) =>
	new TriggerWorkflow(sandbox, name, typed, credentialId);
const url = () => integrationOf(real)?.webhookUrl;
const secret = () => integrationOf(real)?.signingSecret;
const stored = ({ credential }: TriggerWorkflow) => credential.registration;
const methods = () => real.store.requests.map(({ method }) => method);

function change(fields: { webhookUrl?: string; signingSecret?: string; createdAt?: string }): void {
	const integration = integrationOf(real);
	if (integration === undefined) throw new Error('There is no integration to change.');
	Object.assign(integration, fields);
}

/** What a person does in Jelou: another integration with the same URL, a day later. */
const RECREATED = { signingSecret: 'b'.repeat(64), createdAt: '2031-01-01T00:00:00.000Z' };

/** The same workflow in a restarted n8n: with what is stored and nothing in memory, and with another secret typed. */
let restarts = 0;
function restarted(before: TriggerWorkflow, name: string, typed = ''): TriggerWorkflow {
	const after = workflow(name, typed, `after restart ${String(++restarts)}`);
	after.credential.data = { ...before.credential.data, signingSecret: typed };
	return after;
}

describe('the log says that an integration still points here', () => {
	test('not after a refused activation that leaves it pointing elsewhere', async () => {
		await workflow('neighbour').activate();
		change({ webhookUrl: ELSEWHERE });
		await expect(workflow('subject').activate()).rejects.toThrow();
		expect(warnings.filter((line) => line.includes('still points here'))).toEqual([]);
	});

	test('when it does, and somebody else created it', async () => {
		await workflow('neighbour').activate();
		const subject = workflow('subject', secret());
		change({ webhookUrl: subject.url });
		await subject.activate();
		await subject.deactivate();
		expect(warnings.at(-1)).toMatch(/still points here/);
		expect(url()).toBe(subject.url);
	});
});

describe('when Jelou refuses a creation because the project now has an integration, with', () => {
	const rejected = (status: number): Fate => ({
		kind: 'instead',
		status,
		body: JSON.stringify({ statusMessage: 'failed', error: { code: 'EXISTS' } }),
	});
	/** The integration appears between the reading and the creation. */
	const NONE: Fate = {
		kind: 'instead',
		status: 404,
		body: JSON.stringify({ statusMessage: 'failed', error: { code: 'EXTERNAL_SUPPORT_NOT_FOUND' } }),
	};

	test.each([400, 403, 409, 422])(
		"%i, and it has this trigger's URL, another process has it",
		async (status) => {
			const subject = workflow('subject');
			await workflow('subject', '', 'another process').activate();
			gateway.spoil('GET', NONE, NONE);
			gateway.spoil('POST', rejected(status));
			await subject.activate();
			expect(url()).toBe(subject.url);
			expect(stored(subject)).toEqual({});
		},
	);

	test.each([400, 403, 409, 422])(
		'%i, and it points elsewhere, that is what the user reads',
		async (status) => {
			await workflow('neighbour', '', 'another process').activate();
			change({ webhookUrl: ELSEWHERE });
			gateway.spoil('GET', NONE, NONE);
			gateway.spoil('POST', rejected(status));
			await expect(workflow('subject').activate()).rejects.toThrow(/already has an integration/);
			expect(url()).toBe(ELSEWHERE);
		},
	);

	test.each([400, 403, 422])(
		"%i, and there is none, Jelou's own reason is what the user reads",
		async (status) => {
			gateway.spoil('POST', rejected(status));
			await expect(workflow('subject').activate()).rejects.toMatchObject({ httpCode: String(status) });
		},
	);
});

test.each([429, 503])('a creation that gets %i from Jelou is tried again', async (status) => {
	gateway.spoil('POST', { kind: 'instead', status, body: '{}' });
	const subject = workflow('subject');
	await subject.activate();
	expect(stored(subject).signingSecret).toBe(secret());
});

describe('a signing secret that is typed', () => {
	const WRONG = 'f'.repeat(64);

	test('and is not the one that Jelou gave this workflow refuses the activation, which says so', async () => {
		const before = workflow('subject');
		await before.activate();
		const subject = restarted(before, 'subject', WRONG);
		await expect(subject.activate()).rejects.toThrow(
			/signing secret in the Jelou credential is not the one that Jelou gave this n8n.*Enter the current one, or clear the field/,
		);
		expect(secret()).toBeDefined();
	});

	test('and is not the one that Jelou gives for a new integration refuses the activation and leaves none', async () => {
		await expect(workflow('subject', WRONG).activate()).rejects.toThrow(
			/Enter the current one, or clear the field/,
		);
		expect(integrationOf(real)).toBeUndefined();
	});

	test('and is not the one that another workflow of this n8n was given refuses a test as well', async () => {
		const neighbour = workflow('neighbour');
		await neighbour.activate();
		const before = url();
		neighbour.credential.data.signingSecret = WRONG;
		await expect(workflow('subject').listen()).rejects.toThrow(/is not the one that Jelou gave this n8n/);
		expect(url()).toBe(before);
	});

	test('and is the right one activates', async () => {
		const before = workflow('subject');
		await before.activate();
		await restarted(before, 'subject', secret()).activate();
		expect(url()).toBe(before.url);
	});

	test('and belongs to an integration that was created since activates, and the old one is cleared', async () => {
		const before = workflow('subject');
		await before.activate();
		const old = secret() ?? '';
		change(RECREATED);
		const subject = restarted(before, 'subject', RECREATED.signingSecret);
		await subject.activate();
		expect(JSON.stringify(subject.credential.data)).not.toContain(old);
	});
});

describe('a lost response to a creation:', () => {
	const FATES: Array<[string, Fate]> = [
		['the connection is dropped', { kind: 'drop' }],
		['half an answer', { kind: 'half' }],
		['500', { kind: 'replace', status: 500, body: '{}' }],
		['503', { kind: 'replace', status: 503, body: '' }],
		['a page', { kind: 'replace', status: 200, body: '<html>' }],
		['an empty body', { kind: 'replace', status: 200, body: '' }],
		['no secret', { kind: 'replace', status: 200, body: '{"statusMessage":"success","data":{}}' }],
	];

	test.each(FATES)('%s: the integration is created again, and its secret is kept', async (_name, fate) => {
		gateway.spoil('POST', fate);
		const subject = workflow('subject');
		await subject.activate();
		expect(url()).toBe(subject.url);
		expect(stored(subject).signingSecret).toBe(secret());
	});

	test('503, and it is there only after the next attempt: that is refused, and creates it again', async () => {
		const none: Fate = {
			kind: 'instead',
			status: 404,
			body: JSON.stringify({ statusMessage: 'failed', error: { code: 'EXTERNAL_SUPPORT_NOT_FOUND' } }),
		};
		gateway.spoil('POST', { kind: 'replace', status: 503, body: '' });
		gateway.spoil('GET', none, none, none);
		const subject = workflow('subject');
		await subject.activate();
		expect(stored(subject).signingSecret).toBe(secret());
	});

	test.each(FATES)(
		'%s, twice: no integration is left, and the next activation succeeds',
		async (_name, fate) => {
			gateway.spoil('POST', fate, fate);
			const subject = workflow('subject');
			await expect(subject.activate()).rejects.toThrow();
			expect(url()).toBeUndefined();
			await subject.activate();
			expect(stored(subject).signingSecret).toBe(secret());
		},
	);

	test('and Jelou cannot be read either: the next activation creates it again', async () => {
		const subject = workflow('subject');
		const refused: Fate = { kind: 'instead', status: 401, body: '{"statusMessage":"failed"}' };
		gateway.spoil('POST', { kind: 'drop' });
		gateway.spoil(
			'GET',
			...Array.from({ length: 2 }, (): Fate => ({
				kind: 'instead',
				status: 404,
				body: '{"statusMessage":""}',
			})),
			refused,
			refused,
		);
		await expect(subject.activate()).rejects.toThrow();
		expect(url()).toBe(subject.url);
		await subject.activate();
		expect(stored(subject).signingSecret).toBe(secret());
	});

	test('a test that listens gets its integration as well, and takes it away', async () => {
		gateway.spoil('POST', { kind: 'drop' });
		const subject = workflow('subject');
		await subject.listen();
		expect(url()).toBe(subject.testUrl);
		await subject.stopListening();
		expect(url()).toBeUndefined();
	});

	test('an integration of somebody else that appears meanwhile is never deleted', async () => {
		await workflow('neighbour').activate();
		change({ webhookUrl: ELSEWHERE });
		const none: Fate = { kind: 'instead', status: 404, body: '{"statusMessage":"failed"}' };
		gateway.spoil('GET', none, none);
		gateway.spoil('POST', { kind: 'instead', status: 500, body: '{}' });
		await expect(workflow('subject', '', 'a stranger').activate()).rejects.toThrow();
		expect(url()).toBe(ELSEWHERE);
		expect(methods()).not.toContain('DELETE');
	});
});

describe('after n8n was killed while it created the integration, whose secret nobody knows,', () => {
	let subject: TriggerWorkflow;
	beforeEach(async () => {
		const killed = workflow('subject');
		await killed.activate();
		subject = workflow('subject', '', 'after the kill');
	});

	test('activation names the two ways out', async () => {
		const before = secret();
		await expect(subject.activate()).rejects.toThrow(
			/enter the secret in this one, or turn on Replace Existing Webhook/,
		);
		expect(secret()).toBe(before);
	});

	test('Replace Existing Webhook deletes it and creates another, whose secret is kept', async () => {
		const before = secret();
		await subject.activate(true);
		expect(url()).toBe(subject.url);
		expect(secret()).not.toBe(before);
		expect(stored(subject).signingSecret).toBe(secret());
		await subject.deactivate();
		expect(url()).toBeUndefined();
	});

	test('a test never replaces it: production may know its secret', async () => {
		const before = secret();
		await expect(subject.listen()).rejects.toThrow(/already has an integration/);
		expect(secret()).toBe(before);
	});
});

describe('a 404 of Jelou that was wrong', () => {
	const none: Fate = { kind: 'instead', status: 404, body: '{"statusMessage":"failed"}' };

	test('during deactivation does not lose the secret, and the log says so', async () => {
		const subject = workflow('subject');
		await subject.activate();
		const before = secret() ?? '';
		gateway.spoil('GET', none);
		await subject.deactivate();
		expect(stored(subject).signingSecret).toBe(before);
		expect(warnings).toEqual([expect.stringMatching(/found no integration.*Its signing secret is kept/)]);

		const later = restarted(subject, 'subject');
		await later.activate();
		expect({ url: url(), secret: secret() }).toEqual({ url: subject.url, secret: before });
		await later.deactivate();
		expect(url()).toBeUndefined();
		expect(JSON.stringify(later.credential.data)).not.toContain(before);
	});

	test('to the deletion itself does not lose the secret either', async () => {
		const subject = workflow('subject');
		await subject.activate();
		const before = secret() ?? '';
		gateway.spoil('DELETE', none);
		await subject.deactivate();
		expect(stored(subject).signingSecret).toBe(before);
		expect(secret()).toBe(before);
	});

	test('during activation does not lose it either', async () => {
		const subject = workflow('subject');
		await subject.activate();
		const before = secret() ?? '';
		gateway.spoil('GET', none, none);
		const later = restarted(subject, 'subject');
		await later.activate();
		expect({ url: url(), secret: secret() }).toEqual({ url: subject.url, secret: before });
		expect(stored(later).signingSecret).toBe(before);
	});
});

describe("an integration that a person created again by hand with this trigger's URL", () => {
	test('is recognised by its creation date: deactivation leaves it, and the log says so', async () => {
		const subject = workflow('subject');
		await subject.activate();
		change(RECREATED);
		await subject.deactivate();
		expect(secret()).toBe(RECREATED.signingSecret);
		expect(warnings).toEqual([
			expect.stringMatching(/an integration that it did not create.*still points here/),
		]);
	});

	test('is recognised by the secret typed for it where Jelou gives no date', async () => {
		const before = workflow('subject');
		await before.activate();
		const subject = restarted(before, 'subject', RECREATED.signingSecret);
		subject.credential.data.registration = JSON.stringify({ ...stored(subject), createdAt: undefined });
		change({ signingSecret: RECREATED.signingSecret });
		await subject.deactivate();
		expect(secret()).toBe(RECREATED.signingSecret);
		expect(warnings).toEqual([expect.stringMatching(/still points here/)]);
	});

	test('is of no use without its secret, and activation says so', async () => {
		const subject = workflow('subject');
		await subject.activate();
		change(RECREATED);
		await expect(subject.activate()).rejects.toThrow(/already has an integration/);
		expect(secret()).toBe(RECREATED.signingSecret);
	});

	test('is the same one when Jelou writes its date in a different form', async () => {
		const subject = workflow('subject');
		await subject.activate();
		const createdAt = integrationOf(real)?.createdAt ?? '';
		change({ createdAt: createdAt.replace(/\.\d+Z$/, '+00:00') });
		await subject.deactivate();
		expect(url()).toBeUndefined();
	});
});

describe('the secret is stored in the credential,', () => {
	test.each([
		['takes it over', true],
		['finds its own URL there', false],
	])('for another workflow with the same one that %s', async (_name, replace) => {
		await workflow('owner').activate();
		const before = secret();
		const other = workflow('other');
		if (!replace) change({ webhookUrl: other.url });
		await other.activate(replace);
		expect({ url: url(), secret: secret() }).toEqual({ url: other.url, secret: before });
		expect(stored(other)).toMatchObject({ signingSecret: before, isOwner: true });
		expect(warnings).toEqual([]);
	});

	test('also where a workflow takes over what its own test created', async () => {
		const subject = workflow('subject');
		await subject.listen();
		await subject.activate();
		await subject.stopListening();
		expect(stored(subject).signingSecret).toBe(secret());
		expect(url()).toBe(subject.url);
	});

	test('and is not known to another credential of the project', async () => {
		await workflow('owner').activate();
		const before = { url: url(), secret: secret() };
		await expect(workflow('other', '', 'another').activate(true)).rejects.toThrow(
			/this Jelou credential does not know its signing secret: choose the credential that it was created with/,
		);
		expect({ url: url(), secret: secret() }).toEqual(before);
	});

	test('unless n8n cannot store it: no integration is left whose secret nobody knows', async () => {
		const subject = workflow('subject');
		subject.credential.isReadOnly = true;
		await expect(subject.activate()).rejects.toThrow(
			/could not store the signing secret in the Jelou credential/,
		);
		expect(integrationOf(real)).toBeUndefined();
		subject.credential.isReadOnly = false;
		await subject.activate();
		expect(stored(subject).signingSecret).toBe(secret());
	});
});

describe('n8n shows only the message of a refused activation, so it contains the remedy:', () => {
	test('another workflow of this n8n is distinguished from another system', async () => {
		await workflow('neighbour').activate();
		await expect(workflow('subject').activate()).rejects.toThrow(
			'The workflow "neighbour" already receives this project\'s events: unpublish it, turn on Replace Existing Webhook, or use another Jelou project',
		);
		change({ webhookUrl: ELSEWHERE });
		await expect(workflow('subject').activate()).rejects.toThrow(
			/other\.example\.com.*Replace Existing Webhook/,
		);
	});

	test('an error of Jelou says what to do', async () => {
		gateway.spoil('GET', { kind: 'instead', status: 401, body: '{"statusMessage":"failed"}' });
		await expect(workflow('subject').activate()).rejects.toThrow(
			/rejected the API key.*Check API Key and Project ID/,
		);
	});

	test('a project with an integration whose secret is not known', async () => {
		await workflow('neighbour', '', 'a stranger').activate();
		await expect(workflow('subject').activate()).rejects.toThrow(
			/This project already has an integration, and this Jelou credential does not know its signing secret: .+, enter the secret in this one, or delete the integration/,
		);
	});
});
