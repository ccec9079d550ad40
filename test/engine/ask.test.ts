import { ExecuteContext } from 'n8n-core';
import type { IDataObject, INode, INodeParameters } from 'n8n-workflow';

import * as clock from '../../nodes/Jelou/shared/clock';
import type { Pause } from '../../nodes/Jelou/shared/triggerNote';
import { verify } from '../../nodes/Jelou/shared/signature';
import type { Sandbox } from '../../sandbox';
import { startRecorder, type Recorder } from '../support/recorder';
import { hurry } from '../support/time';
import { Engine, errorOf, outputOf } from './support/engine';
import { problemsOf } from './support/schemas';
import { BOT, PROJECT, USER, credentialFor, openRoom, sandboxWithIntegration } from './support/setup';

/** No response, as from an n8n that is too busy. */
const LOST = { status: 0, body: '' };

let sandbox: Sandbox;
let secret: string;
let room: IDataObject;
let trigger: Recorder;
let origin: string;
/** The notes that the trigger has received, and its next responses; it stores the rest at once. */
let notes: IDataObject[];
let replies: Array<{ status: number; body: object | string }>;
let answer: () => { status: number; body: object | string };

beforeAll(async () => {
	({ sandbox, secret } = await sandboxWithIntegration());
	room = { room_id: openRoom(sandbox).roomId, bot: { id: BOT }, contact: { id: USER } };
});
afterAll(async () => sandbox.close());
beforeEach(async () => {
	notes = [];
	replies = [];
	answer = () =>
		replies.shift() ?? { status: 200, body: { status: notes.length > 1 ? 'confirmed' : 'registered' } };
	trigger = await startRecorder(({ body, headers, path }, response) => {
		const isSigned = verify(body, headers['x-jelou-signature'], [secret]);
		notes.push({ path, isSigned, ...(JSON.parse(body.toString()) as IDataObject) });
		const reply = answer();
		if (reply.status === LOST.status) return void response.destroy();
		return { ...reply, body: typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body) };
	});
	origin = trigger.url;
	jest
		.spyOn(ExecuteContext.prototype, 'getSignedResumeUrl')
		.mockImplementation(() => `${origin}/webhook-waiting/7/node-1?signature=hidden`);
	jest.spyOn(ExecuteContext.prototype, 'getExecutionId').mockReturnValue('7');
	eventsGoTo(`${origin}/webhook/webhook-1/webhook`);
});
afterEach(async () => {
	await trigger.close();
	jest.restoreAllMocks();
	sandbox.setFaults({});
});

function eventsGoTo(webhookUrl: string): void {
	const integration = sandbox.store.projects.get(PROJECT)?.integration;
	if (integration) integration.webhookUrl = webhookUrl;
}

const sent = () =>
	(sandbox.store.messages.get(String(room.room_id)) ?? []).filter(({ from }) => from === 'agent');

async function asks(
	parameters: INodeParameters = {},
	{
		items = [room],
		extra,
		signingSecret = secret,
		timezone,
	}: { items?: IDataObject[]; extra?: Partial<INode>; signingSecret?: string; timezone?: string } = {},
) {
	const before = sent().length;
	const engine = new Engine({ credential: credentialFor(sandbox, { signingSecret }), timezone });
	const run = await hurry(async () =>
		engine.run({ operation: 'sendAndWait', message: '¿Qué?', ...parameters }, items, extra),
	);
	const error = errorOf(run);
	return { run, said: `${error?.message ?? ''} ${error?.description ?? ''}`, sent: sent().slice(before) };
}

test('each note has its own ID, even when it repeats another', async () => {
	await asks();
	const ids = notes.map(({ noteId }) => noteId);
	expect(ids).toEqual([1, 2].map(() => expect.stringMatching(/^[\da-f-]{36}$/)));
	expect(new Set(ids).size).toBe(2);
});

test('the trigger is told of a question, signed; it is sent and read back; the run waits, with its input', async () => {
	const { run, sent: messages } = await asks({
		responseType: 'choice',
		choices: { values: [{ text: 'A' }, { text: 'B' }] },
	});
	expect(errorOf(run)).toBeUndefined();
	expect(notes).toMatchObject(
		['ask', 'sent'].map((note) => ({
			path: '/webhook/webhook-1/webhook',
			isSigned: true,
			note,
			address: `${origin}/webhook/webhook-1/webhook`,
			question: {
				runId: '7',
				roomId: room.room_id,
				userId: USER,
				botId: BOT,
				projectId: PROJECT,
				resumePath: '/webhook-waiting/7/node-1?signature=hidden',
				steps: [{ type: 'choice', choices: ['A', 'B'], maxAttempts: 3 }],
			},
		})),
	);
	expect(messages).toMatchObject([{ content: { body: '¿Qué?\n\n1. A\n2. B' } }]);
	expect(run.status).toBe('waiting');
	const { until } = notes[0]?.question as { until: number };
	// After the question's own end, so that no answer meets n8n's end of the wait.
	expect(Number(run.waitTill)).toBe(until + 5_000);
	expect(outputOf(run)).toMatchObject([{ json: room }]);
});

