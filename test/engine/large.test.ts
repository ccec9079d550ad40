import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import { sandboxCredential } from '../../scripts/sandboxCredential';
import { startSandboxProcess, type SandboxProcess } from '../../scripts/sandboxProcess';
import { DEMO_PROJECT } from '../../sandbox';
import { Engine, errorOf, outputOf } from './support/engine';

jest.setTimeout(60_000);

const ITEMS = 2_000;
const MEGABYTE = 1024 * 1024;

/** What is left of the heap after collecting garbage, in bytes. */
function heapInUse(): number {
	setFlagsFromString('--expose-gc');
	(runInNewContext('gc') as () => void)();
	return process.memoryUsage().heapUsed;
}

let sandbox: SandboxProcess;
beforeAll(async () => {
	sandbox = await startSandboxProcess();
});
afterAll(async () => sandbox.close());

test('2,000 items in one execution are all sent, once, in order, within 20 MB beyond the items', async () => {
	const rooms = await sandbox.openRooms(50);
	const signingSecret = await sandbox.createIntegration('http://127.0.0.1:9/webhook');
	const engine = new Engine({
		credential: sandboxCredential(sandbox, DEMO_PROJECT, signingSecret),
	});
	const items = Array.from({ length: ITEMS }, (_, n) => ({
		...rooms[n % rooms.length],
		text: `message ${String(n)}`,
	}));
	const parameters = {
		resource: 'message',
		operation: 'send',
		roomId: '={{ $json.room }}',
		botId: '={{ $json.bot }}',
		userId: '={{ $json.user }}',
		text: '={{ $json.text }}',
		options: { concurrency: 50 },
	};
	await engine.run(parameters, items.slice(0, 100));
	// Answers that take a moment let requests pile up, as far as they are allowed to.
	await sandbox.setFaults({ latencyMs: 5 });
	const since = await sandbox.mark();
	const before = heapInUse();
	let most = before;
	const watch = setInterval(() => (most = Math.max(most, heapInUse())), 500);
	try {
		const run = await engine.run(parameters, items);
		expect(errorOf(run)).toBeUndefined();
		expect(outputOf(run).map(({ json }) => json.roomId)).toEqual(items.map(({ room }) => room));
		expect(new Set(outputOf(run).map(({ json }) => json.messageId)).size).toBe(ITEMS);
	} finally {
		clearInterval(watch);
	}
	const traffic = await sandbox.traffic(since);
	expect(traffic).toMatchObject({ accepted: ITEMS, duplicates: 0, roomOverlaps: 0 });
	expect(traffic.mostUnderWay).toBeLessThanOrEqual(50);
	expect((most - before) / MEGABYTE).toBeLessThan(20);
});
