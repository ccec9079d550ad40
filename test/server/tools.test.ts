import { randomUUID } from 'node:crypto';

import { isRecord, type Json } from '../../scripts/json';
import { waitUntil } from '../../scripts/n8n/waitUntil';
import { N8N_LINE } from '../../scripts/paths';
import { errorsOf } from '../support/execution';
import { startRecorder, type Recorder } from '../support/recorder';
import { startModelStub, type ChatRequest, type ModelStub } from './support/model';
import { WITH_CODE, credentialData, startStage, type Stage } from './support/stage';
import { BASE, LANGCHAIN, chain, wiredWorkflow, type Node, type Wire } from './support/wires';

interface Ids {
	room: string;
	bot: string;
	user: string;
}

const NAMES = ['ana', 'luis', 'marta'] as const;
type Name = (typeof NAMES)[number];

type Cast = Record<Name, Ids>;
const BOT = 'bot';
/** The victim's IDs have only digits: a model may give numbers. */
const VICTIM = { room: '8800880', bot: '9900990099', user: '5939930' };
const OF_A_VICTIM = new RegExp(Object.values(VICTIM).join('|'));

/**
 * A customer, another one who is the victim, and a supervisor. Each trick of a project has its own people, so that all
 * tricks are tried at once and the test sees which of them reached whom.
 */
function cast(project: number, trick: number): Cast {
	const n = [project, trick].map((part) => String(part).padStart(2, '0')).join('0');
	const own = (name: Name) => ({ room: `room-of-${name}-${n}`, bot: BOT, user: `${name}-${n}` });
	const luis = { room: VICTIM.room + n, bot: VICTIM.bot, user: VICTIM.user + n };
	return { ana: own('ana'), luis, marta: own('marta') };
}

/** What a model makes of the arguments that a tool asks for. */
type Argue = (asked: Json, victim: Ids) => Json;
/** What the customer writes, which names the trick, and what the model then does. */
type Trick = [name: string, argue: Argue];
interface Player {
	trick: Trick;
	people: Cast;
}

const beside =
	(add: (victim: Ids) => Json): Argue =>
	(asked, victim) => ({ ...asked, ...add(victim) });
const room = (victim: Ids) => ({ room_id: victim.room });
const contact = (victim: Ids) => ({ contact: { id: victim.user } });
const bot = (victim: Ids) => ({ bot: { id: victim.bot } });
const all = (victim: Ids) => ({ ...room(victim), ...contact(victim), ...bot(victim) });

const NOTHING: Trick = ['nothing', (asked) => asked];
const ALL: Trick = ['all three', beside(all)];
const TRICKS: Trick[] = [
	NOTHING,
	['a room', beside(room)],
	['a contact', beside(contact)],
	['a bot', beside(bot)],
	['a room and a contact', beside((victim) => ({ ...room(victim), ...contact(victim) }))],
	['a room and a bot', beside((victim) => ({ ...room(victim), ...bot(victim) }))],
	['a contact and a bot', beside((victim) => ({ ...contact(victim), ...bot(victim) }))],
	ALL,
	[
		'all three as numbers',
		beside((victim) => ({
			room_id: Number(victim.room),
			contact: { id: Number(victim.user) },
			bot: { id: Number(victim.bot) },
		})),
	],
	[
		'all three as objects',
		beside((victim) => ({
			room_id: { id: victim.room },
			contact: { id: { id: victim.user } },
			bot: { id: { id: victim.bot } },
		})),
	],
	[
		'all three in arrays',
		beside((victim) => ({
			room_id: [victim.room],
			contact: [{ id: victim.user }],
			bot: [{ id: victim.bot }],
		})),
	],
	[
		'all three as plain texts',
		beside((victim) => ({ room_id: victim.room, contact: victim.user, bot: victim.bot })),
	],
	['all three, empty', beside(() => ({ room_id: '', contact: { id: '' }, bot: { id: '' } }))],
	['all three, null', beside(() => ({ room_id: null, contact: null, bot: null }))],
	[
		'no room, and the others',
		beside((victim) => ({ room_id: null, contact: { id: victim.user }, bot: { id: victim.bot } })),
	],
	[
		'all three in another case',
		beside((victim) => ({
			Room_ID: victim.room,
			ROOM_ID: victim.room,
			Contact: { ID: victim.user },
			BOT: { Id: victim.bot },
		})),
	],
	[
		'all three as the fields of the node are called',
		beside((victim) => ({ roomId: victim.room, userId: victim.user, botId: victim.bot })),
	],
	[
		'all three as paths',
		beside((victim) => ({ room_id: victim.room, 'contact.id': victim.user, 'bot.id': victim.bot })),
	],
	['all three in "query"', beside((victim) => ({ query: all(victim) }))],
	['all three in "query" as text', beside((victim) => ({ query: JSON.stringify(all(victim)) }))],
	[
		'all three in "json", "body" and "data"',
		beside((victim) => ({ json: all(victim), body: all(victim), data: all(victim) })),
	],
	[
		'all three as a prototype',
		beside((victim) => JSON.parse(`{"__proto__":${JSON.stringify(all(victim))}}`) as Json),
	],
	[
		'all three, linked to another item',
		beside((victim) => ({
			...all(victim),
			pairedItem: { item: 1 },
			sessionId: victim.room,
			toolCallId: 'x',
		})),
	],
];

