import { sleep, type IHttpRequestOptions, type IWebhookFunctions } from 'n8n-workflow';

import * as clock from '../../nodes/Jelou/shared/clock';
import { resume } from '../../nodes/Jelou/trigger/rooms/resume';

jest.mock('n8n-workflow', () => ({
	...jest.requireActual<object>('n8n-workflow'),
	sleep: jest.fn(),
}));

/** Time passes while the product waits, and while a request is answered. */
let now: number;
let requests: IHttpRequestOptions[];
/** When each request began. */
let asked: number[];
beforeEach(() => {
	now = 3_600_000;
	requests = [];
	asked = [];
	jest.spyOn(clock, 'uptime').mockImplementation(() => now);
	jest.mocked(sleep).mockImplementation((ms) => Promise.resolve(void (now += ms)));
});
afterEach(() => jest.restoreAllMocks());

const URL = 'https://n8n.example.com/webhook-waiting/7/node?signature=secret-of-the-run';
const RESUMPTION = { questionId: 'q', answer: { event: { event: 'message' }, outcome: { answered: true } } };

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
const LOST: Reply = { statusCode: 0, body: '', ms: 10_000 };
const RESET: Reply = { statusCode: 0, body: '' };

/** n8n gives these answers one after the other, and the last for ever. */
async function resumeWith(replies: Reply[], arrived = 0, decided = arrived) {
	const httpRequest = (options: IHttpRequestOptions) => {
		const reply = replies[Math.min(requests.length, replies.length - 1)];
		requests.push(options);
		asked.push(now);
		now += reply?.ms ?? 20;
		return reply === LOST || reply === RESET
			? Promise.reject(new Error(`timeout of ${URL}`))
			: Promise.resolve(reply);
	};
	const context = { helpers: { httpRequest } } as unknown as IWebhookFunctions;
	return await resume(context, URL, RESUMPTION, now - arrived, now - decided);
}

test.each([
	['the run goes on', [RESUMED], 'resumed'],
	['the run waits', [WAITING], 'waiting'],
	['n8n has not stored yet that it waits', [RUNNING, RUNNING, RUNNING, RESUMED], 'resumed'],
	['n8n reads while it writes', [NOT_YET, PAGE, CRASH, OTHER, RESUMED], 'resumed'],
	['the run has failed or was stopped', [FAILED], 'gone'],
	['the run was deleted', [DELETED], 'gone'],
	['n8n has another key now', [json(401, {})], 'gone'],
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

test('one page does not decide that a run is over, three seconds of them do', async () => {
	const start = now;
	expect(await resumeWith([PAGE])).toBe('gone');
	expect(requests.length).toBeGreaterThan(3);
	expect(now - start).toBeGreaterThanOrEqual(3_000);
});

test.each([
	['busy', { ...RUNNING, ms: 500 }],
	['slow', { ...RUNNING, ms: 7_900 }],
	['silent', LOST],
	['lost', PROXY],
])('while n8n is %s, the delivery is answered within the 20 s that Jelou waits', async (_name, reply) => {
	const start = now;
	await resumeWith([reply]);
	expect(now - start).toBeLessThan(20_000);
	expect(requests.filter(({ timeout }) => timeout !== 10_000)).toEqual([]);
});

test.each([
	['busy', { ...RUNNING, ms: 500 }],
	['slow', { ...RUNNING, ms: 3_900 }],
	['silent', LOST],
])(
	'while n8n is %s, a delivery that was held for 10 s is answered within 20 s, too',
	async (_name, reply) => {
		const start = now - 10_000;
		await resumeWith([reply], 10_000, 0);
		const ends = requests.map(({ timeout = 0 }, n) => (asked[n] ?? 0) + timeout - start);
		expect(ends).not.toEqual([]);
		expect(Math.max(...ends)).toBeLessThan(20_000);
	},
);

test('a run that is over is found out about within the time that a held delivery has left', async () => {
	expect(await resumeWith([PAGE], 10_000, 0)).toBe('gone');
	expect(await resumeWith([RUNNING, RUNNING, RESUMED], 10_000, 0)).toBe('resumed');
});

test('a delivery that has waited for others of its room is not tried again for ever', async () => {
	expect(await resumeWith([RUNNING], 9_000)).toBe('unknown');
	expect(requests).toEqual([]);
});

test('a clock that is set back after each attempt ends nothing later', async () => {
	let time = Date.UTC(2026, 10, 21);
	jest.spyOn(Date, 'now').mockImplementation(() => (time -= 3_600_000));
	const start = now;
	expect(await resumeWith([PAGE])).toBe('gone');
	expect(await resumeWith([RUNNING])).toBe('unknown');
	expect(now - start).toBeLessThan(20_000);
});

test('what is posted is the answer, to the resume URL, without following it elsewhere', async () => {
	await resumeWith([RESUMED]);
	expect(requests).toMatchObject([{ method: 'POST', url: URL, disableFollowRedirect: true }]);
	expect(JSON.parse(String(requests[0]?.body))).toEqual(RESUMPTION);
});
