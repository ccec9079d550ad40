import { later } from '../../nodes/Jelou/shared/clock';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

test('delayed work is done once, when the time has passed', async () => {
	const work = jest.fn(() => Promise.resolve());
	later(5_000, work);
	await jest.advanceTimersByTimeAsync(4_999);
	expect(work).not.toHaveBeenCalled();
	await jest.advanceTimersByTimeAsync(60_000);
	expect(work).toHaveBeenCalledTimes(1);
});
