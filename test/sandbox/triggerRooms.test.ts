import { isNote } from '../../nodes/Jelou/shared/triggerNote';
import { waitUntil } from '../../scripts/n8n/waitUntil';
import type { Sandbox } from '../../sandbox';
import { startRecorder, type Recorder } from '../support/recorder';
import { endAll, integrate, PROJECT, start } from './support';

let sandbox: Sandbox;
let webhook: Recorder;
let answer: string;
const streams: AbortController[] = [];
beforeEach(async () => {
	sandbox = await start();
	answer = '{"rooms":[]}';
	webhook = await startRecorder(() => ({ body: answer }));
});
afterEach(async () => {
	for (const stream of streams.splice(0)) stream.abort();
	await endAll();
	await webhook.close();
});

const notes = () => webhook.requests.map(({ body }) => JSON.parse(body.toString()) as never).filter(isNote);
const writes = async () => await sandbox.userWrites(PROJECT.id, { text: 'hola' });

/** Opens the page's stream, as a browser does. */
async function watch(): Promise<void> {
	const stream = new AbortController();
	streams.push(stream);
	await fetch(`${sandbox.url}/sandbox/stream`, { signal: stream.signal });
}

test('the trigger is asked only while somebody watches', async () => {
	await integrate(sandbox, `${webhook.url}/webhook/an-id/webhook`);
	await writes();
	await watch();
	await waitUntil('the first note', () => notes().length > 0);
	// Two events and one note; without a watcher, a note would have come before them.
	expect(webhook.requests.map(({ body }) => body.toString().includes('n8n_nodes_jelou_note'))).toEqual([
		false,
		false,
		true,
	]);
});

test('while a test in the editor listens, the published trigger is asked: a test takes one event only', async () => {
	await integrate(sandbox, `${webhook.url}/webhook-test/an-id/webhook`);
	await watch();
	await writes();
	await waitUntil('a note', () => notes().length > 0);
	expect(webhook.requests.map(({ path }) => path)).toEqual([
		...['/webhook-test/an-id/webhook', '/webhook-test/an-id/webhook', '/webhook/an-id/webhook'],
	]);
});

test('another webhook is never given a note', async () => {
	await integrate(sandbox, `${webhook.url}/webhook/my-own-path`);
	await watch();
	await writes();
	expect((await fetch(`${sandbox.url}/sandbox/rooms/${room()}/endPause`, { method: 'POST' })).status).toBe(
		502,
	);
	await fetch(`${sandbox.url}/sandbox/reset`, {
		method: 'POST',
		body: '{"keepIntegrations":true}',
		headers: { 'content-type': 'application/json' },
	});
	expect(notes()).toEqual([]);
});

function room(): string {
	return [...sandbox.store.rooms.keys()][0] ?? '';
}

test.each(['', 'null', '{"rooms":5}', '{"rooms":[{"room_id":"x"}]}', '<html>', '{"status":"confirmed"}'])(
	'what is not a list changes nothing: %s',
	async (text) => {
		await integrate(sandbox, `${webhook.url}/webhook/an-id/webhook`);
		await writes();
		const pausedUntil = new Date(Date.now() + 60_000).toISOString();
		answer = JSON.stringify({ rooms: [{ room_id: room(), paused: true, pausedUntil }] });
		await watch();
		await waitUntil('the pause', () => sandbox.store.standings.size > 0);
		answer = text;
		const before = notes().length;
		await writes();
		await waitUntil('another note', () => notes().length > before);
		expect([...sandbox.store.standings.values()]).toEqual([{ roomId: room(), pausedUntil }]);
	},
);
