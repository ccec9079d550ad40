import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateSync, gzipSync } from 'node:zlib';

import fc from 'fast-check';

import {
	HEADERS as FORGED_HEADERS,
	SIGNINGS as FORGED_SIGNINGS,
	sign,
	withoutMessageId,
} from '../../support/forgeries';

/**
 * Deliveries that somebody tampered with, drawn as recipes: small enough to print and replay, and turned into bytes only
 * when they are used.
 */

const FIXTURES = [
	'event-conversation-start',
	'event-conversation-start-assigned',
	'event-message-image',
	'event-message-text',
].map((name) => withoutMessageId(readFileSync(join(__dirname, '../../fixtures', `${name}.json`), 'utf8')));

const GENUINE = FIXTURES[3] ?? '';

/** What `JSON.parse` and code that uses its result are known to trip over. */
const ODD_BODIES = [
	'{}',
	'[]',
	'null',
	'true',
	'7',
	'"message"',
	'[{"event":"message"}]',
	'{"event":"message"',
	'{"event":"message"}{}',
	'{"event":"message","event":"conversation.start"}',
	'{"event":"conversation.start","event":"message"}',
	'{"__proto__":{"event":"message"}}',
	'{"__proto__":null,"event":"message"}',
	'{"constructor":{"prototype":{"polluted":1}},"event":"message"}',
	'{"event":"message","__proto__":{"polluted":1},"toString":1,"hasOwnProperty":1,"then":1}',
	'{"event":["message"]}',
	'{"event":{"toString":"message"}}',
	'{"event":"","object":"message_event"}',
	'{"event":"\\u006dessage"}',
	'{"event":"message\\u0000"}',
	'{"event":"Message"}',
	'{"event":"*"}',
	'{"event":"message","n":1e999,"m":-0,"big":12345678901234567890}',
	'{"event":"message","half":"\\ud83d"}',
	'{"event":"message",}',
	"{'event':'message'}",
	'{"event":"message"/**/}',
	'NaN',
];

function keysOf<T extends object>(record: T): Array<keyof T> {
	return Object.keys(record) as Array<keyof T>;
}

type Base =
	| { kind: 'text'; text: string }
	/** That many letters, or that many lists inside each other. */
	| { kind: 'huge' | 'deep'; size: number };

/** The body as a receiver sees it that works on parsed JSON. */
function serialisedAgain(bytes: Buffer): Buffer {
	try {
		return Buffer.from(JSON.stringify(JSON.parse(bytes.toString('utf8'))));
	} catch {
		return bytes;
	}
}

const INSERTED = [' ', '\n', '\t', '\u0000', '\ufeff', ',', '{', '"', 'é', '\u2028'];

/** What is done to the bytes; `at` says where. */
const EDITS = {
	'a bit flipped': (bytes, at) => {
		const copy = Buffer.from(bytes);
		if (at < copy.length) copy[at] = (copy[at] ?? 0) ^ (1 << (at % 8));
		return copy;
	},
	truncated: (bytes, at) => bytes.subarray(0, at),
	'a byte dropped': (bytes, at) => Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1)]),
	'something inserted': (bytes, at) =>
		Buffer.concat([
			bytes.subarray(0, at),
			Buffer.from(INSERTED[at % INSERTED.length] ?? ''),
			bytes.subarray(at),
		]),
	utf16le: (bytes) => Buffer.from(bytes.toString(), 'utf16le'),
	utf16be: (bytes) => Buffer.from(bytes.toString(), 'utf16le').swap16(),
	latin1: (bytes) => Buffer.from(bytes.toString(), 'latin1'),
	BOM: (bytes) => Buffer.concat([Buffer.from('\ufeff'), bytes]),
	gzip: (bytes) => gzipSync(bytes),
	deflate: (bytes) => deflateSync(bytes),
	base64: (bytes) => Buffer.from(bytes.toString('base64')),
	CRLF: (bytes) => Buffer.from(bytes.toString().replaceAll('\n', '\r\n')),
	parsed: serialisedAgain,
} satisfies Record<string, (bytes: Buffer, at: number) => Buffer>;

/** What is signed, and how. Only the first certainly makes a genuine delivery. */
const SIGNINGS = {
	'these bytes': sign,
	'the bytes before they were edited': (_bytes, secret, before) => sign(before, secret),
	'JSON that was serialised again': (bytes, secret) => sign(serialisedAgain(bytes), secret),
	'the bytes read as UTF-8 and written again': (bytes, secret) => sign(bytes.toString('utf8'), secret),
	...FORGED_SIGNINGS,
} satisfies Record<string, (bytes: Buffer, secret: string, before: Buffer) => string>;