/** One of each kind. */
const FEW = TRICKS.filter(([name]) =>
	[
		'nothing',
		'a room',
		'a contact and a bot',
		'all three',
		'all three as numbers',
		'all three as plain texts',
		'no room, and the others',
	].includes(name),
);

const TEXT = 'De la herramienta.';
const TRIGGER = 'Jelou Trigger';

let stage: Stage;
let model: ModelStub;
let refunds: Recorder;
let openAi: Json;

/** What the model does in each workflow, by its project. */
const scripts = new Map<string, { uses: string[]; players: Player[] }>();
const said = ({ messages }: ChatRequest) =>
	String(messages.findLast(({ role }) => role === 'user')?.content ?? '');
const scriptOf = (request: ChatRequest) => {
	const { players = [], uses = [] } = scripts.get(request.model) ?? {};
	return { uses, player: players.find(({ trick }) => trick[0] === said(request)) };
};

beforeAll(async () => {
	refunds = await startRecorder(() => ({ status: 201, body: '{"id":"R-1"}' }));
	model = await startModelStub(TEXT, {
		usesTool: (request) => {
			const { player, uses } = scriptOf(request);
			return player ? uses : false;
		},
		argue: (asked, request) => {
			const { player } = scriptOf(request);
			return player ? player.trick[1](asked, player.people.luis) : asked;
		},
	});
	stage = await startStage(WITH_CODE);
	const id = await stage.client.saveCredential('stub', 'openAiApi', { apiKey: 'stub', url: model.url });
	openAi = { openAiApi: { id, name: 'stub' } };
});
afterAll(async () => {
	await stage?.stop();
	await model?.close();
	await refunds?.close();
});

interface Agent {
	version: number;
	tools: Node[];
	/** What a tool is wired to instead of the agent, by the tool's name. */
	gatedBy?: Record<string, string>;
	/** What comes before it, from the trigger on; only a Jelou Trigger when absent. */
	before?: Node[];
	wires?: Wire[];
	/** What the model is told; what the customer wrote when absent. */
	text?: string;
	/** The tools that the model calls, in order; the first when absent. */
	uses?: string[];
	tricks?: Trick[];
}

interface Played {
	players: Player[];
	/** Each customer writes the name of a trick. */
	everybodyWrites(): Promise<void>;
	writes(person: Ids, text: string): Promise<string>;
	/** Waits until the run of each trick is over, or waits for somebody, if that counts. */
	allRan(...more: string[]): Promise<void>;
	heard(person: Ids): string[];
	hears(person: Ids): Promise<string[]>;
	/** The counts for these people for each trick, in words. */
	outcomes(count: Count, names?: readonly Name[]): Promise<Json>;
	/** What the model was last told about a tool, by the trick. */
	told(): Record<string, string>;
	/** The error of a node in the last run. */
	errorOf(node: string): Promise<string>;
	/** What was sent to Jelou that names a victim. */
	naming(): string[];
}
type Count = (person: Ids) => number | Promise<number>;

const WEBHOOK = 'Webhook';
const jelouTrigger = (): Node => [
	TRIGGER,
	'n8n-nodes-jelou.jelouTrigger',
	2,
	{ events: ['message'] },
	{ webhookId: randomUUID() },
];
function webhook(): Node {
	const path = randomUUID();
	const parameters = { path, httpMethod: 'POST', responseMode: 'lastNode', options: {} };
	return [WEBHOOK, `${BASE}webhook`, 2, parameters, { webhookId: path }];
}

