import {
	decideRegister,
	decideUnregister,
	type RefusalReason,
	type RegisterDecision,
	type UnregisterDecision,
	type WebhookState,
} from '../../nodes/Jelou/trigger/registration/decide';
import type { TriggerStatus } from '../../nodes/Jelou/trigger/registration/memory';
import type { Registration, TriggerName } from '../../nodes/Jelou/shared/registration';

const HERE = 'https://n8n.example.com/webhook/a/webhook';
const TEST = 'https://n8n.example.com/webhook-test/a/webhook';
const MOVED = 'https://old.example.com/webhook/a/webhook';
const NEIGHBOUR = 'https://n8n.example.com/webhook/b/webhook';
const NEIGHBOURS_TEST = 'https://n8n.example.com/webhook-test/b/webhook';
const ELSEWHERE = 'https://other.example.com/hook';
const BORN = '2026-01-01T00:00:00.000Z';
const LATER = '2026-02-02T00:00:00.000Z';

const SELF: TriggerName = {
	workflowId: 'a',
	workflowName: 'Workflow A',
	nodeId: 'node',
	nodeName: 'Jelou Trigger',
};
const OTHER: TriggerName = { ...SELF, workflowId: 'b', workflowName: 'Workflow B' };
const SECOND: TriggerName = { ...SELF, nodeId: 'second', nodeName: 'Jelou Trigger1' };

const own = { url: HERE, trigger: SELF };
const neighbour = { url: NEIGHBOUR, trigger: OTHER };
const elsewhere = { url: ELSEWHERE };

/** The integration that a trigger created, with where it was pointed to. */
const made = (...addresses: Registration['addresses']): Registration => ({
	signingSecret: 's',
	createdAt: BORN,
	isOwner: true,
	addresses,
});
const OWNER = made(own);
const withoutDate = (registration: Registration): Registration => ({ ...registration, createdAt: undefined });

const at = (webhookUrl: string, createdAt: string | undefined = BORN) => ({ webhookUrl, createdAt });
const session = (restoreUrl: string | undefined, ...listening: string[]): WebhookState['session'] => ({
	restoreUrl,
	listening: new Set(listening),
});
const statuses = (url: string, status: TriggerStatus) => ({ statuses: new Map([[url, status]]) });

function state(given: Partial<WebhookState>): WebhookState {
	return {
		integration: undefined,
		registration: { addresses: [] },
		session: undefined,
		typedSecret: undefined,
		url: HERE,
		trigger: SELF,
		statuses: new Map(),
		isTest: false,
		replaceExisting: false,
		creation: undefined,
		...given,
	};
}

const refuse = (reason: RefusalReason, currentUrl: string, holder?: TriggerName): RegisterDecision => ({
	action: 'refuse',
	reason,
	currentUrl,
	...(holder && { holder }),
});
const testing = { isTest: true, url: TEST };

