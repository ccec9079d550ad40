import {
	decideRegister,
	decideUnregister,
	type RefusalReason,
	type RegisterDecision,
	type UnregisterDecision,
	type WebhookState,
} from '../../nodes/Jelou/trigger/registration/decide';
import type { Registration } from '../../nodes/Jelou/shared/registrationStore';

const HERE = 'https://n8n.example.com/webhook/a/webhook';
const TEST = 'https://n8n.example.com/webhook-test/a/webhook';
const MOVED = 'https://old.example.com/webhook/a/webhook';
const NEIGHBOUR = 'https://n8n.example.com/webhook/b/webhook';
const NEIGHBOURS_TEST = 'https://n8n.example.com/webhook-test/b/webhook';
const ELSEWHERE = 'https://other.example.com/hook';
const BORN = '2026-01-01T00:00:00.000Z';
const LATER = '2026-02-02T00:00:00.000Z';

const OWNER: Registration = { signingSecret: 's', createdAt: BORN, webhookUrl: HERE, isOwner: true };
const ENDED: Registration = { ...OWNER, webhookUrl: undefined, previousUrl: undefined };
const MEMORY = { secret: 's', createdAt: BORN };

const at = (webhookUrl: string, createdAt: string | undefined = BORN) => ({ webhookUrl, createdAt });
const session = (restoreUrl: string | undefined, ...listening: string[]): WebhookState['session'] => ({
	restoreUrl,
	createdIn: restoreUrl === undefined ? 'workflow' : undefined,
	listening: new Set(listening),
});

function state(given: Partial<WebhookState>): WebhookState {
	return {
		integration: undefined,
		registration: {},
		session: undefined,
		typedSecret: undefined,
		memory: undefined,
		url: HERE,
		isTest: false,
		replaceExisting: false,
		workflowId: 'workflow',
		creation: undefined,
		...given,
	};
}

const refuse = (reason: RefusalReason, currentUrl: string): RegisterDecision => ({
	action: 'refuse',
	reason,
	currentUrl,
});
const testing = { isTest: true, url: TEST };