const HEADERS = {
	'as it is': (right) => right,
	'upper case': (right) => `sha256=${right.slice(7).toUpperCase()}`,
	'mixed case': (right, at) => `${right.slice(0, 7 + (at % 64))}${right.slice(7 + (at % 64)).toUpperCase()}`,
	'bit flip': (right, at) => {
		const index = at % right.length;
		const flipped = String.fromCharCode(right.charCodeAt(index) ^ (1 << (at % 7)));
		return `${right.slice(0, index)}${flipped}${right.slice(index + 1)}`;
	},
	...FORGED_HEADERS,
} satisfies Record<string, (right: string, at: number) => unknown>;

const NAMES = [
	'x-jelou-signature',
	'X-Jelou-Signature',
	'x-jelou-signature ',
	'x_jelou_signature',
	'x-hub-signature-256',
	'signature',
] as const;

type Request = Record<string, unknown>;

/** How n8n passes the body on: already read, to be read, or in ways that it never does. */
const READINGS = {
	read: (request, bytes) => (request.rawBody = bytes),
	'to be read': (request, bytes) => (request.readRawBody = () => Promise.resolve((request.rawBody = bytes))),
	'nothing to read': () => undefined,
	'breaks off': (request) => (request.readRawBody = () => Promise.reject(new Error('request aborted'))),
	'cannot be read': (request) => delete request.readRawBody,
	text: (request, bytes) => (request.rawBody = bytes.toString('utf8')),
	Uint8Array: (request, bytes) => (request.rawBody = new Uint8Array(bytes)),
	'serialised Buffer': (request, bytes) => (request.rawBody = bytes.toJSON()),
	null: (request) => (request.rawBody = null),
} satisfies Record<string, (request: Request, bytes: Buffer) => unknown>;

const CONTENT_TYPES = [
	'application/json',
	'application/json; charset=utf-8',
	'application/json; charset=utf-16le',
	'application/json; charset=utf-7',
	'application/json; charset="\u0000"',
	'APPLICATION/JSON',
	'text/plain; charset=iso-8859-1',
	'text/xml',
	'application/x-www-form-urlencoded',
	'multipart/form-data; boundary=x',
	'multipart/form-data',
	'application/octet-stream',
	'',
	undefined,
] as const;

const EVENT_LISTS = [
	['*'],
	['message'],
	['message', 'conversation.start'],
	['conversation.close'],
	[],
] as const;

export interface Recipe {
	base: Base;
	edits: Array<{ edit: keyof typeof EDITS; at: number }>;
	signing: keyof typeof SIGNINGS;
	header: keyof typeof HEADERS;
	name: (typeof NAMES)[number];
	reading: keyof typeof READINGS;
	contentType: (typeof CONTENT_TYPES)[number];
	contentEncoding: 'gzip' | 'identity' | undefined;
	events: (typeof EVENT_LISTS)[number];
	/** Where in the header something is changed. */
	at: number;
}

const text = (value: string): Base => ({ kind: 'text', text: value });
const name = fc.constantFrom('message', 'conversation.start', 'conversation.close', 'new.event', '', '*');
const part = fc.constantFrom(
	'messages',
	'message_event',
	'message',
	'conversation',
	'start',
	'incoming_message',
);
const base: fc.Arbitrary<Base> = fc.oneof(
	{ weight: 20, arbitrary: fc.constantFrom(...FIXTURES).map(text) },
	{ weight: 8, arbitrary: fc.constantFrom(...ODD_BODIES).map(text) },
	{
		weight: 8,
		arbitrary: fc
			.record(
				{
					event: name,
					object: fc.oneof(name, part),
					field: fc.oneof(name, part),
					event_type: fc.oneof(name, part),
					value: fc.oneof(fc.jsonValue(), fc.constant({ type: 'text' })),
				},
				{ requiredKeys: [] },
			)
			.map((payload) => text(JSON.stringify(payload))),
	},
	{ weight: 3, arbitrary: fc.json().map(text) },
	{ weight: 2, arbitrary: fc.string({ unit: 'binary' }).map(text) },
	{
		weight: 1,
		arbitrary: fc.record({ kind: fc.constant('huge' as const), size: fc.integer({ min: 1, max: 400_000 }) }),
	},
	{
		weight: 1,
		arbitrary: fc.record({ kind: fc.constant('deep' as const), size: fc.integer({ min: 1, max: 50_000 }) }),
	},
);

