import { takeTurn } from '../../nodes/Jelou/shared/pace';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

/** When each of an account's requests starts, in milliseconds from now. */
async function startsOf(account: string, count: number): Promise<number[]> {
	const began = Date.now();
	const starts: number[] = [];
	const all = Array.from({ length: count }, async () => {
		await takeTurn(account);
		starts.push(Date.now() - began);
	});
	await jest.advanceTimersByTimeAsync(count * 1_000);
	await Promise.all(all);
	return starts;
}

/** The most that start within any second. */
const mostInASecond = (starts: number[]) =>
	Math.max(...starts.map((from) => starts.filter((at) => at >= from && at < from + 1_000).length));

test('no more than five requests of an account start in any second, and all of them do start', async () => {
	const starts = await startsOf('a', 30);
	expect(starts).toHaveLength(30);
	expect(mostInASecond(starts)).toBe(5);
	expect(starts).toEqual([...starts].sort((a, b) => a - b));
});

test('accounts do not wait for each other, and nobody waits after a pause', async () => {
	const [one, other] = [startsOf('b', 1), startsOf('c', 1)];
	expect([await one, await other]).toEqual([[0], [0]]);
	expect(await startsOf('b', 1)).toEqual([0]);
});
