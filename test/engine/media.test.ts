import { createHash, randomBytes } from 'node:crypto';
import type { IncomingMessage, RequestListener } from 'node:http';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';

import type { IDataObject, INodeExecutionData, IWebhookFunctions } from 'n8n-workflow';

import type { JelouEvent } from '../../nodes/Jelou/trigger/event/events';
import { withMedia, type MediaOptions } from '../../nodes/Jelou/shared/media';
import { serve, type HttpServer } from '../support/httpServer';
import { servePublicName, webhookContext } from './support/webhookContext';

const API_KEY = 'recognisable-api-key';
const SECRET = 'recognisable-signing-secret';
const PUBLIC = 'https://storage.example.com';
/** More than a socket buffers, so that a server notices when nobody reads any more. */
const IMAGE = randomBytes(300_000);
const OPTIONS: MediaOptions = { maxSize: 1_000_000, timeout: 20_000, allowPrivate: true };

/** A server with media; each test decides how it responds. */
let server: HttpServer;
let origin: string;
let host: string;
let answer: RequestListener;
let requests: IncomingMessage[];
let context: IWebhookFunctions;

const withPublicName = () => servePublicName(context, PUBLIC, origin);

beforeEach(async () => {
	requests = [];
	answer = (_request, response) => response.end(IMAGE);
	server = await serve((request, response) => {
		requests.push(request);
		answer(request, response);
	});
	origin = server.url;
	({ host } = new URL(origin));
	context = await webhookContext({ projectId: 'project', apiKey: API_KEY, signingSecret: SECRET });
});
afterEach(async () => {
	jest.restoreAllMocks();
	await server.close();
});

function messageOf(type: string, content: unknown): JelouEvent {
	return { event: 'message', room_id: 'room', value: { id: 'message', type, content } as IDataObject };
}

const image = (url: string, content: IDataObject = { mime_type: 'image/png' }) =>
	messageOf('image', { url, ...content });

async function bytesOf(item: INodeExecutionData): Promise<Buffer> {
	const binary = item.binary?.data;
	if (binary === undefined) throw new Error(String(item.json.mediaError));
	expect(binary.bytes).toBe(Buffer.from(binary.data, 'base64').length);
	return Promise.resolve(Buffer.from(binary.data, 'base64'));
}

/** The reason why an event has no media; the event itself must be there unchanged. */
function reasonOf(item: INodeExecutionData, event: JelouEvent): unknown {
	const { mediaError, ...rest } = item.json;
	expect(rest).toEqual(event);
	expect(item.binary).toBeUndefined();
	return mediaError;
}

/** Resolves when the client closes the connection before the response is complete. */
const hungUp = async (request: IncomingMessage) =>
	new Promise<void>((resolve) => request.socket.once('close', resolve));