const REGISTER: Array<[string, Partial<WebhookState>, RegisterDecision]> = [
	['there is no integration', {}, { action: 'create' }],
	['there is none, though one is kept', { registration: OWNER }, { action: 'create' }],
	['there is none, for a test', testing, { action: 'create' }],
	['ours points here', { integration: at(HERE), registration: OWNER }, { action: 'leave', save: OWNER }],
	[
		'ours of a version that kept no date points here',
		{ integration: at(HERE), registration: { ...OWNER, createdAt: undefined } },
		{ action: 'leave', save: OWNER },
	],
	[
		'ours points to the address from before a move',
		{ integration: at(MOVED), registration: { ...OWNER, webhookUrl: MOVED } },
		{ action: 'pointTo', save: OWNER },
	],
	[
		'ours points to a test URL that a crash left',
		{ integration: at(NEIGHBOURS_TEST), registration: OWNER },
		{ action: 'pointTo', save: OWNER },
	],
	[
		"it points to this trigger's test URL that a crash left, and the secret is typed",
		{ integration: at(TEST), typedSecret: 't' },
		{ action: 'pointTo', save: { webhookUrl: HERE } },
	],
	[
		'it points here, and the secret is typed',
		{ integration: at(HERE), typedSecret: 't' },
		{ action: 'leave', save: { webhookUrl: HERE } },
	],
	[
		'it points here, and the secret is only in memory',
		{ integration: at(HERE), memory: MEMORY },
		{ action: 'leave', save: { webhookUrl: HERE }, note: 'secretInMemoryOnly' },
	],
	[
		'it points here, and nobody knows the secret',
		{ integration: at(HERE) },
		refuse('unknownSecretOfOwnUrl', HERE),
	],
	[
		'it points here, nobody knows the secret, and it is to be replaced',
		{ integration: at(HERE), replaceExisting: true },
		{ action: 'recreate' },
	],
	[
		"a test's URL is there, and nobody knows the secret, though it is to be replaced",
		{ ...testing, integration: at(TEST), replaceExisting: true },
		refuse('unknownSecret', TEST),
	],
	[
		'it points elsewhere, and nobody knows the secret',
		{ integration: at(ELSEWHERE), replaceExisting: true },
		refuse('unknownSecret', ELSEWHERE),
	],
	[
		'it points to another system',
		{ integration: at(ELSEWHERE), typedSecret: 't' },
		refuse('takenByAnotherSystem', ELSEWHERE),
	],
	[
		'it points to another workflow',
		{ integration: at(NEIGHBOUR), memory: MEMORY },
		refuse('takenByAnotherWorkflow', NEIGHBOUR),
	],
	[
		'it points to another system and is to be replaced',
		{ integration: at(ELSEWHERE), typedSecret: 't', replaceExisting: true },
		{ action: 'pointTo', save: { webhookUrl: HERE, previousUrl: ELSEWHERE } },
	],
	[
		"it points to another's test URL and is to be replaced",
		{ integration: at(NEIGHBOURS_TEST), typedSecret: 't', replaceExisting: true },
		{ action: 'pointTo', save: { webhookUrl: HERE, previousUrl: NEIGHBOUR } },
	],
	[
		'the typed secret is not the one kept',
		{ integration: at(HERE), registration: OWNER, typedSecret: 't' },
		refuse('wrongSecret', HERE),
	],
	[
		'the typed secret is not the one kept by a version that kept no date',
		{ integration: at(HERE), registration: { ...OWNER, createdAt: undefined }, typedSecret: 't' },
		{ action: 'leave', save: { ...OWNER, createdAt: undefined }, note: 'doubtfulSecret' },
	],
	[
		'the typed secret is not the one in memory',
		{ integration: at(NEIGHBOUR), memory: MEMORY, typedSecret: 't', replaceExisting: true },
		refuse('wrongSecret', NEIGHBOUR),
	],
	[
		'the typed secret is not the one in memory, of which nothing tells whose it is',
		{ integration: at(HERE), memory: { secret: 's' }, typedSecret: 't' },
		{ action: 'leave', save: { webhookUrl: HERE } },
	],
	[
		'the typed secret is of an integration created since',
		{ integration: at(HERE, LATER), registration: OWNER, memory: MEMORY, typedSecret: 't' },
		{ action: 'leave', save: { webhookUrl: HERE } },
	],
	[
		'an integration was created since, and no secret is typed',
		{ integration: at(HERE, LATER), registration: OWNER, memory: MEMORY },
		refuse('unknownSecretOfOwnUrl', HERE),
	],
	[
		'the date kept has no milliseconds',
		{
			integration: at(HERE, '2026-01-01T00:00:00.000Z'),
			registration: { ...OWNER, createdAt: '2026-01-01T00:00:00Z' },
		},
		{ action: 'leave', save: { ...OWNER, createdAt: '2026-01-01T00:00:00Z' } },
	],
	[
		'the date kept differs by milliseconds',
		{
			integration: at(HERE, '2026-01-01T00:00:00.002Z'),
			registration: { ...OWNER, createdAt: '2026-01-01T00:00:00.001Z' },
		},
		refuse('unknownSecretOfOwnUrl', HERE),
	],
	[
		'the date is in no known form',
		{ integration: at(HERE, 'yesterday'), registration: OWNER },
		{ action: 'leave', save: OWNER },
	],
	[
		'the creation was not answered',
		{ integration: at(HERE), creation: 'unanswered' },
		{ action: 'recreate' },
	],
	[
		'the creation was not answered, but what is there is the one kept',
		{ integration: at(HERE), registration: OWNER, creation: 'unanswered' },
		{ action: 'leave', save: OWNER },
	],
	[
		"the creation was not answered, and somebody else's is there",
		{ integration: at(ELSEWHERE), creation: 'unanswered' },
		refuse('unknownSecret', ELSEWHERE),
	],
	[
		'the creation of a test was not answered',
		{ ...testing, integration: at(TEST), creation: 'unanswered' },
		{ action: 'recreate' },
	],
	[
		'the creation was refused, because another process was quicker',
		{ integration: at(HERE), creation: 'rejected' },
		{ action: 'leave' },
	],
	[
		'a test finds production',
		{ ...testing, integration: at(HERE), memory: MEMORY },
		{
			action: 'pointTo',
			save: { webhookUrl: TEST, previousUrl: HERE, isOwner: false },
			restoreUrl: HERE,
		},
	],
	[
		'a test finds another test, which borrowed from production',
		{ ...testing, integration: at(NEIGHBOURS_TEST), memory: MEMORY, session: session(HERE, NEIGHBOURS_TEST) },
		{
			action: 'pointTo',
			save: { webhookUrl: TEST, previousUrl: HERE, isOwner: false },
			restoreUrl: HERE,
		},
	],
	[
		'a test finds a test URL that a crash left',
		{ ...testing, integration: at(NEIGHBOURS_TEST), memory: MEMORY },
		{
			action: 'pointTo',
			save: { webhookUrl: TEST, previousUrl: NEIGHBOUR, isOwner: false },
			restoreUrl: NEIGHBOUR,
		},
	],
	[
		'production finds a test of this workflow that created it',
		{ integration: at(TEST), memory: MEMORY, session: session(undefined, TEST) },
		{ action: 'pointTo', save: OWNER },
	],
	[
		'production finds a test of another workflow that created it, whose secret is not its own',
		{
			integration: at(NEIGHBOURS_TEST),
			memory: MEMORY,
			session: { ...session(undefined, NEIGHBOURS_TEST), createdIn: 'b' } as WebhookState['session'],
		},
		{ action: 'recreate' },
	],
	[
		'production finds a test that borrowed from it',
		{ integration: at(NEIGHBOURS_TEST), registration: OWNER, session: session(HERE, NEIGHBOURS_TEST) },
		{ action: 'pointTo', save: OWNER },
	],
	[
		'production finds a test that borrowed from another system',
		{ integration: at(NEIGHBOURS_TEST), typedSecret: 't', session: session(ELSEWHERE, NEIGHBOURS_TEST) },
		refuse('takenByAnotherSystem', ELSEWHERE),
	],
];