test('n8n ends the wait for several questions later, because the trigger passes the answers to the run', async () => {
	const question = (name: string) => ({ name, question: `${name}?`, answerType: 'text' });
	const { run } = await asks({
		responseType: 'questions',
		questions: { values: ['name', 'order'].map(question) },
	});
	const { until } = notes[0]?.question as { until: number };
	expect(Number(run.waitTill)).toBe(until + 30_000);
});

test.each([
	'__proto__ {{ $json }}',
	'paso 1. constructora',
	'Nombre "de" \\ pila',
	'antes\u2028después',
	'😀',
])('a node of the name %j can ask', async (name) => {
	const { run, said, sent: messages } = await asks({}, { extra: { name } });
	expect([said.trim(), run.status]).toEqual(['', 'waiting']);
	expect(messages).toHaveLength(1);
});

test('nothing is asked where n8n could not tell later which question it was', async () => {
	jest.spyOn(ExecuteContext.prototype, 'evaluateExpression').mockReturnValue(undefined as never);
	const { said, sent: messages } = await asks({}, { extra: { name: 'Lost' } });
	expect(said).toBe(
		'n8n cannot take an answer for a node named "Lost" Rename the node, for example to "Ask". Nothing was sent.',
	);
	expect(messages).toEqual([]);
	expect(notes).toEqual([]);
});

test('n8n evaluates an expression for the first question of a node, and none for the next', async () => {
	const evaluate = jest.spyOn(ExecuteContext.prototype, 'evaluateExpression');
	for (const run of [1, 2]) {
		expect((await asks({}, { extra: { name: 'Twice' } })).run.status).toBe('waiting');
		expect([run, evaluate.mock.calls.length]).toEqual([run, 1]);
	}
});

test('when n8n loses what was stored at the same moment, the note is posted again until it is stored', async () => {
	replies.push(...Array.from({ length: 4 }, () => ({ status: 200, body: { status: 'registered' } })));
	const { run, sent: messages } = await asks();
	expect(run.status).toBe('waiting');
	expect(notes).toHaveLength(5);
	expect(messages).toHaveLength(1);
});

test('while the process that serves the address is being restarted, the note is posted again', async () => {
	replies.push({ status: 502, body: '<html>' }, ...Array(30).fill({ status: 503, body: '' }));
	const { run, sent: messages } = await asks();
	expect(run.status).toBe('waiting');
	expect(notes.map(({ note }) => note)).toEqual([...Array<string>(32).fill('ask'), 'sent']);
	expect(messages).toHaveLength(1);
});

test('a question that the trigger accepts in the end is not taken back in between', async () => {
	await asks();
	notes = [];
	// It is back only after the node has given up once.
	const isLate = ({ note, sentAt }: IDataObject) =>
		note === 'ask' && Number(sentAt) - Number(notes[0]?.sentAt) > 20_000;
	answer = () => (notes.filter(isLate).length < 2 ? LOST : { status: 200, body: { status: 'confirmed' } });
	const { run, sent: messages } = await asks();
	expect([run.status, messages.length]).toEqual(['waiting', 1]);
	// Otherwise the trigger would confirm a question that has ended, and nobody would get its answer.
	expect(new Set(notes.map(({ note }) => note))).toEqual(new Set(['ask', 'sent']));
});

test('what n8n continues with when the time is up contains no answer to an earlier question', async () => {
	const earlier = {
		answer: 'Ana',
		outcome: 'exit',
		answered: true,
		valid: true,
		choice: 2,
		answers: { name: 'Ana' },
		exitWord: 'persona',
		data: { approved: true },
		respondedAt: '2026-11-30T10:00:00.000Z',
		responder: { id: USER },
		messagesBefore: [{ chatInput: 'hola' }],
	};
	const { run } = await asks({}, { items: [{ ...room, kept: 'yes', ...earlier }] });
	expect(run.status).toBe('waiting');
	const [next] = run.data.executionData?.nodeExecutionStack ?? [];
	expect(next?.data.main?.[0]?.[0]?.json).toEqual({ ...room, kept: 'yes' });
});

