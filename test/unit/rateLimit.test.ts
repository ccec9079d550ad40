import { RateLimit } from '../../nodes/Jelou/shared/rateLimit';
import { tryCall, type RequestContext } from '../../nodes/Jelou/shared/transport';
import type { JelouRequest } from '../../nodes/Jelou/shared/types';
import { LOADED } from './support/credential';

const REQUEST: JelouRequest = { target: 'gateway', method: 'POST', path: ['v1'], body: { text: 'x' } };
const CONCURRENCY = 10;

interface Answer {
	statusCode: number;
	headers: object;
	body: string;
}
const limited = (retryAfter: string | undefined, statusCode = 429): Answer => ({
	statusCode,
	headers: { 'retry-after': retryAfter },
	body: '',
});
const accepted: Answer = { statusCode: 200, headers: {}, body: '{}' };

/** Jelou, responding by a rule, and recording when each request came. */
class FakeJelou {
	/** When each request came, in seconds since the start. */
	readonly times: number[] = [];
	private readonly began = Date.now();

	constructor(
		/** Returns the response to the nth request, from 1, at this many seconds; an error for none. */
		private readonly answer: (request: number, seconds: number) => Answer | Error,
		private readonly latencyMs = 0,
	) {}

	private async respond(): Promise<Answer> {
		const seconds = (Date.now() - this.began) / 1_000;
		this.times.push(seconds);
		const answer = this.answer(this.times.length, seconds);
		if (this.latencyMs > 0) await new Promise((resolve) => setTimeout(resolve, this.latencyMs));
		if (answer instanceof Error) throw answer;
		return answer;
	}

	/** Makes this many calls, as one run does. Returns `done` or the status for each. */
	async run(
		calls: number,
		{
			maxRetries = 3,
			signal,
			...given
		}: Partial<JelouRequest> & { maxRetries?: number; signal?: AbortSignal } = {},
	) {
		const context = {
			helpers: { httpRequestWithAuthentication: () => this.respond() },
		} as unknown as RequestContext;
		const rateLimit = new RateLimit();
		const results: string[] = [];
		let next = 0;
		const worker = async () => {
			while (next < calls && signal?.aborted !== true) {
				const index = next++;
				const options = { timeout: 1_000, maxRetries, signal, rateLimit };
				const result = await tryCall(context, LOADED, { ...REQUEST, ...given }, options);
				if (result.ok) results[index] = 'done';
				else {
					const { failure } = result;
					results[index] = failure.kind === 'response' ? String(failure.status) : failure.code;
				}
			}
		};
		await Promise.all(Array.from({ length: CONCURRENCY }, worker));
		return results;
	}
}

async function finished<T>(work: Promise<T>): Promise<T> {
	let isOver = false;
	const over = work.finally(() => {
		isOver = true;
	});
	while (!isOver) await jest.advanceTimersByTimeAsync(1_000);
	return await over;
}

const count = (results: string[], result: string) => results.filter((each) => each === result).length;

beforeEach(() => {
	jest.useFakeTimers();
	// No backoff of our own: only the waits that Jelou asks for.
	jest.spyOn(Math, 'random').mockReturnValue(0);
});
afterEach(() => {
	jest.useRealTimers();
	jest.restoreAllMocks();
});

test.each([
	['429', limited('60')],
	['503', limited('60', 503)],
])(
	'%s with Retry-After: nobody starts before it is over, then one probes, then the others go',
	async (_name, no) => {
		const jelou = new FakeJelou((_request, seconds) => (seconds < 60 ? no : accepted), 100);
		const results = await finished(jelou.run(100));
		expect(count(results, 'done')).toBe(100);
		expect(jelou.times.filter((time) => time < 60)).toHaveLength(CONCURRENCY);
		// Sent after 0.1 s, with a response after another 0.1 s: alone in between.
		expect(jelou.times.filter((time) => time >= 60 && time < 60.2)).toEqual([60.1]);
		expect(jelou.times).toHaveLength(CONCURRENCY + 100);
	},
);

test('5,000 items while Jelou asks to wait a minute for an hour cost one request a minute, and are sent then', async () => {
	const jelou = new FakeJelou((_request, seconds) => (seconds < 3_600 ? limited('60') : accepted));
	const results = await finished(jelou.run(5_000));
	expect(jelou.times.filter((time) => time < 3_600)).toHaveLength(CONCURRENCY + 59);
	expect(jelou.times.length).toBeLessThan(5_000 + CONCURRENCY + 60);
	// The first gives up after its retries, and each that probed after it: the rest were never asked to wait.
	expect(count(results, '429')).toBe(57);
	expect(count(results, 'done')).toBe(5_000 - 57);
});

