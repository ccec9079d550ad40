import { wait } from '../../nodes/Jelou/shared/retry';

/** The `sleep` of an older n8n, which knows no signal. */
jest.mock('n8n-workflow', () => ({
	...jest.requireActual<object>('n8n-workflow'),
	sleep: async (ms: number) => new Promise((resolve) => setTimeout(resolve, ms)),
}));

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

test('in an older n8n too, a wait ends at once when the execution is cancelled meanwhile', async () => {
	const controller = new AbortController();
	const waiting = wait(60_000, controller.signal);
	controller.abort();
	await expect(waiting).resolves.toBeUndefined();
});

test('in an older n8n too, there is no wait once the execution is cancelled', async () => {
	await expect(wait(60_000, AbortSignal.abort())).resolves.toBeUndefined();
});