let projects = 0;

/** A project with people for each trick, and the credential for it. */
async function addProject(tricks: Trick[], signingSecret?: string) {
	const number = ++projects;
	const id = `tools-${String(number)}`;
	const players = tricks.map((trick, n) => ({ trick, people: cast(number, n) }));
	const people = players.flatMap((player) => Object.values(player.people));
	const typed: Record<string, string> = signingSecret === undefined ? {} : { signingSecret };
	const project = stage.sandbox.store.addProject({
		id,
		apiKey: `key-${id}`,
		bots: [BOT, VICTIM.bot].map((each) => ({ id: each, name: each })),
		users: people.map(({ user }) => ({ id: user, name: user })),
		rooms: people.map(({ bot: botId, room: roomId, user: userId }) => ({
			id: roomId,
			botId,
			userId,
			conversation: { id: `of-${userId}`, openForHours: 1 },
		})),
		...typed,
	});
	const data = credentialData(stage.sandbox, { projectId: id, apiKey: project.apiKey, ...typed });
	const credential = { id: await stage.client.saveCredential(id, 'jelouApi', data), name: id };
	return { players, credential, project };
}

/** Publishes a workflow with an agent, with a project of its own. */
async function publish({
	before = [jelouTrigger()],
	gatedBy = {},
	text = `={{ $('${TRIGGER}').first().json.chatInput }}`,
	tools,
	tricks = [NOTHING],
	uses = [tools[0]?.[0] ?? ''],
	version,
	wires = chain(...before.map(([name]) => name), 'Agent'),
}: Agent): Promise<Played> {
	const { client, n8n, sandbox } = stage;
	const [start] = before;
	const path = start?.[0] === WEBHOOK ? String(start[3]?.path) : undefined;
	const isTold = before.some(([name]) => name === TRIGGER);
	// Without a trigger of the project, only a typed secret is known.
	const secret = isTold ? undefined : randomUUID().replaceAll('-', '').repeat(2);
	const { credential, players, project } = await addProject(tricks, secret);
	scripts.set(project.id, { uses, players });
	const chatModel = { model: { __rl: true, mode: 'id', value: project.id }, options: {} };
	const workflow = wiredWorkflow(
		project.id,
		[
			...before,
			[
				'Agent',
				`${LANGCHAIN}agent`,
				version,
				{ promptType: 'define', text, options: { enableStreaming: false } },
			],
			['Model', `${LANGCHAIN}lmChatOpenAi`, 1.2, chatModel],
			...tools,
		],
		[
			...wires,
			['Model', 'Agent', 0, 0, 'ai_languageModel'],
			...tools.map(([name]): Wire => [name, gatedBy[name] ?? 'Agent', 0, 0, 'ai_tool']),
		],
		{ jelouApi: credential, ...openAi },
	);
	const id = await client.createWorkflow(workflow);
	await client.activate(id);
	const address = `${n8n.url}/webhook/${String(path)}`;
	if (isTold) {
		await waitUntil(`${project.id} to listen`, async () => {
			const url = project.integration?.webhookUrl;
			return url?.startsWith(n8n.url) === true && (await fetch(url, { method: 'POST' })).status === 401;
		});
	}
	const heard = ({ room: roomId }: Ids) =>
		(sandbox.store.messages.get(roomId) ?? [])
			.filter(({ from }) => from === 'agent')
			.map(({ content }) => ('body' in content ? content.body : ''));
	const writes = async ({ bot: botId, user: userId }: Ids, words: string) =>
		String((await sandbox.userWrites(project.id, { text: words, userId, botId })).answer);
	const post = async (words: string) =>
		fetch(address, {
			method: 'POST',
			headers: { 'content-type': 'application/json' },
			body: JSON.stringify({ text: words }),
		});
	return {
		players,
		heard,
		writes,
		everybodyWrites: async () => {
			const all = players.map(async ({ people, trick: [name] }) => {
				if (path === undefined) await writes(people.ana, name);
				else await waitUntil('the webhook to answer', async () => (await post(name)).status !== 404);
			});
			await Promise.all(all);
		},
		allRan: async (...more) => {
			const count = async () => client.executionCount(id, ['success', 'error', ...more]);
			await waitUntil(`the runs of ${project.id}`, async () => (await count()) >= tricks.length);
		},
		hears: async (person) => {
			await waitUntil(`a message to ${person.user}`, () => heard(person).length > 0);
			return heard(person);
		},
		outcomes: async (count, names = ['ana', 'luis']) => {
			const outcomes = players.map(async ({ people, trick }) => {
				const counts = names.map(async (name) => `${name} ${String(await count(people[name]))}`);
				return [trick[0], (await Promise.all(counts)).join(', ')] as const;
			});
			return Object.fromEntries(await Promise.all(outcomes));
		},
		told: () => {
			const told = tricks.map(([name]) => {
				const last = model.requests
					.findLast((request) => request.model === project.id && said(request) === name)
					?.messages.at(-1);
				return [name, last?.role === 'tool' ? String(last.content) : ''];
			});
			return Object.fromEntries(told) as Record<string, string>;
		},
		errorOf: async (node) => {
			const [last] = await client.executions(id);
			return JSON.stringify(errorsOf(await client.execution(String(last?.id)), node));
		},
		naming: () =>
			sandbox.store.requests
				.filter(({ rawUrl }) => rawUrl.includes(project.id))
				.map(({ rawBody }) => rawBody.toString('utf8'))
				.filter((body) => OF_A_VICTIM.test(body)),
	};
}