describe('media becomes binary data', () => {
	test.each([
		['image', 'image/png', 'image', 'png'],
		['video', 'video/mp4', 'video', 'mp4'],
		['audio', 'audio/ogg', 'audio', 'ogg'],
		['document', 'application/pdf', 'pdf', 'pdf'],
	])('of a message of type %s', async (type, mimeType, fileType, fileExtension) => {
		const event = messageOf(type, { url: `${origin}/a/file.${fileExtension}?sig=x`, mime_type: mimeType });
		const item = await withMedia(context, event, OPTIONS);
		expect(item.json).toEqual(event);
		expect(
			createHash('sha256')
				.update(await bytesOf(item))
				.digest('hex'),
		).toBe(createHash('sha256').update(IMAGE).digest('hex'));
		expect(item.binary?.data).toMatchObject({
			mimeType,
			fileType,
			fileExtension,
			fileName: `file.${fileExtension}`,
		});
		expect(requests.map(({ method, url }) => `${String(method)} ${String(url)}`)).toEqual([
			`GET /a/file.${fileExtension}?sig=x`,
		]);
	});

	test('from a public HTTPS address', async () => {
		withPublicName();
		const item = await withMedia(context, image(`${PUBLIC}/a.png`), { ...OPTIONS, allowPrivate: false });
		expect(await bytesOf(item)).toEqual(IMAGE);
	});

	test('also when it is exactly as large as allowed', async () => {
		const options = { ...OPTIONS, maxSize: IMAGE.length };
		expect(await bytesOf(await withMedia(context, image(`${origin}/a`), options))).toEqual(IMAGE);
	});

	test('also when the server compresses it', async () => {
		answer = (_request, response) => {
			response.writeHead(200, { 'Content-Encoding': 'gzip' }).end(gzipSync(IMAGE));
		};
		const item = await withMedia(context, image(`${origin}/a`), OPTIONS);
		expect(await bytesOf(item)).toEqual(IMAGE);
	});

	test.each([
		[{}, 'image/webp; q=1', 'image/webp'],
		[{ mime_type: 'nonsense' }, 'IMAGE/WEBP', 'image/webp'],
		[{ mime_type: 7 }, undefined, 'application/octet-stream'],
		[{ mime_type: ' Audio/OGG; codecs=opus' }, 'text/html', 'audio/ogg'],
	])('%j, answered as %s, is of type %s', async (content, contentType, mimeType) => {
		answer = (_request, response) => {
			response.writeHead(200, contentType === undefined ? {} : { 'Content-Type': contentType }).end('x');
		};
		const item = await withMedia(context, image(`${origin}/a`, content), OPTIONS);
		expect(item.binary?.data?.mimeType).toBe(mimeType);
	});

	test('up to five redirects are followed, also relative ones', async () => {
		answer = ({ url }, response) => {
			const step = Number(String(url).slice(1));
			const location = step % 2 === 0 ? `${origin}/${String(step + 1)}` : String(step + 1);
			const status = [301, 302, 303, 307, 308][step];
			if (status === undefined) response.end(IMAGE);
			else response.writeHead(status, { Location: location }).end('moved');
		};
		const item = await withMedia(context, image(`${origin}/0`), OPTIONS);
		expect(await bytesOf(item)).toEqual(IMAGE);
		expect(requests.map(({ url }) => url)).toEqual(['/0', '/1', '/2', '/3', '/4', '/5']);
		expect(item.binary?.data?.fileName).toBe('0.png');
	});

	test('no secret is sent, neither from the credential nor from the URL', async () => {
		answer = ({ url }, response) => {
			if (url === '/a') response.writeHead(302, { Location: `http://name:password@${host}/b` }).end();
			else response.end('x');
		};
		await bytesOf(await withMedia(context, image(`http://name:password@${host}/a`), OPTIONS));
		expect(requests).toHaveLength(2);
		for (const { headers, rawHeaders } of requests) {
			expect(Object.keys(headers).sort()).toEqual([
				'accept',
				'accept-encoding',
				'connection',
				'host',
				'user-agent',
			]);
			expect(rawHeaders.join('\n')).not.toMatch(/recognisable|password/);
		}
	});
});

test('each of several messages in one event adds its own, in order, and one that fails does not stop the others', async () => {
	answer = ({ url }, response) => response.writeHead(url === '/lost.png' ? 404 : 200).end(url);
	const text = messageOf('text', { body: 'mira' });
	const files = ['/a.png', '/lost.png', '/b.png'].map((path) => image(`${origin}${path}`));
	const event = { ...text, messages: [text, ...files] };
	const { binary, json } = await withMedia(context, event, OPTIONS);
	const names = Object.entries(binary ?? {}).map(([name, file]) => [name, file.fileName]);
	expect(names).toEqual([
		['data', 'a.png'],
		['data2', 'b.png'],
	]);
	expect(json).toEqual({
		...event,
		mediaError: `The image could not be downloaded: ${host} answered 404.`,
	});
});

describe('an event without media to fetch is returned unchanged', () => {
	test.each<[string, JelouEvent]>([
		['a text', messageOf('text', { body: 'Hola' })],
		['an unknown type', messageOf('sticker', { url: 'http://127.0.0.1/' })],
		['a type that every object has', messageOf('constructor', { url: 'http://127.0.0.1/' })],
		['a type that is no text', { event: 'message', value: { type: ['image'], content: {} } }],
		['no value', { event: 'message' }],
		['a value that is a list', { event: 'message', value: [{ type: 'image' }] }],
		['a value that is null', { event: 'message', value: null }],
		['another event', { ...messageOf('image', { url: 'http://127.0.0.1/' }), event: 'conversation.start' }],
	])('%s', async (_name, event) => {
		const before = structuredClone(event);
		expect(await withMedia(context, event, { ...OPTIONS, allowPrivate: false })).toEqual({ json: before });
		expect(requests).toEqual([]);
	});
});