const at = fc.nat(100_000);
const edit = fc.record({
	edit: fc.oneof(
		{ weight: 2, arbitrary: fc.constantFrom('a bit flipped' as const, 'something inserted' as const) },
		{ weight: 2, arbitrary: fc.constantFrom(...keysOf(EDITS)) },
	),
	at,
});

const drawn = {
	base,
	contentType: fc.constantFrom(...CONTENT_TYPES),
	contentEncoding: fc.constantFrom('gzip' as const, 'identity' as const, undefined),
	events: fc.constantFrom(...EVENT_LISTS),
	at,
};

/** Whatever their content, these carry the signature of their bytes, or of their JSON, as Jelou would send it. */
const genuine: fc.Arbitrary<Recipe> = fc.record({
	...drawn,
	edits: fc.oneof(
		{ weight: 3, arbitrary: fc.constant<Recipe['edits']>([]) },
		fc.array(edit, { maxLength: 2 }),
	),
	signing: fc.constantFrom('these bytes', 'these bytes', 'JSON that was serialised again'),
	header: fc.constantFrom('as it is', 'as it is', 'upper case', 'mixed case'),
	name: fc.constant('x-jelou-signature'),
	reading: fc.constantFrom('read', 'to be read'),
});

/** One thing is wrong with these, or the bytes were changed after they were signed; or all of it at once. */
const forged = fc.oneof(
	...(['edits', 'signing', 'header', 'name', 'reading', 'all'] as const).map(
		(wrong): fc.Arbitrary<Recipe> => {
			const isWrong = (part: typeof wrong) => wrong === part || wrong === 'all';
			return fc.record({
				...drawn,
				edits: fc.array(edit, { minLength: wrong === 'edits' ? 1 : 0, maxLength: 3 }),
				signing:
					wrong === 'edits'
						? fc.constant('the bytes before they were edited')
						: isWrong('signing')
							? fc.constantFrom(...keysOf(SIGNINGS))
							: fc.constant('these bytes'),
				header: isWrong('header') ? fc.constantFrom(...keysOf(HEADERS)) : fc.constant('as it is'),
				name: isWrong('name') ? fc.constantFrom(...NAMES) : fc.constant('x-jelou-signature'),
				reading: isWrong('reading') ? fc.constantFrom(...keysOf(READINGS)) : fc.constant('read'),
			});
		},
	),
);

export const deliveries = fc.oneof({ weight: 2, arbitrary: genuine }, { weight: 3, arbitrary: forged });

function baseBytes(base: Base): Buffer {
	if (base.kind === 'text') return Buffer.from(base.text, 'utf8');
	if (base.kind === 'huge') return Buffer.from(`{"event":"message","text":"${'a'.repeat(base.size)}"}`);
	return Buffer.from(`{"event":"message","list":${'['.repeat(base.size)}${']'.repeat(base.size)}}`);
}

/** A request as a node finds it, and what the trigger may rely on: its header and the bytes that arrived, if any. */
export interface Tampered {
	request: Request;
	header: unknown;
	bytes: Buffer | undefined;
}

/** Makes the request that a recipe describes. */
export function tamper(recipe: Recipe, secret: string): Tampered {
	const before = baseBytes(recipe.base);
	const bytes = recipe.edits.reduce(
		(edited, { at, edit }) => EDITS[edit](edited, at % (edited.length + 1)),
		before,
	);
	const header: unknown = HEADERS[recipe.header](SIGNINGS[recipe.signing](bytes, secret, before), recipe.at);
	const headers: Record<string, unknown> = {
		host: 'n8n.example.com',
		'content-length': String(bytes.length),
	};
	if (recipe.contentType !== undefined) headers['content-type'] = recipe.contentType;
	if (recipe.contentEncoding !== undefined) headers['content-encoding'] = recipe.contentEncoding;
	if (recipe.header !== 'absent') headers[recipe.name] = header;
	const request: Request = {
		method: 'POST',
		headers,
		params: {},
		query: { 'x-jelou-signature': header },
		// Parsed by n8n, perhaps by different rules: must not be used for the check.
		body: JSON.parse(GENUINE) as unknown,
		contentType: recipe.contentType?.split(';')[0],
		encoding: 'utf-8',
		readRawBody: () => Promise.resolve(),
	};
	READINGS[recipe.reading](request, bytes);
	const isGiven = recipe.reading === 'read' || recipe.reading === 'to be read';
	return { request, header: headers['x-jelou-signature'], bytes: isGiven ? bytes : undefined };
}
