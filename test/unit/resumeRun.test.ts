import { sleep, type IHttpRequestOptions, type IWebhookFunctions } from 'n8n-workflow';

import * as clock from '../../nodes/Jelou/shared/clock';
import { readQuestion, type Question } from '../../nodes/Jelou/shared/triggerNote';
import { Deadline } from '../../nodes/Jelou/trigger/event/deadline';
import { canResume, resumeRun } from '../../nodes/Jelou/trigger/rooms/resumeRun';
import { RoomStore } from '../../nodes/Jelou/trigger/rooms/roomStore';
import type { RoomView } from '../../nodes/Jelou/trigger/rooms/view';
import { stepWith } from '../support/step';

jest.mock('n8n-workflow', () => ({
	...jest.requireActual<object>('n8n-workflow'),
	sleep: jest.fn(),
}));

/** Time passes while the product waits, and during requests. */
let now: number;
let requests: IHttpRequestOptions[];
/** When each request began. */
let asked: number[];
/** What the node has written into n8n's log; a line with its workflow comes once a minute. */
let warnings: string[];
beforeEach(() => {
	now += 3_600_000;
	requests = [];
	asked = [];
	warnings = [];
	jest.spyOn(clock, 'uptime').mockImplementation(() => now);
	jest.mocked(sleep).mockImplementation((ms) => Promise.resolve(void (now += ms)));
});
beforeAll(() => (now = 0));
afterEach(() => jest.restoreAllMocks());

const ADDRESS = 'https://n8n.example.com/webhook/7/webhook';
const PATH = '/webhook-waiting/7/node?signature=secret-of-the-run';
const QUESTION: Question = {
	id: 'q',
	roomId: 'room',
	userId: 'user',
	botId: 'bot',
	title: 'What is it?',
	projectId: 'project',
	runId: '7',
	resumePath: PATH,
	askedAt: 1,
	until: 2,
	steps: [stepWith()],
};
const ANSWER = { event: { event: 'message' }, outcome: { answered: true } };

interface Reply {
	statusCode: number;
	body: unknown;
	/** How long it takes. */
	ms?: number;
}

const json = (statusCode: number, body: object): Reply => ({ statusCode, body: JSON.stringify(body) });
const RESUMED = json(200, { status: 'resumed' });
const WAITING = json(200, { status: 'waiting' });
const OTHER = json(200, { status: 'otherQuestion' });
const RUNNING = json(409, { code: 0, message: 'The execution "7" is running already.' });
const FAILED = json(409, { code: 0, message: 'The execution "7" has finished with error.' });
const DELETED = json(404, { code: 404, message: 'The execution "7" does not exist.' });
const NOT_YET = json(404, { code: 404, message: 'Could not find node to process webhook.' });
const PAGE: Reply = { statusCode: 200, body: '<html><h1>No action required</h1></html>' };
const CRASH = json(500, { code: 0, message: "Cannot read properties of undefined (reading 'pop')" });
const PROXY: Reply = { statusCode: 502, body: '<html>Bad gateway</html>' };
const UNAUTHORIZED = json(401, {});
const INVALID = json(401, { error: 'Invalid token' });
const FORBIDDEN = json(403, {});
const NO_ROUTE: Reply = { statusCode: 404, body: '<html>404 Not Found</html>' };
const LOST: Reply = { statusCode: 0, body: '', ms: 10_000 };
const RESET: Reply = { statusCode: 0, body: '' };