describe('media that may not be fetched is not requested', () => {
	const CLOSED = { ...OPTIONS, allowPrivate: false };

	test.each([
		['no content', undefined, 'the message has no media URL'],
		['content that is null', null, 'the message has no media URL'],
		['content that is a list', ['https://storage.example.com'], 'the message has no media URL'],
		['no url', { mime_type: 'image/png' }, 'the message has no media URL'],
		['an empty url', { url: '' }, 'the message has no media URL'],
		['a url that is an object', { url: { href: PUBLIC } }, 'the message has no media URL'],
		['a url that is none', { url: '/media/1.png' }, 'its URL is not valid'],
		['data in the url', { url: 'data:image/png;base64,AAAA' }, 'its URL is not HTTPS'],
		['a file', { url: 'file:///etc/passwd' }, 'its URL is not HTTPS'],
		['FTP', { url: 'ftp://storage.example.com/a' }, 'its URL at storage.example.com is not HTTPS'],
	])('%s, whatever the environment', async (_name, content, reason) => {
		const event = messageOf('image', content);
		for (const options of [OPTIONS, CLOSED]) {
			expect(reasonOf(await withMedia(context, event, options), event)).toBe(
				`The image could not be downloaded: ${reason}.`,
			);
		}
	});

	test('plain HTTP', async () => {
		const event = messageOf('video', { url: 'http://storage.example.com/a?sig=x' });
		expect(reasonOf(await withMedia(context, event, CLOSED), event)).toBe(
			'The video could not be downloaded: its URL at storage.example.com is not HTTPS.',
		);
	});

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

	test.each(PRIVATE_HOSTS)('a private address: %s', async (name) => {
		const request = jest.spyOn(context.helpers, 'httpRequest');
		const url = `https://${name}/a?sig=x`;
		const event = messageOf('document', { url });
		expect(reasonOf(await withMedia(context, event, CLOSED), event)).toBe(
			`The document could not be downloaded: ${new URL(url).host} is a private network address.`,
		);
		expect(request).not.toHaveBeenCalled();
	});

	test('a redirect to a private address, however it is written, or to another protocol', async () => {
		withPublicName();
		const { port } = new URL(origin);
		const locations = [
			...PRIVATE_HOSTS.map((name) => `https://${name}:${port}/b`),
			...['http:', 'HTTP:', 'ftp:', 'gopher:', 'ws:'].map((protocol) => `${protocol}//127.0.0.1:${port}/b`),
			`//127.0.0.1:${port}/b`,
			`\\\\127.0.0.1:${port}\\b`,
			`https://storage.example.com@127.0.0.1:${port}/b`,
			'data:image/png;base64,AAAA',
		];
		const followed = [];
		for (const location of locations) {
			requests = [];
			answer = (_request, response) =>
				// A header is Latin-1.
				response.writeHead(302, { Location: Buffer.from(location).toString('latin1') }).end();
			const { binary } = await withMedia(context, image(`${PUBLIC}/a`), CLOSED);
			if (binary !== undefined || requests.length !== 1) followed.push(location);
		}
		expect(followed).toEqual([]);
	});

	test.each([
		['plain HTTP', 'http://storage.example.com/b', 'its URL at storage.example.com is not HTTPS'],
		['a private address', 'https://127.0.0.1/b', '127.0.0.1 is a private network address'],
		['a file', 'file:///etc/passwd', 'its URL is not HTTPS'],
		['no URL', 'https://', 'storage.example.com redirected to a URL that is not valid'],
	])('a redirect to %s', async (_name, location, reason) => {
		withPublicName();
		answer = (_request, response) => response.writeHead(302, { Location: location }).end();
		const event = image(`${PUBLIC}/a`);
		expect(reasonOf(await withMedia(context, event, CLOSED), event)).toBe(
			`The image could not be downloaded: ${reason}.`,
		);
		expect(requests.map(({ url }) => url)).toEqual(['/a']);
	});
});

