import { readFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';

import type { Request, Response } from 'express';

import { withMedia } from '../../nodes/Jelou/shared/media';
import { forgeries, HEADERS, sign, SIGNINGS, withoutMessageId } from '../forgeries';
import { serve, type HttpServer } from '../support/httpServer';
import { Engine } from './support/engine';
import { startReceiver, type Receiver } from './support/receiver';
import { servePublicName, webhookContext } from './support/webhookContext';

jest.setTimeout(120_000);

// What got through once must not be hidden as a repetition later.
const EVENT = withoutMessageId(readFileSync(join(__dirname, '../fixtures/event-message-text.json'), 'utf8'));
const SECRET = '5f'.repeat(32);
const credential = { projectId: 'project', apiKey: 'key', signingSecret: SECRET };
const PUBLIC = 'https://storage.example.com';

interface Entry {
	what: string;
	tries: number;
	/** Those that got through, by name. */
	through: string[];
}

const ledger: Entry[] = [];

async function count<T>(
	what: string,
	tries: readonly T[],
	{ name, getsThrough }: { name: (attempt: T) => string; getsThrough: (attempt: T) => Promise<boolean> },
): Promise<Entry> {
	const entry: Entry = { what, tries: tries.length, through: [] };
	for (const attempt of tries) if (await getsThrough(attempt)) entry.through.push(name(attempt));
	ledger.push(entry);
	return entry;
}

afterAll(() => {
	const lines = ledger.map(
		({ what, tries, through }) =>
			`${what.padEnd(50)} ${String(tries).padStart(5)} ${String(through.length).padStart(8)}`,
	);
	const head = `${'what was tried'.padEnd(50)} ${'tries'.padStart(5)} ${'through'.padStart(8)}`;
	process.stdout.write(`\n${[head, ...lines].join('\n')}\n`);
});

describe('forged deliveries', () => {
	let receiver: Receiver;
	beforeAll(async () => {
		receiver = await startReceiver(new Engine({ credential }), { events: ['*'] });
	});
	afterAll(async () => receiver.close());

	const url = () => `${receiver.url}/webhook/webhook-1/webhook`;
	/** Whether an attempt starts anything. */
	const starts = async (attempt: () => Promise<unknown>): Promise<boolean> => {
		receiver.runs.length = 0;
		await attempt();
		return receiver.runs.length > 0;
	};
	const post = async (body: string | undefined, signature: string | null, headers = {}) =>
		fetch(url(), {
			method: 'POST',
			body,
			headers: {
				'Content-Type': 'application/json',
				...(signature !== null && { 'X-Jelou-Signature': signature }),
				...headers,
			},
		});

	test('a genuine delivery starts the workflow, so the tries below would be seen', async () => {
		expect(await starts(() => post(EVENT, sign(EVENT, SECRET)))).toBe(true);
	});

	test('no forged signature is believed, as n8n hands it over', async () => {
		const right = sign(EVENT, SECRET);
		const body = Buffer.from(EVENT);
		const tries = [
			...Object.entries(HEADERS).flatMap(([name, forge]) =>
				[0, 13, 63].map((at) => ({ name: `${name}, at ${String(at)}`, header: forge(right, at) as unknown })),
			),
			...Object.entries(SIGNINGS).map(([name, forge]) => ({
				name: `signed ${name}`,
				header: forge(body, SECRET) as unknown,
			})),
		];
		const engine = new Engine({ credential });
		const response = { status: () => response, json: () => response, end: () => response };
		const entry = await count('forged signatures, in memory', tries, {
			name: ({ name }) => name,
			getsThrough: async ({ header }) => {
				const request = { headers: { 'x-jelou-signature': header }, rawBody: body };
				const parameters = { events: ['*'] };
				const result = await engine.webhook(
					request as unknown as Request,
					response as unknown as Response,
					parameters,
				);
				return result.workflowData !== undefined;
			},
		});
		expect(entry).toMatchObject({ through: [] });
		expect(entry.tries).toBeGreaterThanOrEqual(96);
	});

	test('no forged request is believed, over HTTP', async () => {
		const entry = await count('forged requests, over HTTP', forgeries(EVENT, SECRET), {
			name: ({ name }) => name,
			getsThrough: async ({ body, headers, signature }) => starts(() => post(body, signature, headers)),
		});
		expect(entry).toMatchObject({ through: [] });
		expect(entry.tries).toBeGreaterThanOrEqual(33);
	});

	test('no request that is smuggled past its framing is believed', async () => {
		const right = `X-Jelou-Signature: ${sign(EVENT, SECRET)}`;
		const bytes = Buffer.byteLength(EVENT);
		const other = '{"event":"conversation.close"}';
		const head = (...lines: string[]) =>
			[
				'POST /webhook/webhook-1/webhook HTTP/1.1',
				'Host: x',
				'Content-Type: application/json',
				...lines,
			].join('\r\n');
		const chunk = (text: string) => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;
		const length = `Content-Length: ${String(bytes)}`;
		const tries = [
			{
				name: 'both a length and chunks',
				wire: `${head(right, length, 'Transfer-Encoding: chunked')}\r\n\r\n${chunk(other)}0\r\n\r\n`,
			},
			{ name: 'two lengths', wire: `${head(right, length, 'Content-Length: 30')}\r\n\r\n${other}` },
			{
				name: 'a wrong signature before the right one',
				wire: `${head(`X-Jelou-Signature: sha256=${'0'.repeat(64)}`, right, length)}\r\n\r\n${EVENT}`,
			},
			{
				name: 'a second request inside the body of the first',
				wire: `${head('Content-Length: 0')}\r\n\r\n${head(right, 'Content-Length: 30')}\r\n\r\n${other}`,
			},
			{ name: 'a folded header', wire: `${head(right.replace(': ', ':\r\n '), length)}\r\n\r\n${other}` },
		];
		const send = async (wire: string) =>
			new Promise<void>((resolve) => {
				const socket = connect(Number(new URL(receiver.url).port), '127.0.0.1');
				socket.on('error', () => resolve()).on('close', () => resolve());
				socket.resume();
				socket.end(wire);
			});
		expect(await starts(() => send(`${head(right, length)}\r\n\r\n${EVENT}`))).toBe(true);
		const entry = await count('smuggled requests', tries, {
			name: ({ name }) => name,
			getsThrough: async ({ wire }) => starts(() => send(wire)),
		});
		expect(entry).toMatchObject({ through: [], tries: tries.length });
	});
});

describe('media downloads', () => {
	let answer: RequestListener = (_request, response) => response.end('x');
	let requests: string[] = [];
	let server: HttpServer;
	beforeAll(async () => {
		server = await serve((request, response) => {
			requests.push(String(request.url));
			answer(request, response);
		});
	});
	afterEach(() => jest.restoreAllMocks());
	afterAll(async () => server.close());

	async function downloadFrom(url: string) {
		requests = [];
		const context = await webhookContext(credential);
		servePublicName(context, PUBLIC, server.url);
		const event = { event: 'message', value: { type: 'image', content: { url } } };
		return await withMedia(context, event, { maxSize: 1_000_000, timeout: 5_000, allowPrivate: false });
	}

	const port = () => new URL(server.url).port;
	/** Hosts of this machine and its network, in every spelling that a URL parser knows. */
	const PRIVATE_HOSTS =
		`127.0.0.1 127.1 127.0.1 127.255.255.254 127.0.0.1. 2130706433 0x7f000001 0x7f.1 0x7f.0.0.1
		017700000001 0177.0.0.1 0177.1 %31%32%37.0.0.1 127。0。0。1 １２７.0.0.1 0.0.0.0 0 0x0 localhost LOCALHOST localhost.
		a.localhost localhost.localdomain 10.0.0.1 10.255.255.255 167772161 0xa.1 012.0.0.1 172.16.0.1 172.31.255.255
		2886729729 0xac100001 192.168.0.1 192.168.255.255 3232235521 0xc0a80001 0300.0250.0.1 169.254.169.254 2852039166
		0xa9fea9fe 0251.0376.0251.0376 169.254.1.1 100.64.0.1 100.100.100.200 100.127.255.255 192.0.0.192 198.18.0.1
		198.19.255.255 224.0.0.1 239.255.255.250 240.0.0.1 255.255.255.255 [::1] [::] [0:0:0:0:0:0:0:1] [::ffff:127.0.0.1]
		[::ffff:7f00:1] [::127.0.0.1] [64:ff9b::127.0.0.1] [fe80::1] [fe90::1] [fc00::1] [fd00:ec2::254] [ff02::1] [fec0::1]
		metadata metadata.google.internal kubernetes.default.svc.cluster.local n8n postgres router.lan nas.home printer.local
		host.docker.internal intranet gateway.home.arpa wiki.intranet`.split(/\s+/);

	test('no private address is asked, however it is written', async () => {
		const entry = await count('private addresses', PRIVATE_HOSTS, {
			name: (host) => host,
			getsThrough: async (host) => {
				const { binary, json } = await downloadFrom(`https://${host}:${port()}/a.png`);
				return (
					binary !== undefined ||
					requests.length > 0 ||
					!/ is a private network address\.$/.test(String(json.mediaError))
				);
			},
		});
		expect(entry).toMatchObject({ through: [] });
		expect(entry.tries).toBeGreaterThanOrEqual(70);
	});

	test('no redirect leads to a private address or another protocol', async () => {
		const hosts = PRIVATE_HOSTS.filter((_host, index) => index % 3 === 0);
		const locations = [
			...hosts.map((host) => `https://${host}:${port()}/b`),
			...['http:', 'HTTP:', 'ftp:', 'gopher:', 'ws:'].map((protocol) => `${protocol}//127.0.0.1:${port()}/b`),
			`//127.0.0.1:${port()}/b`,
			`\\\\127.0.0.1:${port()}\\b`,
			`https://storage.example.com@127.0.0.1:${port()}/b`,
			'file:///etc/passwd',
			'data:image/png;base64,AAAA',
			'https://',
		];
		const entry = await count('redirects', locations, {
			name: (location) => location,
			getsThrough: async (location) => {
				answer = ({ url }, response) =>
					url === '/a' ? response.writeHead(302, { Location: location }).end() : response.end('x');
				const { binary } = await downloadFrom(`${PUBLIC}/a`);
				return binary !== undefined || requests.length > 1;
			},
		});
		expect(entry).toMatchObject({ through: [] });
		expect(entry.tries).toBeGreaterThanOrEqual(33);
	});

	test('no compressed bomb is unpacked beyond the limit', async () => {
		const bomb = Buffer.alloc(20_000_000);
		const tries = [
			['gzip', gzipSync(bomb)],
			['deflate', deflateSync(bomb)],
			['br', brotliCompressSync(bomb, { params: {} })],
		] as const;
		const entry = await count('compressed bombs', tries, {
			name: ([encoding]) => encoding,
			getsThrough: async ([encoding, bytes]) => {
				answer = (_request, response) => {
					response.writeHead(200, { 'Content-Encoding': encoding }).end(bytes);
				};
				return (await downloadFrom(`${PUBLIC}/a`)).binary !== undefined;
			},
		});
		expect(entry).toMatchObject({ through: [] });
	});

	test('no answer that is not the whole file becomes one', async () => {
		const statuses = [300, 301, 304, 305, 400, 401, 403, 404, 410, 418, 429, 500, 502, 503];
		const cases: Array<{ name: string; respond: RequestListener }> = [
			...statuses.map((status) => ({
				name: `status ${String(status)}`,
				respond: ((_request, response) => response.writeHead(status).end('x')) satisfies RequestListener,
			})),
			{
				name: 'half of what it promises',
				respond: (_request, response) => {
					response.writeHead(200, { 'Content-Length': '10' });
					response.write('half', () => response.destroy());
				},
			},
			{
				name: 'not gzip, though it says so',
				respond: (_request, response) => response.writeHead(200, { 'Content-Encoding': 'gzip' }).end('plain'),
			},
			{
				name: 'longer than allowed',
				respond: (_request, response) => response.end(Buffer.alloc(1_000_001)),
			},
			{ name: 'nothing', respond: (_request, response) => response.destroy() },
			{ name: 'not HTTP', respond: ({ socket }) => socket.end('SSH-2.0-OpenSSH\r\n') },
		];
		const entry = await count('odd answers of a media server', cases, {
			name: ({ name }) => name,
			getsThrough: async ({ respond }) => {
				answer = respond;
				return (await downloadFrom(`${PUBLIC}/a`)).binary !== undefined;
			},
		});
		expect(entry).toMatchObject({ through: [], tries: cases.length });
	});
});