describe('At Specified Time', () => {
	const waits = async (maxDateAndTime: string, timezone: string, json: IDataObject = {}) => {
		const limitWaitTime = { values: { limitType: 'atSpecifiedTime', maxDateAndTime } };
		const { run, said } = await asks(
			{ options: { limitWaitTime } },
			{ items: [{ ...room, ...json }], timezone },
		);
		expect(said.trim()).toBe('');
		expect(run.status).toBe('waiting');
		return (notes[0]?.question as { until: number }).until;
	};

	test.each([
		['2031-03-01T18:00:00', 'America/Guayaquil', '2031-03-01T23:00:00Z'],
		['2031-03-01 18:00', 'Pacific/Kiritimati', '2031-03-01T04:00:00Z'],
		['2031-03-01T18:00:00.000Z', 'America/Guayaquil', '2031-03-01T18:00:00Z'],
		['={{ $json.when }}', 'Asia/Kathmandu', '2031-03-01T12:15:00Z'],
	])('%s in the zone %s is %s, wherever n8n runs', async (text, timezone, moment) => {
		const until = await waits(text, timezone, { when: '2031-03-01 18:00' });
		expect(new Date(until).toISOString()).toBe(new Date(moment).toISOString());
	});

	test.each([
		'={{ $now.plus({ hours: 2 }) }}',
		'={{ $now.plus({ hours: 2 }).toMillis() }}',
		'={{ $now.plus({ hours: 2 }).toSeconds() }}',
		'={{ $now.plus({ hours: 2 }).toHTTP() }}',
		'={{ $now.plus({ hours: 2 }).toFormat("yyyy-MM-dd HH:mm:ss") }}',
		'={{ new Date(Date.now() + 7200000) }}',
		'= {{ new Date(Date.now() + 7200000) }}',
	])('%s is in two hours, in every zone', async (expression) => {
		for (const timezone of ['America/Guayaquil', 'Pacific/Kiritimati']) {
			notes = [];
			const until = await waits(expression, timezone);
			const hours = (until - Date.now()) / 3_600_000;
			expect(Math.round(hours * 60) / 60).toBe(2);
		}
	});
});

test('while the editor listens for a test event, the published trigger is told', async () => {
	eventsGoTo(`${origin}/webhook-test/webhook-1/webhook`);
	expect((await asks()).run.status).toBe('waiting');
	expect(notes).toMatchObject([{ path: '/webhook/webhook-1/webhook' }, {}]);
});

test.each([
	['is never read back', { status: 200, body: { status: 'registered' } }],
	['is refused when it was sent', { status: 500, body: '' }],
])('a question that %s was sent, so the run waits', async (_name, reply) => {
	answer = () => (notes.length > 1 ? reply : { status: 200, body: { status: 'registered' } });
	const { run, sent: messages } = await asks();
	expect(run.status).toBe('waiting');
	expect(messages).toHaveLength(1);
	expect(notes.map(({ note }) => note)).not.toContain('withdraw');
});

test('a question that waits its turn is not sent by the node, and the run waits', async () => {
	answer = () => ({ status: 200, body: { status: 'queued' } });
	const { run, sent: messages } = await asks();
	expect(run.status).toBe('waiting');
	expect(messages).toEqual([]);
	expect(notes).toMatchObject([{ note: 'ask', ifBusy: 'wait', text: '¿Qué?' }]);
});

test.each(['wait', 'replace', 'fail'])(
	'the trigger is told to %s where another question is open',
	async (ifBusy) => {
		await asks({ options: { ifBusy } });
		expect(notes[0]).toMatchObject({ note: 'ask', ifBusy });
	},
);

test('a question that could not be sent is taken back', async () => {
	sandbox.setFaults({ respond: { status: 422 }, path: 'chatbot' });
	const { run } = await asks();
	expect(errorOf(run)).toBeDefined();
	expect(run.status).toBe('error');
	const { id } = notes[0]?.question as { id: string };
	expect(notes.at(-1)).toMatchObject({
		isSigned: true,
		note: 'withdraw',
		questionId: id,
		roomId: room.room_id,
	});
});