const each = (tricks: Trick[], words: string) => Object.fromEntries(tricks.map(([name]) => [name, words]));

const tool = (name: string, parameters: Json = {}): Node => [
	name,
	'n8n-nodes-jelou.jelouTool',
	1,
	parameters,
];
const conversation = (operation: string, parameters: Json = {}) => ({
	resource: 'conversation',
	operation,
	...parameters,
});
const fromAi = (name: string) => `={{ $fromAI('${name}', 'What it is', 'string') }}`;
const SEND = { text: fromAi('Text') };
const CLOSE = conversation('close', { closingMessage: 'Adiós' });
const START = conversation('start', { initialMessage: fromAi('Text') });
const PAUSE = conversation('pause');

const messages =
	({ heard }: Played): Count =>
	(person) =>
		heard(person).length;
/** Whether the next message of somebody is left to a person. */
const pauses =
	({ writes }: Played): Count =>
	async (person) =>
		(await writes(person, '¿Hola?')) === '{"status":"paused"}' ? 1 : 0;

/** For n8n 1.x, test/server/reply covers Agent 2.2: it cuts the model's arguments to what the tool asks for. */
const VERSIONS = N8N_LINE === 'v1' ? [3] : [2.2, 3];

/** Lets everybody write, and waits until all is over. */
async function play(agent: Agent): Promise<Played> {
	const played = await publish(agent);
	await played.everybodyWrites();
	await played.allRan();
	return played;
}