describe('a download that fails leaves the event, and says why', () => {
	test.each([
		...[300, 301, 302, 305, 400, 401, 403, 404, 410, 418, 429, 500, 502, 503].map(
			(status) => [status, {}] as const,
		),
		// These statuses do not redirect, whatever their Location.
		[304, { Location: '/b' }] as const,
		[404, { Location: '/b' }] as const,
	])('status %i, %j', async (status, headers) => {
		answer = (_request, response) => response.writeHead(status, headers).end();
		const event = image(`${origin}/path?signature=secret`);
		expect(reasonOf(await withMedia(context, event, OPTIONS), event)).toBe(
			`The image could not be downloaded: ${host} answered ${String(status)}.`,
		);
	});

	test.each([
		[404, {}],
		[302, { Location: '/again' }],
		[302, { Location: 'ftp://127.0.0.1/' }],
	])('no connection is left open: status %i, %j', async (status, headers) => {
		const closed: Array<Promise<void>> = [];
		answer = (request, response) => {
			closed.push(hungUp(request));
			response.writeHead(status, { ...headers, 'Content-Length': '1000' });
			response.flushHeaders();
		};
		await withMedia(context, image(`${origin}/a`), OPTIONS);
		await Promise.all(closed);
		expect(closed.length).toBeGreaterThan(0);
	});

	test('a sixth redirect', async () => {
		answer = (_request, response) => response.writeHead(302, { Location: '/again?sig=x' }).end();
		const event = image(`${origin}/a`);
		expect(reasonOf(await withMedia(context, event, OPTIONS), event)).toBe(
			`The image could not be downloaded: ${host} redirected more than 5 times.`,
		);
		expect(requests).toHaveLength(6);
	});

	test('too large according to its headers: nothing of it is read', async () => {
		let closed: Promise<void> | undefined;
		answer = (request, response) => {
			closed = hungUp(request);
			response.writeHead(200, { 'Content-Length': String(40 * 1024 * 1024) });
			response.flushHeaders();
		};
		const event = image(`${origin}/a?sig=x`);
		const item = await withMedia(context, event, { ...OPTIONS, maxSize: 25 * 1024 * 1024 });
		expect(reasonOf(item, event)).toBe(
			`The image could not be downloaded: the file at ${host} is larger than 25 MB.`,
		);
		await closed;
	});

	test.each([
		['by its own statement', 200, { 'Content-Length': '0' }],
		['without saying so', 200, { 'Transfer-Encoding': 'chunked' }],
		['by its status', 204, {}],
	])('empty %s', async (_name, status, headers) => {
		answer = (_request, response) => response.writeHead(status, headers).end();
		const event = image(`${origin}/a?sig=x`);
		expect(reasonOf(await withMedia(context, event, OPTIONS), event)).toBe(
			`The image could not be downloaded: the file at ${host} is empty.`,
		);
	});

	test('too large without saying so: it is read no further than allowed', async () => {
		let sent = 0;
		let closed: Promise<void> | undefined;
		answer = (request, response) => {
			closed = hungUp(request);
			const more = () => {
				while (!response.destroyed) {
					sent += IMAGE.length;
					if (!response.write(IMAGE)) break;
				}
			};
			response.on('drain', more);
			more();
		};
		const event = image(`${origin}/a?sig=x`);
		expect(reasonOf(await withMedia(context, event, { ...OPTIONS, maxSize: 500_000 }), event)).toBe(
			`The image could not be downloaded: the file at ${host} is larger than 500000 bytes.`,
		);
		// Otherwise the server would send forever.
		await closed;
		expect(sent).toBeGreaterThan(500_000);
	});

	test.each([
		['gzip', gzipSync],
		['deflate', deflateSync],
		['br', brotliCompressSync],
	])('small, but large once it is unpacked: %s', async (encoding, compress) => {
		const bomb = compress(Buffer.alloc(20_000_000));
		answer = (_request, response) => {
			response.writeHead(200, { 'Content-Encoding': encoding }).end(bomb);
		};
		const event = image(`${origin}/a`);
		expect(reasonOf(await withMedia(context, event, OPTIONS), event)).toBe(
			`The image could not be downloaded: the file at ${host} is larger than 1000000 bytes.`,
		);
	});

	test('too late: a silent server', async () => {
		let closed: Promise<void> | undefined;
		answer = (request) => {
			closed = hungUp(request);
		};
		const event = image(`${origin}/a?sig=x`);
		expect(reasonOf(await withMedia(context, event, { ...OPTIONS, timeout: 200 }), event)).toBe(
			`The image could not be downloaded: ${host} did not send the whole file within 0.2 seconds.`,
		);
		await closed;
	});

	test.each([
		['nothing more', 0],
		['a little now and then', 20],
	])('too late: a server that sends half and then %s', async (_name, interval) => {
		let closed: Promise<void> | undefined;
		let timer: NodeJS.Timeout | undefined;
		answer = (request, response) => {
			closed = hungUp(request);
			response.writeHead(200, { 'Content-Length': '1000' });
			response.write(Buffer.alloc(500));
			if (interval > 0) timer = setInterval(() => response.write('x'), interval);
		};
		const event = image(`${origin}/a?sig=x`);
		expect(reasonOf(await withMedia(context, event, { ...OPTIONS, timeout: 200 }), event)).toBe(
			`The image could not be downloaded: ${host} did not send the whole file within 0.2 seconds.`,
		);
		await closed;
		clearInterval(timer);
	});

	test('too late: redirects share one deadline', async () => {
		let asked = 0;
		answer = (_request, response) => {
			asked++;
			setTimeout(() => response.writeHead(302, { Location: '/again' }).end(), 150);
		};
		const event = image(`${origin}/a`);
		expect(reasonOf(await withMedia(context, event, { ...OPTIONS, timeout: 400 }), event)).toBe(
			`The image could not be downloaded: ${host} did not send the whole file within 0.4 seconds.`,
		);
		expect(asked).toBeLessThan(6);
	});

	test.each([
		[
			'before it answers',
			(response: Parameters<RequestListener>[1]) => response.destroy(),
			'could not be reached',
		],
		[
			'in the middle',
			(response: Parameters<RequestListener>[1]) => {
				response.writeHead(200, { 'Content-Length': '1000' });
				response.write(Buffer.alloc(500), () => response.destroy());
			},
			'was lost',
		],
		[
			'in the middle of chunks',
			(response: Parameters<RequestListener>[1]) => response.write('x', () => response.destroy()),
			'was lost',
		],
		[
			'in the middle of what is compressed',
			(response: Parameters<RequestListener>[1]) => {
				response.writeHead(200, { 'Content-Encoding': 'gzip' });
				response.write(gzipSync(IMAGE).subarray(0, 1_000), () => response.destroy());
			},
			'was lost',
		],
	])('a connection that breaks %s', async (_name, breakOff, words) => {
		answer = (_request, response) => void breakOff(response);
		const event = image(`${origin}/a?sig=x`);
		const reason = words === 'was lost' ? `the connection to ${host} was lost` : `${host} ${words}`;
		expect(reasonOf(await withMedia(context, event, OPTIONS), event)).toBe(
			`The image could not be downloaded: ${reason}.`,
		);
	});

	test.each<[string, RequestListener]>([
		[
			'not gzip, though it says so',
			(_request, response) => response.writeHead(200, { 'Content-Encoding': 'gzip' }).end('plain'),
		],
		['not HTTP', ({ socket }) => socket.end('SSH-2.0-OpenSSH\r\n')],
	])('an answer that is %s', async (_name, respond) => {
		answer = respond;
		const event = image(`${origin}/a`);
		expect(reasonOf(await withMedia(context, event, OPTIONS), event)).toMatch(/could not be downloaded: /);
	});

	test('no server there', async () => {
		const event = messageOf('audio', { url: 'http://127.0.0.1:1/a?sig=x' });
		expect(reasonOf(await withMedia(context, event, OPTIONS), event)).toBe(
			'The audio could not be downloaded: 127.0.0.1:1 could not be reached.',
		);
	});

	test('n8n cannot store it', async () => {
		jest
			.spyOn(context.helpers, 'prepareBinaryData')
			.mockRejectedValue(new Error(`no space left for ${origin}/a?sig=x`));
		const event = image(`${origin}/a?sig=x`);
		expect(reasonOf(await withMedia(context, event, OPTIONS), event)).toBe(
			'The image could not be downloaded: an unexpected error in n8n.',
		);
	});
});
