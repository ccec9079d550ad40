import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

import { Engine, errorOf, outputOf } from './support/engine';
import { startRawServer, type RawServer } from './support/rawServer';

const ITEMS = 40;
const CONCURRENCY = 10;
const MAX_RETRIES = 3;

let server: RawServer;
afterEach(async () => {
	jest.restoreAllMocks();
	await server.close();
});

/** Sends a message to as many rooms as there are items. */
async function broadcast() {
	const engine = new Engine({
		credential: {
			projectId: 'p',
			apiKey: 'k',
			signingSecret: 's',
			environment: 'custom',
			gatewayUrl: server.url,
			chatbotUrl: server.url,
		},
	});
	const parameters = {
		resource: 'message',
		operation: 'send',
		roomId: '={{ $json.room }}',
		botId: 'b',
		userId: 'u',
		text: 'x',
		options: { concurrency: CONCURRENCY, maxRetries: MAX_RETRIES },
	};
	const items = Array.from({ length: ITEMS }, (_, index) => ({ room: `room-${String(index)}` }));
	return await engine.run(parameters, items, { onError: 'continueRegularOutput' });
}

function limit(response: ServerResponse, retryAfter: string): void {
	response.writeHead(429, { 'retry-after': retryAfter }).end();
}

test('after the wait that Jelou asks for, one request probes while all others wait, and then each goes once', async () => {
	let arrivedDuringProbe = -1;
	const probe = async (response: ServerResponse) => {
		const before = server.requests;
		await sleep(300);
		arrivedDuringProbe = server.requests - before;
		response.writeHead(200).end('{}');
	};
	server = await startRawServer((_request, response, { requests }) => {
		if (requests <= CONCURRENCY) limit(response, '1');
		else if (requests === CONCURRENCY + 1) void probe(response);
		else response.writeHead(200).end('{}');
	});
	const run = await broadcast();
	expect(errorOf(run)).toBeUndefined();
	expect(outputOf(run).filter(({ json }) => 'error' in json)).toEqual([]);
	expect(arrivedDuringProbe).toBe(0);
	expect(server.requests).toBe(CONCURRENCY + ITEMS);
});

test('while Jelou lets nothing through, an item costs one request, not one for each retry', async () => {
	// No backoff of our own, so that only what Jelou asks for is waited.
	jest.spyOn(Math, 'random').mockReturnValue(0);
	server = await startRawServer((_request, response) => limit(response, '0'));
	const output = outputOf(await broadcast());
	expect(output).toHaveLength(ITEMS);
	for (const { json } of output) expect(json.error).toContain('too many requests (429)');
	expect(server.requests).toBeLessThanOrEqual(ITEMS + CONCURRENCY + MAX_RETRIES);
});