/** A trigger's view of its rooms; n8n gives these responses in order, and repeats the last. */
function viewWith(replies: Reply[], address = ADDRESS): RoomView {
	const httpRequest = (options: IHttpRequestOptions) => {
		const reply = replies[Math.min(requests.length, replies.length - 1)];
		requests.push(options);
		asked.push(now);
		now += Math.min(reply?.ms ?? 20, options.timeout ?? Infinity);
		return reply === LOST || reply === RESET
			? Promise.reject(new Error(`timeout of ${String(options.url)}`))
			: Promise.resolve(reply);
	};
	const context = {
		helpers: { httpRequest },
		getRequestObject: () => ({ originalUrl: '/webhook/7/webhook?test=1' }),
		getNode: () => ({ id: 'node', name: 'Jelou Trigger' }),
		getWorkflow: () => ({ id: 'workflow', name: 'Workflow' }),
		logger: { warn: (line: string) => warnings.push(line) },
	} as unknown as IWebhookFunctions;
	return { address, context, secret: 's', store: new RoomStore('project'), triggerKey: 'trigger' };
}

/** @param held how long the delivery was held, or waited for others, before */
async function resumeWith(replies: Reply[], held = 0) {
	const deadline = new Deadline();
	now += held;
	return await resumeRun(viewWith(replies), QUESTION, ANSWER, deadline);
}

test.each([
	['the run goes on', [RESUMED], 'resumed'],
	['the run waits', [WAITING], 'waiting'],
	['n8n has not stored yet that it waits', [RUNNING, RUNNING, RUNNING, RESUMED], 'resumed'],
	['n8n reads while it writes', [NOT_YET, PAGE, CRASH, OTHER, RESUMED], 'resumed'],
	['the run has failed or was stopped', [FAILED], 'gone'],
	['the run was deleted', [DELETED], 'gone'],
	['n8n has another key now', [UNAUTHORIZED], 'gone'],
	['a proxy refuses', [FORBIDDEN], 'gone'],
	['the run is over', [PAGE], 'gone'],
	['the run waits with another question', [OTHER], 'gone'],
	['n8n cannot resume it', [CRASH], 'gone'],
	['a proxy has lost n8n for a moment', [PROXY, RESUMED], 'resumed'],
	['a proxy has lost n8n', [PROXY], 'unknown'],
	['n8n never stores that it waits', [RUNNING], 'unknown'],
	['no answer comes', [LOST], 'unknown'],
	['an answer is lost, so the run that is over may have gone on with it', [RESET, FAILED], 'unknown'],
	['an answer is lost, and the run still waits', [RESET, RESUMED], 'resumed'],
	['something else answers', [{ statusCode: 200, body: 'OK' }], 'gone'],
])('when %s', async (_name, replies, result) => {
	expect(await resumeWith(replies)).toBe(result);
});

test.each([
	['401', UNAUTHORIZED],
	['401 in the words of n8n 1.x', INVALID],
	['403', FORBIDDEN],
])(
	'a run behind an address that answers %s is not asked twice, and the log names the settings',
	async (_status, reply) => {
		expect(await resumeWith([reply])).toBe('gone');
		expect(requests).toHaveLength(1);
		expect(warnings).toEqual([
			expect.stringMatching(/n8n does not take requests at its own resume address.*WEBHOOK_URL and N8N_PATH/),
		]);
		expect(warnings.join()).not.toContain('secret-of-the-run');
	},
);

test('a run that is over adds no line to the log', async () => {
	for (const reply of [FAILED, DELETED, PAGE]) await resumeWith([reply]);
	expect(warnings).toEqual([]);
});

test('one error page does not mean that a run is over; three seconds of them do', async () => {
	const start = now;
	expect(await resumeWith([PAGE])).toBe('gone');
	expect(requests.length).toBeGreaterThan(3);
	expect(now - start).toBeGreaterThanOrEqual(3_000);
});

test('an answer is retried until 18 seconds after its arrival, and no longer', async () => {
	const start = now;
	expect(await resumeWith([RUNNING])).toBe('unknown');
	const last = (asked.at(-1) ?? 0) - start;
	expect(last).toBeGreaterThan(17_000);
	expect(last).toBeLessThanOrEqual(18_000);
	const late = now;
	requests = [];
	asked = [];
	expect(await resumeWith([RUNNING], 9_000)).toBe('unknown');
	expect((asked.at(-1) ?? 0) - late).toBeGreaterThan(17_000);
});