describe('where the events go', () => {
	const reads = () =>
		sandbox.store.requests.filter(({ method, rawUrl }) => method === 'GET' && rawUrl.includes(PROJECT));

	test('is read once for the questions of a minute, once a trigger has taken one', async () => {
		const before = reads().length;
		await asks();
		await asks();
		expect(reads().length - before).toBe(1);
		const later = clock.uptime() + 61_000;
		jest.spyOn(clock, 'uptime').mockReturnValue(later);
		await asks();
		expect(reads().length - before).toBe(2);
	});

	test('is read again where nobody takes a question any more, and the question goes there', async () => {
		await asks();
		replies.push({ status: 404, body: '' });
		const before = reads().length;
		const { sent: messages } = await asks();
		expect(reads().length - before).toBe(1);
		expect(messages).toHaveLength(1);
	});

	test('is not read again because the trigger refuses the question', async () => {
		await asks();
		const before = reads().length;
		replies.push({ status: 200, body: { status: 'busy' } });
		const { said, sent: messages } = await asks();
		expect(said).toContain('Another question is open');
		expect([reads().length - before, messages]).toEqual([0, []]);
	});
});

describe('pausing and resuming', () => {
	async function tells(
		operation: 'pause' | 'resume',
		parameters: INodeParameters = {},
		given: Parameters<typeof asks>[1] = {},
	) {
		const told = await asks({ resource: 'conversation', operation, ...parameters }, given);
		expect(told.sent).toEqual([]);
		return told;
	}

	test('the trigger is told of a pause, signed and read back, for 12 hours; nothing is sent', async () => {
		const { run } = await tells('pause');
		expect(notes).toMatchObject(
			[1, 2].map(() => ({
				path: '/webhook/webhook-1/webhook',
				isSigned: true,
				note: 'pause',
				address: `${origin}/webhook/webhook-1/webhook`,
				pause: { roomId: room.room_id },
			})),
		);
		const { askedAt, until } = notes[0]?.pause as { askedAt: number; until: number };
		expect(until - askedAt).toBe(12 * 3_600_000);
		const json = outputOf(run)[0]?.json ?? {};
		expect(json).toEqual({ ...room, paused: true, until: new Date(until).toISOString() });
		expect(problemsOf('v2.0.0/conversation/pause.json', json)).toEqual([]);
	});

	test.each([
		['version 2 of the node has it on its face', { hours: 3 }, { typeVersion: 2 }],
		['version 1 has it in the options', { options: { hours: 3 } }, { typeVersion: 1 }],
	])('how long: %s', async (_name, parameters, extra) => {
		await tells('pause', parameters, { extra });
		const { askedAt, botId, until, userId } = notes[0]?.pause as Pause;
		expect([until - askedAt, botId, userId]).toEqual([3 * 3_600_000, BOT, USER]);
	});

	test('a pause reaches an n8n that does not respond for a moment', async () => {
		replies.push(LOST, LOST);
		expect((await tells('pause')).said).toBe(' ');
		expect(notes.map(({ note }) => note)).toEqual(Array(3).fill('pause'));
		expect(new Set(notes.map(({ pause }) => (pause as Pause).id)).size).toBe(1);
	});

	test('the trigger is told of the end of a pause until it is stored', async () => {
		replies.push({ status: 200, body: { status: 'registered' } }, { status: 503, body: '' });
		const { run } = await tells('resume');
		expect(notes).toHaveLength(3);
		expect(notes).toMatchObject([1, 2, 3].map(() => ({ note: 'endPause', roomId: room.room_id })));
		const json = outputOf(run)[0]?.json ?? {};
		expect(json).toEqual({ ...room, paused: false });
		expect(problemsOf('v2.0.0/conversation/resume.json', json)).toEqual([]);
	});

	test('several items are several rooms', async () => {
		const items = [room, { ...room, room_id: 'another-room' }];
		const { run } = await tells('pause', {}, { items });
		expect(errorOf(run)).toBeUndefined();
		const rooms = notes.map(({ pause }) => (pause as IDataObject).roomId);
		expect(new Set(rooms)).toEqual(new Set([room.room_id, 'another-room']));
		expect(outputOf(run).map(({ json }) => json.room_id)).toEqual([room.room_id, 'another-room']);
	});

	test.each([
		[{ hours: 0 }, 'Hours is 0 Enter a number from 0.1 to 720.'],
		[{ options: { hours: 0 } }, 'Hours is 0'],
		[{ options: { hours: 721 } }, 'Hours is 721'],
		[{ roomId: ' ' }, 'Room ID is empty'],
	])('%j is refused before anything is told', async (parameters, said) => {
		expect(
			(await tells('pause', parameters, { extra: { typeVersion: 'hours' in parameters ? 2 : 1 } })).said,
		).toContain(said);
		expect(notes).toEqual([]);
	});

	test.each([
		[
			'no trigger is published',
			{ status: 404, body: {} },
			"No published Jelou Trigger receives this project's",
		],
		[
			'5,000 are paused',
			{ status: 200, body: { status: 'full' } },
			'5,000 conversations of this project are paused already Resume some of them, or pause for fewer hours.',
		],
		['the trigger is of another n8n', { status: 403, body: { status: 'refused' } }, 'the same WEBHOOK_URL'],
	])('when %s, it is an error', async (_name, reply, said) => {
		replies.push(reply);
		const tried = await tells('pause');
		expect(tried.said).toContain(said);
		expect(tried.said).toContain('Nothing was sent or changed.');
	});

	test('without a signing secret, it is an error that says where it is entered', async () => {
		const { said } = await tells('pause', {}, { signingSecret: '' });
		expect(said).toContain('No signing secret is known');
		expect(notes).toEqual([]);
	});

	test('when the trigger cannot store it, it is an error', async () => {
		answer = () => ({ status: 200, body: { status: 'registered' } });
		expect((await tells('pause')).said).toContain('The Jelou Trigger could not store the pause');
	});
});

