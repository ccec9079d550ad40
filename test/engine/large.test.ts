import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import type { Json } from '../../scripts/json';
import { ROOT } from '../../scripts/paths';
import { KeptProcess } from '../../scripts/process';
import { sandboxCredential } from '../../scripts/sandboxCredential';
import { DEMO_PROJECT } from '../../sandbox';
import { Engine, errorOf, outputOf } from './support/engine';

/** Only to end a test that hangs: the speed of the machine is not tested. */
const TIMEOUT_MS = 600_000;

const ITEMS = 2_000;
/** How many requests to wait before measuring the heap again. */
const REQUESTS_BETWEEN = 100;
const MEGABYTE = 1024 * 1024;

/** The heap in use after garbage collection, in bytes. */
function heapInUse(): number {
	setFlagsFromString('--expose-gc');
	(runInNewContext('gc') as () => void)();
	return process.memoryUsage().heapUsed;
}

/** In a separate process, so that its memory is not measured. */
let sandbox: KeptProcess;
const url = () => /Jelou sandbox: (\S+)\n/.exec(sandbox.log())?.[1] ?? '';
beforeAll(async () => {
	sandbox = new KeptProcess(process.execPath, ['--import', 'tsx', join(ROOT, 'sandbox/main.ts')], {
		cwd: ROOT,
	});
	expect(await sandbox.becomes(() => url() !== '', TIMEOUT_MS)).toBe(true);
});
afterAll(async () => sandbox.stop());

async function post(path: string, body: unknown): Promise<void> {
	const headers = { 'content-type': 'application/json', 'x-api-key': DEMO_PROJECT.apiKey };
	const { ok } = await fetch(url() + path, { method: 'POST', headers, body: JSON.stringify(body) });
	expect(ok).toBe(true);
}

test('2,000 items in one execution are all sent, once, in order, within 20 MB beyond the items', async () => {
	const users = Array.from({ length: 50 }, (_, n) => ({
		id: `user-${String(n)}`,
		name: `User ${String(n)}`,
	}));
	const rooms = users.map(({ id }) => ({ id: `room-of-${id}`, userId: id }));
	const signingSecret = 'a'.repeat(64);
	await post('/sandbox/projects', { ...DEMO_PROJECT, users, rooms, signingSecret });
	const webhookUrl = 'http://127.0.0.1:9/webhook';
	await post(`/platform/v1/external-support/${DEMO_PROJECT.id}`, { webhookUrl });
	const base = { chatbotUrl: url(), gatewayUrl: `${url()}/platform` };
	const engine = new Engine({ credential: sandboxCredential(base, DEMO_PROJECT, signingSecret) });
	const items = Array.from({ length: ITEMS }, (_, n) => ({
		room: rooms[n % rooms.length]?.id,
		user: users[n % users.length]?.id,
		text: `message ${String(n)}`,
	}));
	const parameters = {
		resource: 'message',
		operation: 'send',
		roomId: '={{ $json.room }}',
		botId: DEMO_PROJECT.bots[0]?.id ?? '',
		userId: '={{ $json.user }}',
		text: '={{ $json.text }}',
		options: { concurrency: 50, timeout: 300 },
	};
	await engine.run(parameters, items.slice(0, 100));
	// With slow responses, requests pile up as far as they are allowed to.
	await post('/sandbox/faults', { latencyMs: 5 });
	const traffic = async (since = 0) =>
		(await (await fetch(`${url()}/sandbox/traffic?since=${String(since)}`)).json()) as Json;
	const { place } = await traffic();
	const before = heapInUse();
	let most = before;
	// Counts requests instead of time: on a busy machine, garbage collection may take longer than the interval.
	let requests = 0;
	const watch = () => {
		if (++requests % REQUESTS_BETWEEN === 0) most = Math.max(most, heapInUse());
	};
	subscribe('http.client.request.start', watch);
	try {
		const run = await engine.run(parameters, items);
		expect(errorOf(run)).toBeUndefined();
		expect(outputOf(run).map(({ json }) => json.roomId)).toEqual(items.map(({ room }) => room));
		expect(new Set(outputOf(run).map(({ json }) => json.messageId)).size).toBe(ITEMS);
	} finally {
		unsubscribe('http.client.request.start', watch);
	}
	expect(requests).toBeGreaterThanOrEqual(ITEMS);
	const sent = await traffic(Number(place));
	expect(sent).toMatchObject({ accepted: ITEMS, duplicates: 0, roomOverlaps: 0 });
	expect(sent.mostUnderWay).toBeLessThanOrEqual(50);
	expect((most - before) / MEGABYTE).toBeLessThan(20);
});