test('an answer after a slow one, and after the sending of the question, still reaches its run', async () => {
	expect(await resumeWith([RUNNING, RUNNING, RESUMED], 9_500)).toBe('resumed');
	requests = [];
	expect(await resumeWith([RUNNING, RESUMED], 14_000)).toBe('resumed');
});

test.each([18_000, 19_500, 25_000])(
	'an answer that is already %d ms late is tried once, with a second for it',
	async (held) => {
		expect(await resumeWith([RESUMED], held)).toBe('resumed');
		requests = [];
		expect(await resumeWith([RUNNING], held)).toBe('unknown');
		expect(requests).toMatchObject([{ timeout: 1_000 }]);
	},
);

test('whether a run still waits is asked until 12 seconds after the arrival, so that there is time to ask again', async () => {
	const start = now;
	expect(await resumeRun(viewWith([RUNNING]), QUESTION, undefined, new Deadline())).toBe('unknown');
	const last = (asked.at(-1) ?? 0) - start;
	expect(last).toBeGreaterThan(11_000);
	expect(last).toBeLessThanOrEqual(12_000);
	requests = [];
	expect(await resumeRun(viewWith([WAITING]), QUESTION, undefined, new Deadline())).toBe('waiting');
	expect(JSON.parse(String(requests[0]?.body))).toEqual({ questionId: 'q' });
});

test.each([
	['busy', { ...RUNNING, ms: 500 }],
	['slow', { ...RUNNING, ms: 7_900 }],
	['silent', LOST],
	['lost', PROXY],
])('while n8n is %s, the delivery is answered within the 20 s that Jelou waits', async (_name, reply) => {
	for (const held of [0, 5_000, 10_000, 14_000]) {
		const start = now;
		await resumeWith([reply], held);
		expect(now - start).toBeLessThan(20_000);
		for (const [n, { timeout }] of requests.entries()) {
			expect((asked[n] ?? 0) + Number(timeout) - start).toBeLessThan(20_000);
			expect(timeout).toBeLessThanOrEqual(10_000);
		}
		requests = [];
		asked = [];
	}
});

test('that a run is over is found out within the time that a held delivery has left', async () => {
	expect(await resumeWith([PAGE], 10_000)).toBe('gone');
	requests = [];
	expect(await resumeWith([RUNNING, RUNNING, RESUMED], 10_000)).toBe('resumed');
});

test('a delivery that has asked n8n has an old copy of the static data', async () => {
	const deadline = new Deadline();
	await resumeRun(viewWith([RESUMED]), QUESTION, ANSWER, deadline);
	expect(deadline.hasWaited).toBe(true);
});

test('a clock that is set back after each attempt delays no deadline', async () => {
	let time = Date.UTC(2026, 10, 21);
	jest.spyOn(Date, 'now').mockImplementation(() => (time -= 3_600_000));
	const start = now;
	expect(await resumeWith([PAGE])).toBe('gone');
	expect(await resumeWith([RUNNING])).toBe('unknown');
	expect(now - start).toBeLessThan(24_000);
});

test('the answer is posted, and redirects are not followed', async () => {
	await resumeWith([RESUMED]);
	expect(requests).toMatchObject([
		{ method: 'POST', url: `https://n8n.example.com${PATH}`, disableFollowRedirect: true },
	]);
	expect(JSON.parse(String(requests[0]?.body))).toEqual({ questionId: 'q', answer: ANSWER });
});

test.each([
	['https://n8n.example.com/webhook/7/webhook', PATH, `https://n8n.example.com${PATH}`],
	['http://localhost:5678/webhook/7/webhook', PATH, `http://localhost:5678${PATH}`],
	['https://new.example.com/n8n/webhook/7/webhook', `/n8n${PATH}`, `https://new.example.com/n8n${PATH}`],
])('a run is resumed at the present address of the trigger: %s', async (address, resumePath, url) => {
	await resumeRun(viewWith([RESUMED], address), { ...QUESTION, resumePath }, ANSWER, new Deadline());
	expect(requests.map((request) => request.url)).toEqual([url]);
});