const UNREGISTER: Array<[string, Partial<WebhookState>, UnregisterDecision]> = [
	['there is no integration, and nothing is kept', {}, { action: 'leave' }],
	['there is none, and a secret is kept', { registration: OWNER }, { action: 'leave', note: 'notFound' }],
	['ours points here', { integration: at(HERE), registration: OWNER }, { action: 'delete' }],
	[
		'ours of a version that kept no date points here',
		{ integration: at(HERE), registration: { ...OWNER, createdAt: undefined } },
		{ action: 'delete' },
	],
	[
		'ours points to the address from before a move',
		{ integration: at(MOVED), registration: { ...OWNER, webhookUrl: MOVED } },
		{ action: 'delete' },
	],
	["somebody else's points here", { integration: at(HERE) }, { action: 'leave', note: 'stays' }],
	['it points elsewhere, and nothing is kept', { integration: at(ELSEWHERE) }, { action: 'leave', save: {} }],
	[
		'it points elsewhere since',
		{ integration: at(ELSEWHERE), registration: { ...OWNER, previousUrl: NEIGHBOUR } },
		{ action: 'leave', save: ENDED },
	],
	[
		'it was taken over',
		{ integration: at(HERE), registration: { webhookUrl: HERE, previousUrl: ELSEWHERE } },
		{ action: 'restore', url: ELSEWHERE, save: {} },
	],
	[
		'it was created again by hand',
		{ integration: at(HERE, LATER), registration: OWNER },
		{ action: 'leave', note: 'anotherIntegration', save: {} },
	],
	[
		'another secret is typed',
		{ integration: at(HERE), registration: OWNER, typedSecret: 't' },
		{ action: 'leave', note: 'anotherSecret' },
	],
	[
		'another secret is typed, and nothing tells whose the kept one is',
		{ integration: at(HERE), registration: { ...OWNER, createdAt: undefined }, typedSecret: 't' },
		{ action: 'leave', note: 'anotherSecret' },
	],
	[
		'the right secret is typed',
		{ integration: at(HERE), registration: OWNER, typedSecret: 's' },
		{ action: 'delete' },
	],
	['its creation was not answered', { integration: at(HERE), creation: 'unanswered' }, { action: 'delete' }],
	[
		"its creation was not answered, and somebody else's is there",
		{ integration: at(ELSEWHERE), creation: 'unanswered' },
		{ action: 'leave', save: {} },
	],
	[
		'a test ends that borrowed from production',
		{ ...testing, integration: at(TEST), registration: { webhookUrl: TEST }, session: session(HERE, TEST) },
		{ action: 'restore', url: HERE, save: {} },
	],
	[
		'a test ends that created it',
		{ ...testing, integration: at(TEST), session: session(undefined, TEST) },
		{ action: 'delete' },
	],
	[
		'a test ends that created it, and another still listens',
		{ ...testing, integration: at(TEST), session: session(undefined, TEST, NEIGHBOURS_TEST) },
		{ action: 'handOver', url: NEIGHBOURS_TEST },
	],
	[
		'a test ends while another has the webhook, of which n8n 1.x hears nothing any more',
		{ ...testing, integration: at(NEIGHBOURS_TEST), session: session(HERE, TEST, NEIGHBOURS_TEST) },
		{ action: 'restore', url: HERE, save: {} },
	],
	[
		'a test ends after production took the webhook',
		{ ...testing, integration: at(HERE), session: session(HERE, TEST) },
		{ action: 'leave', save: {} },
	],
	[
		'production ends while a test has the webhook that it created',
		{ integration: at(NEIGHBOURS_TEST), registration: OWNER, session: session(HERE, NEIGHBOURS_TEST) },
		{ action: 'leaveToTest', restoreUrl: undefined, save: { ...ENDED, isOwner: false } },
	],
	[
		'production ends while a test has the webhook that it took over',
		{
			integration: at(NEIGHBOURS_TEST),
			registration: { webhookUrl: HERE, previousUrl: ELSEWHERE },
			session: session(HERE, NEIGHBOURS_TEST),
		},
		{ action: 'leaveToTest', restoreUrl: ELSEWHERE, save: { isOwner: false } },
	],
	[
		'production ends while a test has the webhook that somebody else created',
		{
			integration: at(NEIGHBOURS_TEST),
			registration: { webhookUrl: HERE },
			session: session(HERE, NEIGHBOURS_TEST),
		},
		{ action: 'leave', note: 'staysAfterTest' },
	],
	[
		'a refused activation ends, and nothing is kept, while a test has a webhook that it created',
		{ integration: at(NEIGHBOURS_TEST), session: session(undefined, NEIGHBOURS_TEST) },
		{ action: 'leave', save: {} },
	],
];