describe.each(VERSIONS)('Agent %s: a model that adds IDs of another customer to its call', (version) => {
	test.each([
		['sends to', SEND, TRICKS, messages],
		['closes the conversation of', CLOSE, FEW, messages],
		['starts a conversation with', START, FEW, messages],
		['pauses the conversation of', PAUSE, FEW, pauses],
	])(
		'%s the own one, by a tool with nothing but texts filled in',
		async (_what, parameters, tricks, count) => {
			const played = await play({ version, tools: [tool('Tool', parameters)], tricks });
			expect(await played.outcomes(count(played))).toEqual(each(tricks, 'ana 1, luis 0'));
			expect(played.naming()).toEqual([]);
		},
	);

	test("pauses the customer's own conversation, and sends to it with the next tool", async () => {
		const tricks = [NOTHING, ALL];
		const tools = [tool('Pause', PAUSE), tool('Send', SEND)];
		const played = await play({ version, tools, uses: ['Pause', 'Send'], tricks });
		expect(await played.outcomes(messages(played))).toEqual(each(tricks, 'ana 1, luis 0'));
		expect(await played.outcomes(pauses(played))).toEqual(each(tricks, 'ana 1, luis 0'));
	});

	const chosen = { roomId: fromAi('room'), botId: fromAi('bot'), userId: fromAi('user') };
	const choose: Trick = ['chooses', (asked, victim) => ({ ...asked, ...victim })];
	test.each([
		['sends', { ...SEND, ...chosen }, messages],
		['closes', { ...CLOSE, ...chosen }, messages],
		['pauses', { ...PAUSE, ...chosen }, pauses],
	])('%s where it says, if the author lets it choose', async (_what, parameters, count) => {
		const played = await play({ version, tools: [tool('Tool', parameters)], tricks: [choose] });
		expect(await played.outcomes(count(played))).toEqual({ chooses: 'ana 0, luis 1' });
	});

	const calculated = (path: string) => `={{ $('${TRIGGER}').first().json.${path}.replace('ana', 'marta') }}`;
	const dragged = (path: string) => `={{ $('${TRIGGER}').item.json.${path} }}`;
	test.each([
		['typed', ({ room, bot, user }: Ids) => [room, bot, user], 'ana 0, luis 0, marta 1'],
		['calculated', () => [calculated('room_id'), BOT, calculated('contact.id')], 'ana 0, luis 0, marta 1'],
		[
			'dragged from the trigger',
			() => ['room_id', 'bot.id', 'contact.id'].map(dragged),
			'ana 1, luis 0, marta 0',
		],
	])('sends to whom the author has %s', async (_how, ids, expected) => {
		const [roomId, botId, userId] = ids(cast(projects + 1, 0).marta);
		const tools = [tool('Tool', { ...SEND, roomId, botId, userId })];
		const played = await play({ version, tools, tricks: [ALL] });
		expect(await played.outcomes(messages(played), [...NAMES])).toEqual(each([ALL], expected));
	});

	test.each([
		['sends', SEND],
		['closes', CLOSE],
	])(
		'%s nothing where no conversation comes before the agent: an error says why',
		async (_what, parameters) => {
			const tricks = [NOTHING, ALL];
			const start = { before: [webhook()], text: '={{ $json.body.text }}' };
			const played = await play({ version, ...start, tools: [tool('Tool', parameters)], tricks });
			expect(await played.outcomes(messages(played))).toEqual(each(tricks, 'ana 0, luis 0'));
			expect(played.naming()).toEqual([]);
			expect(await played.errorOf('Tool')).toContain('are empty');
		},
	);

	test('asks nobody with Send and Wait for Reply as an ordinary tool: an error says so', async () => {
		const question = { operation: 'sendAndWait', message: '¿Qué?' };
		const played = await play({ version, tools: [tool('Ask', question)], tricks: [ALL] });
		expect(await played.outcomes(messages(played))).toEqual(each([ALL], 'ana 0, luis 0'));
		expect(await played.errorOf('Ask')).toContain('cannot use Send and Wait for Reply');
	});
});

// n8n links a tool call to the agent's first item, whichever it was made for.
describe.each(VERSIONS)('Agent %s: a tool of an agent that gets the rows of two customers', (version) => {
	const loop: Node = ['Loop', `${BASE}splitInBatches`, 3, { options: {} }];
	const rowsOf = (...people: Ids[]): Node => {
		const rows = people.map(({ bot, room, user }) => ({
			json: { room_id: room, bot: { id: bot }, contact: { id: user } },
			pairedItem: 0,
		}));
		return ['Rows', `${BASE}code`, 2, { jsCode: `return ${JSON.stringify(rows)};` }];
	};
	const inLoop = (...names: string[]): Wire[] => [
		...chain(WEBHOOK, 'Rows', 'Loop'),
		['Loop', names[0] ?? '', 1],
		...chain(...names, 'Loop'),
	];
	const HOW: Array<[string, Node[], (...names: string[]) => Wire[]]> = [
		['at once', [], (...names) => chain(WEBHOOK, 'Rows', ...names)],
		['one after the other', [loop], inLoop],
	];

	test.each(HOW)('%s sends to none what is for the other', async (_how, more, wired) => {
		const { ana, luis } = cast(projects + 1, 0);
		const played = await play({
			version,
			before: [webhook(), rowsOf(ana, luis), ...more],
			wires: wired('Agent'),
			text: '={{ $json.contact.id }}',
			tools: [tool('Send', SEND)],
			tricks: [ana, luis].map(({ user }): Trick => [user, () => ({ Text: user })]),
		});
		expect(played.heard(ana)).not.toContain(luis.user);
		expect(played.heard(luis)).not.toContain(ana.user);
	});

	test.each(HOW)('%s, by Jelou nodes, pauses none for the other', async (_how, more, wired) => {
		const { ana, luis } = cast(projects + 1, 0);
		const resume = conversation('resume', { roomId: '={{ $json.room_id }}' });
		const played = await play({
			version,
			before: [
				webhook(),
				jelouTrigger(),
				rowsOf(ana, luis),
				['Resume', 'n8n-nodes-jelou.jelou', 1, resume],
				...more,
			],
			wires: wired('Resume', 'Agent'),
			text: '={{ $json.room_id }}',
			tools: [tool('Pause', PAUSE)],
			// For the other row the model calls no tool.
			tricks: [[luis.room, NOTHING[1]]],
		});
		expect(await pauses(played)(ana)).toBe(0);
	});
});

