import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateSync, gzipSync } from 'node:zlib';

import fc from 'fast-check';

import {
	HEADERS as FORGED_HEADERS,
	SIGNINGS as FORGED_SIGNINGS,
	sign,
	withoutMessageId,
} from '../../forgeries';

/**
 * Deliveries that somebody tampered with, drawn as recipes: small enough to be printed and replayed, and made of bytes
 * only when they are used.
 */

const FIXTURES = [
	'event-conversation-start',
	'event-conversation-start-assigned',
	'event-message-image',
	'event-message-text',
].map((name) => withoutMessageId(readFileSync(join(__dirname, '../../fixtures', `${name}.json`), 'utf8')));

const GENUINE = FIXTURES[3] ?? '';

/** What `JSON.parse` and those who use its result are known to trip over. */
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

type Edit =
	| { kind: 'flip'; at: number; bit: number }
	| { kind: 'truncate'; at: number }
	| { kind: 'drop'; at: number }
	| { kind: 'insert'; at: number; text: string }
	| { kind: 'encode'; as: (typeof ENCODINGS)[number] };

const ENCODINGS = [
	'utf16le',
	'utf16be',
	'latin1',
	'BOM',
	'gzip',
	'deflate',
	'base64',
	'CRLF',
	'parsed',
] as const;

/** The bytes that a signature is made over, and how. Only the first makes a genuine delivery. */
const SIGNINGS = [
	'these bytes',
	'the bytes before they were edited',
	'JSON that was serialised again',
	'the bytes read as UTF-8 and written again',
	...keysOf(FORGED_SIGNINGS),
] as const;

const HEADERS = ['as it is', 'upper case', 'mixed case', ...keysOf(FORGED_HEADERS), 'bit flip'] as const;

const NAMES = [
	'x-jelou-signature',
	'X-Jelou-Signature',
	'x-jelou-signature ',
	'x_jelou_signature',
	'x-hub-signature-256',
	'signature',
] as const;

/** How n8n hands the body over: read already, to be read, or in ways that it never does. */
const READINGS = [
	'read',
	'to be read',
	'nothing to read',
	'breaks off',
	'cannot be read',
	'text',
	'Uint8Array',
	'serialised Buffer',
	'null',
] as const;

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
	edits: Edit[];
	signing: (typeof SIGNINGS)[number];
	header: (typeof HEADERS)[number];
	name: (typeof NAMES)[number];
	reading: (typeof READINGS)[number];
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
const edit: fc.Arbitrary<Edit> = fc.oneof(
	{ weight: 4, arbitrary: fc.record({ kind: fc.constant('flip' as const), at, bit: fc.nat(7) }) },
	{ weight: 1, arbitrary: fc.record({ kind: fc.constant('truncate' as const), at }) },
	{ weight: 1, arbitrary: fc.record({ kind: fc.constant('drop' as const), at }) },
	{
		weight: 2,
		arbitrary: fc.record({
			kind: fc.constant('insert' as const),
			at,
			text: fc.constantFrom(' ', '\n', '\t', '\u0000', '\ufeff', ',', '{', '"', 'é', '\u2028'),
		}),
	},
	{
		weight: 2,
		arbitrary: fc.record({ kind: fc.constant('encode' as const), as: fc.constantFrom(...ENCODINGS) }),
	},
);

const drawn = {
	base,
	contentType: fc.constantFrom(...CONTENT_TYPES),
	contentEncoding: fc.constantFrom('gzip' as const, 'identity' as const, undefined),
	events: fc.constantFrom(...EVENT_LISTS),
	at,
};

/** Whatever they say, these carry the signature of their bytes, as Jelou would send it. */
const genuine: fc.Arbitrary<Recipe> = fc.record({
	...drawn,
	edits: fc.oneof({ weight: 3, arbitrary: fc.constant<Edit[]>([]) }, fc.array(edit, { maxLength: 2 })),
	signing: fc.constant('these bytes' as const),
	header: fc.constantFrom(
		'as it is' as const,
		'as it is' as const,
		'upper case' as const,
		'mixed case' as const,
	),
	name: fc.constant('x-jelou-signature' as const),
	reading: fc.constantFrom('read' as const, 'to be read' as const),
});

/** One thing is wrong with these, or the bytes were changed after they were signed. */
const forged: fc.Arbitrary<Recipe> = fc.oneof(
	...(['edits', 'signing', 'header', 'name', 'reading'] as const).map((wrong) =>
		fc.record({
			...drawn,
			edits: fc.array(edit, { minLength: wrong === 'edits' ? 1 : 0, maxLength: 3 }),
			signing:
				wrong === 'edits'
					? fc.constant('the bytes before they were edited' as const)
					: wrong === 'signing'
						? fc.constantFrom(...SIGNINGS)
						: fc.constant('these bytes' as const),
			header: wrong === 'header' ? fc.constantFrom(...HEADERS) : fc.constant('as it is' as const),
			name: wrong === 'name' ? fc.constantFrom(...NAMES) : fc.constant('x-jelou-signature' as const),
			reading: wrong === 'reading' ? fc.constantFrom(...READINGS) : fc.constant('read' as const),
		}),
	),
	// And everything at once.
	fc.record({
		...drawn,
		edits: fc.array(edit, { maxLength: 3 }),
		signing: fc.constantFrom(...SIGNINGS),
		header: fc.constantFrom(...HEADERS),
		name: fc.constantFrom(...NAMES),
		reading: fc.constantFrom(...READINGS),
	}),
);

export const deliveries = fc.oneof({ weight: 2, arbitrary: genuine }, { weight: 3, arbitrary: forged });