test.each([
	'//evil.example.com/webhook-waiting/7',
	'/\\evil.example.com',
	'\\\\evil.example.com',
	'/\t/evil.example.com',
	'/\n/evil.example.com',
	'/\r\\evil.example.com',
	'/\t\n\r//evil.example.com',
	'https://evil.example.com/webhook-waiting/7',
	'@evil.example.com',
	':443@evil.example.com',
	'',
])('no question is taken whose path, %j, leads to another host', (resumePath) => {
	expect(readQuestion({ ...QUESTION, resumePath })).toBeUndefined();
});

test.each([
	'/x//evil.example.com',
	'/..//evil.example.com',
	'/@evil.example.com',
	'/x\t/y',
	'/?//evil',
	'/#//evil',
])('a path that only looks like another host, %j, stays at the trigger’s', async (resumePath) => {
	const question = readQuestion({ ...QUESTION, resumePath });
	if (question === undefined) throw new Error('It was refused.');
	await resumeRun(viewWith([RESUMED]), question, ANSWER, new Deadline());
	expect(new URL(String(requests[0]?.url)).host).toBe('n8n.example.com');
});

describe('before the customer is asked, whether n8n takes requests at its own address', () => {
	test.each([
		['not where it answers 401', [UNAUTHORIZED], false],
		['not where it answers 403', [FORBIDDEN], false],
		['not where n8n 1.x does not take the signature', [INVALID], false],
		['where the run is still running', [RUNNING], true],
		['where n8n does not know it yet', [NOT_YET], true],
		['where it answers with a page', [PAGE], true],
		['where no answer comes, which may pass', [LOST], true],
		['where a proxy answers, which may pass', [PROXY], true],
	])('%s', async (_name, replies, result) => {
		expect(await canResume(viewWith(replies), QUESTION)).toBe(result);
		expect(requests).toMatchObject([{ url: `https://n8n.example.com${PATH}`, timeout: 3_000 }]);
		expect(JSON.parse(String(requests[0]?.body))).toEqual({ questionId: 'q' });
	});

	test('is not asked where a proxy strips part of the path: the result is no', async () => {
		const address = 'https://n8n.example.com/n8n/webhook/7/webhook';
		expect(await canResume({ ...viewWith([RUNNING]), address }, QUESTION)).toBe(false);
		expect(requests).toEqual([]);
	});

	test('is asked once for each address', async () => {
		const view = viewWith([RUNNING]);
		for (const address of [ADDRESS, ADDRESS, 'https://new.example.com/webhook/7/webhook']) {
			expect(await canResume({ ...view, address }, QUESTION)).toBe(true);
		}
		expect(requests.map(({ url }) => new URL(String(url)).host)).toEqual([
			'n8n.example.com',
			'new.example.com',
		]);
	});

	test.each([
		['401', UNAUTHORIZED, false],
		['nothing', LOST, true],
	])('is asked again the next time where the response was %s', async (_name, reply, result) => {
		const view = viewWith([reply, RUNNING]);
		expect(await canResume(view, QUESTION)).toBe(result);
		for (let n = 0; n < 2; n++) expect(await canResume(view, QUESTION)).toBe(true);
		expect(requests).toHaveLength(2);
	});

	test.each([
		['n8n 1.x says that the run is running', RUNNING, true],
		['n8n 2.x wants no signature of a run that asks nothing', INVALID, true],
		['n8n knows of no such run', DELETED, true],
		['a proxy has no such path', NO_ROUTE, false],
		['a proxy has another page there', PAGE, false],
		['a proxy wants a password', FORBIDDEN, false],
		['nothing answers', LOST, false],
	])('is asked each time by Check, and only n8n itself counts: %s', async (_name, reply, result) => {
		const view = viewWith([RUNNING, reply]);
		await canResume(view, QUESTION);
		expect(await canResume(view, QUESTION, true)).toBe(result);
	});
});