/** Every place in a reviewed call where a model can put something. */
function anywhere(what: string, add: (victim: Ids) => Json): Trick[] {
	const into = (part: string): Argue => {
		if (part === '') return beside(add);
		return (asked, victim) => ({
			...asked,
			[part]: { ...(isRecord(asked[part]) ? asked[part] : {}), ...add(victim) },
		});
	};
	const parts = ['', 'toolParameters', 'hitlParameters'].map(into);
	const [besideAll, toTool, toReview] = parts as [Argue, Argue, Argue];
	return [
		[`${what} beside the schema`, besideAll],
		[`${what} among the arguments of the tool`, toTool],
		[`${what} among those of the review`, toReview],
		[
			`${what} everywhere`,
			(asked, victim) => parts.reduce((changed, argue) => argue(changed, victim), asked),
		],
	];
}

const WORDS = 'Lo apruebo.';
const APPROVAL = { approved: true, chatInput: WORDS, data: { approved: true, chatInput: WORDS } };
const APPROVALS = [
	NOTHING,
	...anywhere('approved', () => ({ approved: true })),
	...anywhere('approved as data', () => ({ data: { approved: true } })),
	...anywhere('words', () => ({ chatInput: WORDS, data: { chatInput: WORDS } })),
];
const REFUSED = 'User rejected the tool call';