function baseBytes(base: Base): Buffer {
	if (base.kind === 'text') return Buffer.from(base.text, 'utf8');
	if (base.kind === 'huge') return Buffer.from(`{"event":"message","text":"${'a'.repeat(base.size)}"}`);
	return Buffer.from(`{"event":"message","list":${'['.repeat(base.size)}${']'.repeat(base.size)}}`);
}

function encoded(bytes: Buffer, as: (typeof ENCODINGS)[number]): Buffer {
	const content = bytes.toString('utf8');
	switch (as) {
		case 'utf16le':
			return Buffer.from(content, 'utf16le');
		case 'utf16be':
			return Buffer.from(content, 'utf16le').swap16();
		case 'latin1':
			return Buffer.from(content, 'latin1');
		case 'BOM':
			return Buffer.concat([Buffer.from('\ufeff'), bytes]);
		case 'gzip':
			return gzipSync(bytes);
		case 'deflate':
			return deflateSync(bytes);
		case 'base64':
			return Buffer.from(bytes.toString('base64'));
		case 'CRLF':
			return Buffer.from(content.replaceAll('\n', '\r\n'));
		case 'parsed':
			return serialisedAgain(bytes);
	}
}

/** What a verifier that works on parsed JSON would take for the body. */
function serialisedAgain(bytes: Buffer): Buffer {
	try {
		return Buffer.from(JSON.stringify(JSON.parse(bytes.toString('utf8'))));
	} catch {
		return bytes;
	}
}

function edited(bytes: Buffer, edit: Edit): Buffer {
	if (edit.kind === 'encode') return encoded(bytes, edit.as);
	const at = edit.at % (bytes.length + 1);
	if (edit.kind === 'truncate') return bytes.subarray(0, at);
	if (edit.kind === 'drop') return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1)]);
	if (edit.kind === 'insert') {
		return Buffer.concat([bytes.subarray(0, at), Buffer.from(edit.text), bytes.subarray(at)]);
	}
	const copy = Buffer.from(bytes);
	if (at < copy.length) copy[at] = (copy[at] ?? 0) ^ (1 << edit.bit);
	return copy;
}

function signature({ base, signing }: Recipe, bytes: Buffer, secret: string): string {
	switch (signing) {
		case 'these bytes':
			return sign(bytes, secret);
		case 'the bytes before they were edited':
			return sign(baseBytes(base), secret);
		case 'JSON that was serialised again':
			return sign(serialisedAgain(bytes), secret);
		case 'the bytes read as UTF-8 and written again':
			return sign(bytes.toString('utf8'), secret);
		default:
			return FORGED_SIGNINGS[signing](bytes, secret);
	}
}

function headerValue({ at, header }: Recipe, right: string): unknown {
	const digits = right.slice(7);
	switch (header) {
		case 'as it is':
			return right;
		case 'upper case':
			return `sha256=${digits.toUpperCase()}`;
		case 'mixed case':
			return `sha256=${digits.slice(0, at % 64)}${digits.slice(at % 64).toUpperCase()}`;
		case 'bit flip': {
			const index = at % right.length;
			const flipped = String.fromCharCode(right.charCodeAt(index) ^ (1 << (at % 7)));
			return `${right.slice(0, index)}${flipped}${right.slice(index + 1)}`;
		}
		default:
			return FORGED_HEADERS[header](right, at);
	}
}

/** A request as a node finds it, and what the trigger may go by: its header and the bytes that came, if any. */
export interface Tampered {
	request: Record<string, unknown>;
	header: unknown;
	bytes: Buffer | undefined;
}

/** Makes the request that a recipe describes. */
export function tamper(recipe: Recipe, secret: string): Tampered {
	const bytes = recipe.edits.reduce(edited, baseBytes(recipe.base));
	const header = headerValue(recipe, signature(recipe, bytes, secret));
	const headers: Record<string, unknown> = {
		host: 'n8n.example.com',
		'content-length': String(bytes.length),
	};
	if (recipe.contentType !== undefined) headers['content-type'] = recipe.contentType;
	if (recipe.contentEncoding !== undefined) headers['content-encoding'] = recipe.contentEncoding;
	if (recipe.header !== 'absent') headers[recipe.name] = header;
	const request: Record<string, unknown> = {
		method: 'POST',
		headers,
		params: {},
		query: { 'x-jelou-signature': header },
		// Parsed by n8n, perhaps by other rules: what is verified must not come from here.
		body: JSON.parse(GENUINE) as unknown,
		contentType: recipe.contentType?.split(';')[0],
		encoding: 'utf-8',
		readRawBody: () => Promise.resolve(),
	};
	let isGiven = false;
	switch (recipe.reading) {
		case 'read':
			isGiven = true;
			request.rawBody = bytes;
			break;
		case 'to be read':
			isGiven = true;
			request.readRawBody = () => {
				request.rawBody = bytes;
				return Promise.resolve();
			};
			break;
		case 'nothing to read':
			break;
		case 'breaks off':
			request.readRawBody = () => Promise.reject(new Error('request aborted'));
			break;
		case 'cannot be read':
			delete request.readRawBody;
			break;
		case 'text':
			request.rawBody = bytes.toString('utf8');
			break;
		case 'Uint8Array':
			request.rawBody = new Uint8Array(bytes);
			break;
		case 'serialised Buffer':
			request.rawBody = bytes.toJSON();
			break;
		case 'null':
			request.rawBody = null;
			break;
	}
	return { request, header: headers['x-jelou-signature'], bytes: isGiven ? bytes : undefined };
}