describe('nothing is sent, and the error says what to do:', () => {
	const NO_TRIGGER = "No published Jelou Trigger receives this project's answers";
	const REFUSED = { status: 403, body: { status: 'refused' } };
	const CHOICES = (count: number) => ({
		responseType: 'choice',
		choices: { values: Array.from({ length: count }, (_, n) => ({ text: `Choice ${String(n)}` })) },
	});

	test.each<[string, string, INodeParameters, Parameters<typeof asks>[1]]>([
		['an empty question', 'Message is empty', { message: ' ' }, {}],
		['no choice', 'Choices has 0 entries Enter 2 to 20 choices', CHOICES(0), {}],
		['one choice', 'Choices has 1 entry Enter 2 to 20 choices', CHOICES(1), {}],
		['21 choices', 'Choices has 21 entries Enter 2 to 20 choices', CHOICES(21), {}],
		[
			'two choices that read the same',
			'Choice 2 is the same as another',
			{ responseType: 'choice', choices: { values: [{ text: 'Sí' }, { text: 'si!' }] } },
			{},
		],
		[
			'an empty choice',
			'Choice 2 is empty',
			{ responseType: 'choice', choices: { values: [{ text: 'Sí' }, { text: ' ' }] } },
			{},
		],
		[
			'two labels that read the same',
			'label 2 is the same as another',
			{ responseType: 'approval', approvalOptions: { values: { approveLabel: 'no' } } },
			{},
		],
		['a response type of another time', 'Response Type "form" is unknown', { responseType: 'form' }, {}],
		['another way to be busy', 'If Another Question Is Open is unknown', { options: { ifBusy: 'ask' } }, {}],
		['attempts that are no number', 'Ask Again At Most is 1.5', { options: { maxAttempts: 1.5 } }, {}],
		[
			'a time limit in the past',
			'Limit Wait Time is in the past',
			{
				options: {
					limitWaitTime: { values: { limitType: 'atSpecifiedTime', maxDateAndTime: '2020-01-01T00:00:00' } },
				},
			},
			{},
		],
		['two items', 'takes one item at a time, but got 2 Put a Loop Over Items node', {}, { items: [{}, {}] }],
		[
			"an agent's tool",
			'An AI agent cannot use Send and Wait for Reply as a tool Add Jelou as Human Review',
			{},
			{ extra: { type: 'jelouTool' } },
		],
		['no secret', 'No signing secret is known', {}, { signingSecret: '' }],
	])('%s', async (_name, said, parameters, options) => {
		const items = (options?.items ?? [{}]).map((item) => ({ ...room, ...item }));
		const tried = await asks(parameters, { ...options, items });
		expect(tried.said).toContain(said);
		expect(tried.run.status).toBe('error');
		expect(tried.sent).toEqual([]);
		expect(notes).toEqual([]);
	});

	test.each([
		['no trigger is published', { status: 404, body: {} }, NO_TRIGGER],
		['something else is at the address', { status: 200, body: 'OK' }, NO_TRIGGER],
		['a proxy answers', { status: 405, body: '<html>' }, `${NO_TRIGGER} The address that`],
		[
			'5,000 questions are open',
			{ status: 200, body: { status: 'full' } },
			'Too many questions of this project are open Wait until some are over, or shorten Limit Wait Time',
		],
		[
			"another run's question is open, and it is not to wait",
			{ status: 200, body: { status: 'busy' } },
			'Another question is open in this conversation Ask when it is answered, or set If Another Question Is Open to Wait Its Turn',
		],
		[
			'the conversation is paused',
			{ status: 200, body: { status: 'paused' } },
			'The automation of this conversation is paused, so no answer would arrive Use Resume Automation first',
		],
		[
			'a proxy changes the path of what n8n is sent',
			{ status: 200, body: { status: 'unreachable' } },
			'Set WEBHOOK_URL to the public address of n8n and N8N_PATH to its path',
		],
		['the trigger has another secret', { status: 401, body: {} }, 'another signing secret than this node'],
		['the trigger is of another n8n', REFUSED, 'Give all processes of n8n the same WEBHOOK_URL'],
	])('%s', async (_name, reply, said) => {
		replies.push(reply);
		const tried = await asks();
		expect(tried.said).toContain(said);
		expect(tried.said).toContain('Nothing was sent');
		expect(tried.sent).toEqual([]);
		expect(notes).toHaveLength(1);
	});

	test('this n8n stays unavailable at its own address', async () => {
		answer = () => ({ status: 503, body: '' });
		const tried = await asks();
		expect(tried.said).toContain(
			'This n8n is not available at its own address (503) Check the load balancer',
		);
		expect(tried.sent).toEqual([]);
		const [first, last] = [notes[0], notes.at(-1)].map((note) => Number(note?.sentAt));
		expect(Number(last) - Number(first)).toBeGreaterThan(20_000);
	});

	test('the run is cancelled while this n8n is unavailable at its own address', async () => {
		const cancelled = new AbortController();
		jest.spyOn(ExecuteContext.prototype, 'getExecutionCancelSignal').mockReturnValue(cancelled.signal);
		answer = () => {
			cancelled.abort();
			return { status: 503, body: '' };
		};
		expect((await asks()).sent).toEqual([]);
		expect(notes.map(({ note }) => note)).toEqual(['ask', 'withdraw']);
	});

	test.each([
		[
			'another n8n has the trigger',
			'https://other.example.com/webhook/x/webhook',
			'other.example.com, which is not',
		],
		['the address is no URL', 'nowhere', 'which is not this n8n'],
	])('%s', async (_name, address, said) => {
		eventsGoTo(address);
		const tried = await asks();
		expect(tried.said).toContain(`${NO_TRIGGER} The project's events go to`);
		expect(tried.said).toContain(said);
		expect(tried.sent).toEqual([]);
		expect(notes).toEqual([]);
	});

	test("another webhook of this n8n, which gets the project's events, is told nothing", async () => {
		eventsGoTo(`${origin}/webhook/by-hand`);
		const tried = await asks();
		expect(tried.said).toContain('a webhook that is not a Jelou Trigger');
		expect(tried.sent).toEqual([]);
		expect(notes).toEqual([]);
	});

	test('the project has no integration', async () => {
		const tried = await asks({ options: { projectId: 'unknown' } });
		expect(tried.said).not.toBe(' ');
		const project = sandbox.store.projects.get(PROJECT);
		const integration = project?.integration ?? null;
		if (project) project.integration = null;
		expect((await asks()).said).toContain(`${NO_TRIGGER} The project has no integration.`);
		if (project) project.integration = integration;
		expect(notes).toEqual([]);
	});

	test('this n8n cannot reach its own address', async () => {
		await trigger.close();
		const tried = await asks();
		expect(tried.said).toContain(`This n8n cannot reach its own address, ${new URL(origin).host}`);
		expect(tried.said).toContain('WEBHOOK_URL');
		expect(tried.sent).toEqual([]);
	});

	test('and the item is an error item where the node continues on errors', async () => {
		const { run, sent: messages } = await asks(CHOICES(1), { extra: { onError: 'continueRegularOutput' } });
		expect(outputOf(run)).toMatchObject([{ json: { error: 'Choices has 1 entry' } }]);
		expect(messages).toEqual([]);
	});

	test('without the resume URL, the secret or a signature in it', async () => {
		replies.push({ status: 404, body: {} });
		const { run } = await asks();
		const shown = JSON.stringify(run, (key: string, value: unknown) =>
			key === 'config' ? undefined : value,
		);
		expect(shown).not.toMatch(/webhook-waiting|signature=hidden|sha256=/);
		expect(shown).not.toContain(secret);
	});
});