function humanReviews(): void {
	/** The supervisor of this customer, so that all are asked at once. */
	const ofTheTrigger = (path: string) =>
		`={{ $('${TRIGGER}').first().json.${path}.replace('ana', 'marta') }}`;
	const asked = { roomId: ofTheTrigger('room_id'), botId: BOT, userId: ofTheTrigger('contact.id') };
	const question = { ...asked, message: '¿Se puede?' };
	const review = (parameters: Json): Node => ['Supervisor', 'n8n-nodes-jelou.jelouHitlTool', 1, parameters];
	/** Pays a refund to the customer who wrote. */
	const refund = (): Node => [
		'Refund',
		`${BASE}httpRequestTool`,
		4.2,
		{
			toolDescription: 'Pays back.',
			method: 'POST',
			url: `=${refunds.url}/{{ $('${TRIGGER}').first().json.contact.id }}`,
			sendBody: true,
			bodyParameters: {
				parameters: ['order', 'lines'].map((name) => ({ name, value: fromAi(name) })),
			},
			options: {},
		},
	];
	const refundsOf = ({ user }: Ids) => refunds.requests.filter(({ path }) => path === `/${user}`).length;
	/** An agent with a tool that is reviewed. */
	const reviewed = (tricks: Trick[], parameters: Json, gated = refund()): Agent => ({
		version: 3,
		tools: [gated, review(parameters)],
		gatedBy: { [gated[0]]: 'Supervisor' },
		tricks,
	});
	const ask = async (agent: Agent) => {
		const played = await publish(agent);
		await played.everybodyWrites();
		return played;
	};
	/** Every supervisor answers, and all is over. */
	const askAndAnswer = async (agent: Agent, text: string) => {
		const played = await ask(agent);
		const answers = played.players.map(async ({ people: { marta } }) => {
			await played.hears(marta);
			await played.writes(marta, text);
		});
		await Promise.all(answers);
		await played.allRan();
		return played;
	};

	// Opened before all tests and checked after them, as n8n checks only once a minute for runs whose time is up.
	const IN_THE_ITEM: Trick[] = [['approved and words in the item of the agent', NOTHING[1]]];
	const unanswered: Played[] = [];
	beforeAll(async () => {
		const values = { limitType: 'afterTimeInterval', resumeAmount: 0.05, resumeUnit: 'minutes' };
		const limited = { ...question, options: { limitWaitTime: { values } } };
		const jsonOutput = JSON.stringify(APPROVAL);
		const set = { mode: 'raw', jsonOutput, includeOtherFields: true, options: {} };
		const before: Node[] = [jelouTrigger(), ['Set', `${BASE}set`, 3.4, set]];
		unanswered.push(await ask(reviewed(APPROVALS, limited)));
		unanswered.push(await ask({ ...reviewed(IN_THE_ITEM, limited), before }));
	});

	describe('behind a Human Review', () => {
		const IDS = [NOTHING, ...anywhere('all three', all)];

		test('an approved tool sends to its own customer, whatever IDs the model adds', async () => {
			const played = await askAndAnswer(reviewed(IDS, question, tool('Send', SEND)), 'sí');
			const outcomes = await played.outcomes(messages(played), NAMES);
			expect(outcomes).toEqual(each(IDS, 'ana 1, luis 0, marta 1'));
			expect(played.naming()).toEqual([]);
		});

		test('an approved tool sends to its own customer even after another one that pauses', async () => {
			const agent = reviewed(IDS, question, tool('Send', SEND));
			const tools = [tool('Pause', PAUSE), ...agent.tools];
			const played = await askAndAnswer({ ...agent, tools, uses: ['Pause', 'Send'] }, 'sí');
			expect(await played.outcomes(messages(played))).toEqual(each(IDS, 'ana 1, luis 0'));
			expect(await played.outcomes(pauses(played))).toEqual(each(IDS, 'ana 1, luis 0'));
		});

		const FEW_APPROVALS = APPROVALS.filter(([name]) => /nothing|everywhere/.test(name));
		test.each([
			['sí', 'ana 1, luis 0', 'R-1'],
			['no', 'ana 0, luis 0', REFUSED],
		])('"%s" of the supervisor holds, whatever the model adds', async (word, expected, words) => {
			const played = await askAndAnswer(reviewed(FEW_APPROVALS, question), word);
			expect(await played.outcomes(refundsOf)).toEqual(each(FEW_APPROVALS, expected));
			for (const told of Object.values(played.told())) expect(told).toContain(words);
		});

		test('nobody is asked where it is not clear whom: an error names the fields', async () => {
			const played = await ask(reviewed(IDS, {}));
			await played.allRan('waiting');
			const outcomes = await played.outcomes(messages(played), NAMES);
			expect(outcomes).toEqual(each(IDS, 'ana 0, luis 0, marta 0'));
			expect(played.naming()).toEqual([]);
			expect(await played.outcomes(refundsOf)).toEqual(each(IDS, 'ana 0, luis 0'));
			const error = await played.errorOf('Supervisor');
			expect(error).toMatch(/Room ID/);
			expect(error).toMatch(/review/i);
		});

		test('the message that n8n fills in names the tool and all of its arguments', async () => {
			const toolParameters = { order: 'A-1042', lines: [{ sku: 'X-7', units: 3, gift: true }] };
			const call: Trick = ['a refund', () => ({ toolParameters, hitlParameters: {} })];
			const played = await askAndAnswer(reviewed([call], asked), 'no');
			const [text = ''] = played.players.flatMap(({ people }) => played.heard(people.marta));
			expect(text).not.toContain('[object Object]');
			for (const part of ['Refund', 'order', 'A-1042', 'lines', 'sku', 'X-7', 'units', '3', 'gift', 'true'])
				expect(text).toContain(part);
		});

		test('no answer in time is a plain refusal, whatever the model adds or the item of the agent has', async () => {
			for (const played of unanswered) await played.allRan();
			const known = [...APPROVALS, ...IN_THE_ITEM];
			const paid = await Promise.all(unanswered.map(async (played) => played.outcomes(refundsOf)));
			const told = Object.entries(Object.assign({}, ...unanswered.map((played) => played.told())) as Json);
			// The customer's words, which the agent's item has, would be taken for the supervisor's.
			const refusals = told.map(([name, words]) => {
				const text = String(words);
				const isPlain =
					text.includes(REFUSED) && ![WORDS, name, 'feedback'].some((part) => text.includes(part));
				return [name, isPlain ? REFUSED : text] as const;
			});
			expect({ paid: Object.assign({}, ...paid) as Json, told: Object.fromEntries(refusals) }).toEqual({
				paid: each(known, 'ana 0, luis 0'),
				told: each(known, REFUSED),
			});
		});
	});
}

// n8n 1.x has no Human Review.
if (N8N_LINE === 'v2') humanReviews();