const REGISTER: Array<[string, Partial<WebhookState>, RegisterDecision]> = [
	['there is no integration', {}, { action: 'create' }],
	['there is none, though one is stored', { registration: OWNER }, { action: 'create' }],
	['there is none, for a test', testing, { action: 'create' }],
	['ours points here', { integration: at(HERE), registration: OWNER }, { action: 'leave', save: OWNER }],
	[
		'ours of a version that kept no date points here',
		{ integration: at(HERE), registration: withoutDate(OWNER) },
		{ action: 'leave', save: OWNER },
	],
	[
		'ours points to the address from before a move',
		{ integration: at(MOVED), registration: made({ ...own, url: MOVED }) },
		{ action: 'pointTo', save: OWNER },
	],
	[
		'ours was given the new address by hand after a move, and took over from another system before',
		{ integration: at(HERE), registration: made({ ...own, url: MOVED }, elsewhere) },
		{ action: 'leave', save: made(own, elsewhere) },
	],
	[
		"ours points to a neighbour's test URL that a crash left",
		{ integration: at(NEIGHBOURS_TEST), registration: OWNER },
		{ action: 'pointTo', save: OWNER },
	],
	[
		'a test that crashed had created it',
		{ integration: at(NEIGHBOURS_TEST), registration: made({ url: NEIGHBOURS_TEST, trigger: OTHER }) },
		{ action: 'pointTo', save: OWNER },
	],
	[
		"a test that crashed had borrowed it from another workflow's trigger",
		{ integration: at(TEST), registration: made(neighbour) },
		refuse('takenByAnotherWorkflow', NEIGHBOUR, OTHER),
	],
	[
		"it points to this trigger's test URL that a crash left, and the secret is typed",
		{ integration: at(TEST), typedSecret: 't' },
		{ action: 'pointTo', save: { addresses: [own] } },
	],
	[
		'it points here, and the secret is typed',
		{ integration: at(HERE), typedSecret: 't' },
		{ action: 'leave', save: { addresses: [own] } },
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
		'it points to another workflow of this n8n, which the credential does not know',
		{ integration: at(NEIGHBOUR), typedSecret: 't' },
		refuse('takenByAnotherWorkflow', NEIGHBOUR),
	],
	[
		'it points to another workflow, which the credential knows',
		{ integration: at(NEIGHBOUR), registration: made(neighbour) },
		refuse('takenByAnotherWorkflow', NEIGHBOUR, OTHER),
	],
	[
		'it points to another workflow at the address from before a move',
		{ integration: at(MOVED), registration: made({ ...neighbour, url: MOVED }) },
		refuse('takenByAnotherWorkflow', MOVED, OTHER),
	],
	[
		'it points to another workflow and is to be replaced',
		{ integration: at(NEIGHBOUR), registration: made(neighbour, elsewhere), replaceExisting: true },
		{ action: 'pointTo', save: made(own, neighbour, elsewhere) },
	],
	[
		'it points to another workflow that had replaced this one, and is to be replaced',
		{ integration: at(NEIGHBOUR), registration: made(neighbour, own, elsewhere), replaceExisting: true },
		{ action: 'pointTo', save: made(own, neighbour, elsewhere) },
	],
	[
		'it points to another workflow that was unpublished a moment ago',
		{
			integration: at(NEIGHBOUR),
			registration: made(neighbour, elsewhere),
			...statuses(NEIGHBOUR, 'released'),
		},
		{ action: 'pointTo', save: made(own, elsewhere) },
	],
	[
		'it points to another workflow whose publishing failed',
		{ integration: at(NEIGHBOUR), registration: made(neighbour), ...statuses(NEIGHBOUR, 'failed') },
		refuse('takenByAnotherWorkflow', NEIGHBOUR, OTHER),
	],
	[
		'it points to another trigger of this workflow',
		{ integration: at(NEIGHBOUR), registration: made({ url: NEIGHBOUR, trigger: SECOND }) },
		refuse('takenInThisWorkflow', NEIGHBOUR, SECOND),
	],
	[
		'it points to another trigger of this workflow, which is published, and is to be replaced',
		{
			integration: at(NEIGHBOUR),
			registration: made({ url: NEIGHBOUR, trigger: SECOND }),
			replaceExisting: true,
			...statuses(NEIGHBOUR, 'published'),
		},
		refuse('takenInThisWorkflow', NEIGHBOUR, SECOND),
	],
	[
		'it points to a trigger that this workflow had before n8n was started, and is to be replaced',
		{
			integration: at(NEIGHBOUR),
			registration: made({ url: NEIGHBOUR, trigger: SECOND }),
			replaceExisting: true,
		},
		{ action: 'pointTo', save: made(own, { url: NEIGHBOUR, trigger: SECOND }) },
	],
	[
		'it points to another system and is to be replaced',
		{ integration: at(ELSEWHERE), typedSecret: 't', replaceExisting: true },
		{ action: 'pointTo', save: { addresses: [own, elsewhere] } },
	],
	[
		'another system has taken it since, and is to be replaced',
		{ integration: at(ELSEWHERE), registration: made(own, neighbour), replaceExisting: true },
		{ action: 'pointTo', save: made(own, elsewhere) },
	],
	[
		"it points to another's test URL and is to be replaced",
		{ integration: at(NEIGHBOURS_TEST), typedSecret: 't', replaceExisting: true },
		{ action: 'pointTo', save: { addresses: [own, { url: NEIGHBOUR }] } },
	],
	[
		'the typed secret is not the one stored',
		{ integration: at(HERE), registration: OWNER, typedSecret: 't' },
		refuse('wrongSecret', HERE),
	],
	[
		'the typed secret is not the one stored without a date',
		{ integration: at(HERE), registration: withoutDate(OWNER), typedSecret: 't' },
		{ action: 'leave', save: withoutDate(OWNER), line: 'doubtfulSecret' },
	],
	[
		'the typed secret is not the one stored, whose date differs a little',
		{ integration: at(HERE, '2026-01-01T00:00:03.000Z'), registration: OWNER, typedSecret: 't' },
		{ action: 'leave', save: OWNER, line: 'doubtfulSecret' },
	],
	[
		'the typed secret is of an integration created since',
		{ integration: at(HERE, LATER), registration: OWNER, typedSecret: 't' },
		{ action: 'leave', save: { addresses: [own] } },
	],
	[
		'an integration was created since, and no secret is typed',
		{ integration: at(HERE, LATER), registration: OWNER },
		refuse('unknownSecretOfOwnUrl', HERE),
	],
	...(
		[
			['has no milliseconds', '2026-01-01T00:00:00Z'],
			['differs by milliseconds', '2026-01-01T00:00:00.003Z'],
			['differs by ten seconds', '2026-01-01T00:00:10.000Z'],
			['is earlier by ten seconds', '2025-12-31T23:59:50.000Z'],
			['is in another zone', '2025-12-31T19:00:00-05:00'],
			['is in no known form', 'yesterday'],
		] as const
	).map(([how, createdAt]): (typeof REGISTER)[number] => [
		`the date stored ${how}`,
		{ integration: at(HERE), registration: { ...OWNER, createdAt } },
		{ action: 'leave', save: { ...OWNER, createdAt } },
	]),
	[
		'the date stored differs by more than ten seconds',
		{ integration: at(HERE), registration: { ...OWNER, createdAt: '2026-01-01T00:00:10.001Z' } },
		refuse('unknownSecretOfOwnUrl', HERE),
	],
	[
		'the creation was not answered',
		{ integration: at(HERE), creation: 'unanswered' },
		{ action: 'recreate' },
	],
	[
		'the creation was not answered, but what is there is the one stored',
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
		{ ...testing, integration: at(HERE), registration: OWNER },
		{ action: 'pointTo', restoreUrl: HERE },
	],
	[
		'a test finds another system',
		{ ...testing, integration: at(ELSEWHERE), registration: OWNER },
		{ action: 'pointTo', restoreUrl: ELSEWHERE, save: made(elsewhere) },
	],
	[
		'a test finds another test, which borrowed from production',
		{
			...testing,
			integration: at(NEIGHBOURS_TEST),
			registration: OWNER,
			session: session(HERE, NEIGHBOURS_TEST),
		},
		{ action: 'pointTo', restoreUrl: HERE },
	],
	[
		'a test finds a test URL that a crash left, of which nothing is stored',
		{ ...testing, integration: at(NEIGHBOURS_TEST), typedSecret: 't' },
		{ action: 'pointTo', restoreUrl: NEIGHBOUR, save: { addresses: [{ url: NEIGHBOUR }] } },
	],
	[
		'a test finds a test URL that a crash left, which borrowed from production',
		{ ...testing, integration: at(NEIGHBOURS_TEST), registration: OWNER },
		{ action: 'pointTo', restoreUrl: HERE },
	],
	[
		'production finds a test that created it',
		{
			integration: at(TEST),
			registration: made({ url: TEST, trigger: SELF }),
			session: session(undefined, TEST),
		},
		{ action: 'pointTo', save: OWNER },
	],
	[
		'production finds a test of another workflow that created it',
		{
			integration: at(NEIGHBOURS_TEST),
			registration: made({ url: NEIGHBOURS_TEST, trigger: OTHER }),
			session: session(undefined, NEIGHBOURS_TEST),
		},
		{ action: 'pointTo', save: OWNER },
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
	['there is no integration, and nothing is stored', {}, { action: 'leave' }],
	['there is none, and a secret is stored', { registration: OWNER }, { action: 'leave', line: 'notFound' }],
	['ours points here', { integration: at(HERE), registration: OWNER }, { action: 'delete' }],
	[
		'ours of a version that kept no date points here',
		{ integration: at(HERE), registration: withoutDate(OWNER) },
		{ action: 'delete' },
	],
	[
		'ours points to the address from before a move',
		{ integration: at(MOVED), registration: made({ ...own, url: MOVED }) },
		{ action: 'delete' },
	],
	["somebody else's points here", { integration: at(HERE) }, { action: 'leave', line: 'stays' }],
	[
		'it points elsewhere, and nothing is stored',
		{ integration: at(ELSEWHERE) },
		{ action: 'leave', save: { addresses: [] } },
	],
	[
		'it points elsewhere since',
		{ integration: at(ELSEWHERE), registration: made(own, neighbour) },
		{ action: 'leave', save: made(neighbour) },
	],
	[
		'another workflow has replaced it',
		{ integration: at(NEIGHBOUR), registration: made(neighbour, own, elsewhere) },
		{ action: 'leave', save: made(neighbour, elsewhere) },
	],
	[
		'it was taken over',
		{ integration: at(HERE), registration: { addresses: [own, elsewhere] } },
		{ action: 'restore', url: ELSEWHERE, save: { addresses: [elsewhere] } },
	],
	[
		'it was taken over from another workflow that had taken it over',
		{ integration: at(HERE), registration: made(own, neighbour, elsewhere) },
		{ action: 'restore', url: NEIGHBOUR, save: made(neighbour, elsewhere) },
	],
	[
		'it was created again by hand',
		{ integration: at(HERE, LATER), registration: OWNER },
		{ action: 'leave', line: 'anotherIntegration', save: { addresses: [] } },
	],
	[
		'another secret is typed',
		{ integration: at(HERE), registration: OWNER, typedSecret: 't' },
		{ action: 'leave', line: 'anotherSecret' },
	],
	[
		'another secret is typed, and nothing tells whose the stored one is',
		{ integration: at(HERE), registration: withoutDate(OWNER), typedSecret: 't' },
		{ action: 'leave', line: 'anotherSecret' },
	],
	[
		'another secret is typed, and the date differs a little',
		{ integration: at(HERE, '2026-01-01T00:00:03.000Z'), registration: OWNER, typedSecret: 't' },
		{ action: 'leave', line: 'anotherSecret' },
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
		{ action: 'leave', save: { addresses: [] } },
	],
	[
		'a test ends that borrowed from production',
		{ ...testing, integration: at(TEST), registration: OWNER, session: session(HERE, TEST) },
		{ action: 'restore', url: HERE },
	],
	[
		'a test ends that another process began, and borrowed from production',
		{ ...testing, integration: at(TEST), registration: OWNER },
		{ action: 'restore', url: HERE },
	],
	[
		'a test ends that another process began, and borrowed from another system',
		{ ...testing, integration: at(TEST), registration: { addresses: [elsewhere] } },
		{ action: 'restore', url: ELSEWHERE },
	],
	[
		'a test ends that created it',
		{ ...testing, integration: at(TEST), session: session(undefined, TEST) },
		{ action: 'delete' },
	],
	[
		'a test ends that another process began, and that created it',
		{ ...testing, integration: at(TEST), registration: made({ url: TEST, trigger: SELF }) },
		{ action: 'delete' },
	],
	[
		'a test ends of which nothing is known',
		{ ...testing, integration: at(TEST) },
		{ action: 'leave', line: 'stays' },
	],
	[
		'a test ends that created it, and another still listens',
		{
			...testing,
			integration: at(TEST),
			registration: made({ url: TEST, trigger: SELF }),
			session: session(undefined, TEST, NEIGHBOURS_TEST),
		},
		{ action: 'restore', url: NEIGHBOURS_TEST, save: made({ url: NEIGHBOURS_TEST }) },
	],
	[
		'a test ends while another has the webhook, of which n8n 1.x hears nothing any more',
		{ ...testing, integration: at(NEIGHBOURS_TEST), session: session(HERE, TEST, NEIGHBOURS_TEST) },
		{ action: 'restore', url: HERE },
	],
	[
		'a test ends after production took the webhook',
		{ ...testing, integration: at(HERE), registration: OWNER, session: session(HERE, TEST) },
		{ action: 'leave' },
	],
	[
		'a test ends after its integration was created again by hand',
		{
			...testing,
			integration: at(TEST, LATER),
			registration: made({ url: TEST, trigger: SELF }),
			session: session(undefined, TEST),
		},
		{ action: 'leave', line: 'anotherIntegration' },
	],
	[
		'production ends while a test has the webhook that it created',
		{ integration: at(NEIGHBOURS_TEST), registration: OWNER, session: session(HERE, NEIGHBOURS_TEST) },
		{ action: 'leaveToTest', restoreUrl: undefined, save: made() },
	],
	[
		'production ends while a test has the webhook that it took over',
		{
			integration: at(NEIGHBOURS_TEST),
			registration: { addresses: [own, elsewhere] },
			session: session(HERE, NEIGHBOURS_TEST),
		},
		{ action: 'leaveToTest', restoreUrl: ELSEWHERE, save: { addresses: [elsewhere] } },
	],
	[
		'production ends while a test has the webhook that somebody else created',
		{
			integration: at(NEIGHBOURS_TEST),
			registration: { addresses: [own] },
			session: session(HERE, NEIGHBOURS_TEST),
		},
		{ action: 'leave', line: 'staysAfterTest' },
	],
	[
		'a refused activation ends, and nothing is stored, while a test has a webhook that it created',
		{ integration: at(NEIGHBOURS_TEST), session: session(undefined, NEIGHBOURS_TEST) },
		{ action: 'leave', save: { addresses: [] } },
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
		{ addresses: [] },
		OWNER,
		withoutDate(OWNER),
		{ addresses: [own, elsewhere] },
		{ addresses: [{ ...own, url: MOVED }] },
		made(neighbour, own),
		made({ url: NEIGHBOURS_TEST, trigger: OTHER }),
	];
	const STATUSES = [undefined, statuses(NEIGHBOUR, 'released'), statuses(HERE, 'published')];
	/** Where the integration points to that this trigger, or its test, may take away. */
	const isOwnUrl = ({ integration, registration, trigger, url }: WebhookState) =>
		[url, registration.addresses.find((each) => each.trigger === trigger)?.url].includes(
			integration?.webhookUrl,
		);
	const SESSIONS = [undefined, session(HERE, TEST), session(undefined, TEST, NEIGHBOURS_TEST)];
	const ALL = URLS.flatMap((webhookUrl) =>
		REGISTRATIONS.flatMap((registration) =>
			SESSIONS.flatMap((running) =>
				[undefined, 't', 's'].flatMap((typedSecret) =>
					[testing, { isTest: false, url: HERE }].flatMap((mode) =>
						[true, false].flatMap((replaceExisting) =>
							STATUSES.map((status) =>
								state({
									...mode,
									...status,
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
		),
	);

	test('the log says "still points here" only when Jelou does point here', () => {
		const wrong = ALL.filter((each) => {
			const decision = decideUnregister(each);
			if (decision.action !== 'leave' || decision.line === undefined) return false;
			if (decision.line === 'notFound' || decision.line === 'staysAfterTest') return false;
			return !isOwnUrl(each);
		});
		expect(wrong).toEqual([]);
	});

	test('only what points here is deleted', () => {
		const wrong = ALL.filter((each) => decideUnregister(each).action === 'delete' && !isOwnUrl(each));
		expect(wrong).toEqual([]);
	});

	test('a test never replaces production', () => {
		expect(ALL.filter((each) => each.isTest && decideRegister(each).action === 'recreate')).toEqual([]);
	});

	test('no test URL is saved to be put back', () => {
		const saved = ALL.map(decideRegister).map((decision) =>
			'save' in decision ? (decision.save?.addresses ?? []) : [],
		);
		expect(saved.filter(([, next]) => next?.url.includes('/webhook-test/'))).toEqual([]);
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