test.each(REGISTER)('registering when %s', (_name, given, decision) => {
	expect(decideRegister(state(given))).toEqual(decision);
});

test.each(UNREGISTER)('unregistering when %s', (_name, given, decision) => {
	expect(decideUnregister(state(given))).toEqual(decision);
});

describe('whatever the state,', () => {
	const URLS = [undefined, HERE, TEST, MOVED, NEIGHBOUR, NEIGHBOURS_TEST, ELSEWHERE];
	const REGISTRATIONS: Registration[] = [
		{},
		OWNER,
		{ ...OWNER, createdAt: undefined },
		{ webhookUrl: HERE, previousUrl: ELSEWHERE },
		{ webhookUrl: MOVED },
	];
	const SESSIONS = [undefined, session(HERE, TEST), session(undefined, TEST, NEIGHBOURS_TEST)];
	const ALL = URLS.flatMap((webhookUrl) =>
		REGISTRATIONS.flatMap((registration) =>
			SESSIONS.flatMap((running) =>
				[undefined, 't', 's'].flatMap((typedSecret) =>
					[testing, { isTest: false, url: HERE }].flatMap((mode) =>
						[true, false].map((replaceExisting) =>
							state({
								...mode,
								registration,
								typedSecret,
								replaceExisting,
								integration: webhookUrl === undefined ? undefined : at(webhookUrl),
								session: running,
							}),
						),
					),
				),
			),
		),
	);

	test('the log says "still points here" only when Jelou does point here', () => {
		const wrong = ALL.filter((each) => {
			const decision = decideUnregister(each);
			if (decision.action !== 'leave' || decision.note === undefined) return false;
			if (decision.note === 'notFound' || decision.note === 'staysAfterTest') return false;
			return ![each.url, each.registration.webhookUrl].includes(each.integration?.webhookUrl);
		});
		expect(wrong).toEqual([]);
	});

	test('only what points here is deleted', () => {
		const wrong = ALL.filter(
			(each) =>
				decideUnregister(each).action === 'delete' &&
				![each.url, each.registration.webhookUrl].includes(each.integration?.webhookUrl),
		);
		expect(wrong).toEqual([]);
	});

	test('a test never replaces production', () => {
		expect(ALL.filter((each) => each.isTest && decideRegister(each).action === 'recreate')).toEqual([]);
	});

	test('no test URL is saved to be put back', () => {
		const saved = ALL.map(decideRegister).map((decision) =>
			'save' in decision ? decision.save?.previousUrl : '',
		);
		expect(saved.filter((url) => url?.includes('/webhook-test/'))).toEqual([]);
	});

	test('nothing of another integration is saved', () => {
		const others = ALL.filter(({ registration }) => registration.createdAt === BORN).map((each) => ({
			...each,
			integration: each.integration && { ...each.integration, createdAt: LATER },
		}));
		const saved = others.flatMap((each) => [decideRegister(each), decideUnregister(each)]);
		expect(saved.filter((decision) => 'save' in decision && decision.save?.signingSecret === 's')).toEqual(
			[],
		);
	});
});