test.each([429, 503])(
	'%i again and again, each after a while: after each wait one request goes, and no other until it is answered',
	async (status) => {
		const isOver = (seconds: number) => seconds >= 600;
		const jelou = new FakeJelou(
			(_request, seconds) => (isOver(seconds) ? accepted : limited('60', status)),
			100,
		);
		await finished(jelou.run(40, { maxRetries: 10 }));
		// Each wait begins with a response, after 0.1 s.
		const waits = Array.from({ length: 10 }, (_, n) => Math.round((n + 1) * 601) / 10);
		expect(jelou.times.filter((time) => !isOver(time)).slice(CONCURRENCY)).toEqual(waits.slice(0, -1));
		expect(jelou.times.filter(isOver).filter((time) => time < 601.1)).toEqual(waits.slice(-1));
	},
);

test('a clock that is set back an hour meanwhile delays nobody', async () => {
	const jelou = new FakeJelou((request) => (request <= CONCURRENCY ? limited('60') : accepted));
	const run = jelou.run(20);
	await jest.advanceTimersByTimeAsync(30_000);
	jest.setSystemTime(Date.now() - 3_600_000);
	await jest.advanceTimersByTimeAsync(31_000);
	expect(count(await Promise.race([run, []]), 'done')).toBe(20);
});

test('a wait that Jelou asks for is followed for a minute at most', async () => {
	const jelou = new FakeJelou((request) => (request === 1 ? limited('3600') : accepted));
	await finished(jelou.run(1));
	expect(jelou.times).toEqual([0, 60]);
});

test('a response to a request sent before the wait does not end it', async () => {
	const jelou = new FakeJelou((request) => (request === 1 ? limited('60') : accepted), 100);
	await finished(jelou.run(20));
	expect(jelou.times.filter((time) => time > 0 && time < 60)).toEqual([]);
});

test('a probe without a response leaves the others waiting, and the next one probes', async () => {
	const lost = Object.assign(new Error('lost'), { code: 'ECONNRESET' });
	const jelou = new FakeJelou((request) => {
		if (request <= CONCURRENCY) return limited('60');
		return request === CONCURRENCY + 1 ? lost : accepted;
	}, 100);
	const results = await finished(jelou.run(20));
	expect(count(results, 'ECONNRESET')).toBe(1);
	expect(count(results, 'done')).toBe(19);
	// The lost one, then the next probe alone.
	expect(jelou.times.filter((time) => time >= 60 && time < 60.3)).toEqual([60.1, 60.2]);
});

test('a response that concerns only the probe ends the wait for the others', async () => {
	const jelou = new FakeJelou((request) => {
		if (request <= CONCURRENCY) return limited('60');
		return request === CONCURRENCY + 1 ? { ...accepted, statusCode: 422 } : accepted;
	});
	const results = await finished(jelou.run(20));
	expect([count(results, '422'), count(results, 'done')]).toEqual([1, 19]);
	expect(Math.max(...jelou.times)).toBeLessThan(61);
});

test('a 503 that asks for nothing concerns only its own request', async () => {
	const jelou = new FakeJelou((request) => (request === 1 ? limited(undefined, 503) : accepted), 100);
	await finished(jelou.run(20, { method: 'PATCH' }));
	expect(jelou.times.filter((time) => time < 0.05)).toHaveLength(CONCURRENCY);
	expect(jelou.times).toHaveLength(21);
	expect(Math.max(...jelou.times)).toBeLessThan(1);
});

test('without retries an item fails at once, and the others still wait', async () => {
	const jelou = new FakeJelou((_request, seconds) => (seconds < 60 ? limited('60') : accepted));
	const results = await finished(jelou.run(20, { maxRetries: 0 }));
	expect([count(results, '429'), count(results, 'done')]).toEqual([CONCURRENCY, 20 - CONCURRENCY]);
	expect(jelou.times).toHaveLength(20);
});

test('cancelled while all wait, nothing more is sent', async () => {
	const controller = new AbortController();
	const jelou = new FakeJelou(() => limited('60'));
	const run = jelou.run(100, { signal: controller.signal });
	await jest.advanceTimersByTimeAsync(30_000);
	controller.abort();
	await run;
	await jest.advanceTimersByTimeAsync(120_000);
	expect(jelou.times).toHaveLength(CONCURRENCY);
	expect(jest.getTimerCount()).toBe(0);
});

test('cancelled while one probes, only the probe is sent', async () => {
	const controller = new AbortController();
	const jelou = new FakeJelou((request) => (request <= CONCURRENCY ? limited('60') : accepted), 100);
	const run = jelou.run(100, { signal: controller.signal });
	await jest.advanceTimersByTimeAsync(60_150);
	expect(jelou.times).toHaveLength(CONCURRENCY + 1);
	controller.abort();
	await finished(run);
	expect(jelou.times).toHaveLength(CONCURRENCY + 1);
});
