import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { send } from '../../nodes/Jelou/actions/message/send.operation';
import { sendAndWait } from '../../nodes/Jelou/actions/message/sendAndWait.operation';
import { itemWith } from './support/item';
import { FieldError } from '../../nodes/Jelou/shared/errors';

const PLACE = { roomId: 'ROOM_ID', botId: 'BOT_ID', userId: 'USER_ID' };
const CONTEXT = { projectId: 'PROJECT_ID', allowsPlainHttp: false, timezone: 'UTC' };
const CUSTOM = { ...CONTEXT, allowsPlainHttp: true };

const prepare = (values: Record<string, unknown>) =>
	send.buildRequest(itemWith({ ...PLACE, ...values }), CONTEXT);
const valueOf = (values: Record<string, unknown>) =>
	prepare({ options: { messageId: 'm' }, ...values }).body?.value;
/** The next step that an error names. */
function adviceOf(run: () => unknown): string {
	try {
		run();
	} catch (error) {
		if (error instanceof FieldError) return error.advice;
	}
	return '';
}
const media = { mediaUrl: 'https://storage.example.com/media/file.bin', mimeType: 'image/jpeg' };

test('a text is sent as documented', () => {
	const documented: unknown = JSON.parse(
		readFileSync(join(__dirname, '../fixtures/request-message-text.json'), 'utf8'),
	);
	const request = prepare({
		messageType: 'text',
		text: 'Hello user, how can I help you?',
		options: { messageId: 'MESSAGE_ID' },
	});
	expect(request).toEqual({
		target: 'chatbot',
		method: 'POST',
		path: ['v1', 'external-support', 'webhook'],
		body: documented,
	});
});

test.each([
	['image', 'image/jpeg', { caption: 'A cat' }, { caption: 'A cat' }],
	['image', 'image/jpeg', { caption: '' }, {}],
	['image', 'image/jpeg', { caption: ' \u200b\u2800' }, {}],
	['video', 'video/mp4', { caption: ' A dog' }, { caption: ' A dog' }],
	['audio', 'audio/ogg', { caption: 'not for audio', fileName: 'nor this' }, {}],
	['document', 'image/jpeg', { fileName: ' a.jpg\u200b', caption: 'no' }, { filename: 'a.jpg' }],
	['document', 'image/jpeg', { fileName: ' \u2800' }, {}],
	['document', 'image/jpeg', {}, {}],
])('a message of type %s, %s, with %j has the documented content', (type, mimeType, extra, expected) => {
	expect(valueOf({ messageType: type, ...media, mimeType, ...extra })).toEqual({
		id: 'm',
		type,
		content: { url: media.mediaUrl, mime_type: mimeType, ...expected },
	});
});

test('every message gets a different ID', () => {
	const ids = [1, 2, 3].map(
		() => send.extraOutput?.(prepare({ messageType: 'text', text: 'x' }), {}).messageId,
	);
	expect(new Set(ids).size).toBe(3);
	expect(ids[0]).toMatch(/^[0-9a-f-]{36}$/);
});

test('the text keeps its white space, and an ID loses the spaces around it', () => {
	const request = prepare({
		messageType: 'text',
		text: ' hi \n',
		roomId: ' ROOM_ID\n',
		userId: 593_990_000_001,
	});
	expect(request.body).toMatchObject({
		room_id: 'ROOM_ID',
		user_id: '593990000001',
		value: { content: { body: ' hi \n' } },
	});
});

test('messages to one room have the same ordering key, messages to other rooms or projects another', () => {
	const keyOf = (roomId: string, projectId = 'p') => {
		const item = itemWith({ ...PLACE, roomId, messageType: 'text', text: 'x' });
		return send.orderingKey?.(send.buildRequest(item, { ...CONTEXT, projectId }));
	};
	expect(keyOf('r')).toBe(keyOf('r'));
	expect(keyOf('r')).not.toBe(keyOf('s'));
	expect(keyOf('r')).not.toBe(keyOf('r', 'q'));
});

describe('half an emoji is left out', () => {
	test.each([
		['text', { text: '\ud83dHola 👋\udc4b' }, { body: 'Hola 👋' }],
		['image', { caption: 'Hola \ud83d' }, { caption: 'Hola ' }],
		['image', { caption: '\ud83d' }, {}],
		['document', { fileName: '\ud83d Factura \ud83d.pdf' }, { filename: 'Factura .pdf' }],
		['document', { fileName: '\ud83d' }, {}],
	])('of a message of type %s: %j', (type, extra, expected) => {
		const file = type === 'text' ? {} : { url: media.mediaUrl, mime_type: media.mimeType };
		expect(valueOf({ messageType: type, ...media, ...extra })).toEqual({
			id: 'm',
			type,
			content: { ...file, ...expected },
		});
	});

	test('of a question and its choices', () => {
		const choices = { values: [{ text: 'Cambio \ud83d' }, { text: '👋' }] };
		const question = itemWith({ ...PLACE, message: '\udc4b¿Qué?', responseType: 'choice', choices });
		expect(sendAndWait.ask(question, CONTEXT).message.body).toMatchObject({
			value: { content: { body: '¿Qué?\n\n1. Cambio \n2. 👋' } },
		});
	});
});

describe('Media URL', () => {
	const image = (mediaUrl: string) => ({ messageType: 'image', mimeType: 'image/jpeg', mediaUrl });

	test.each([
		['https://x.example/mi factura ñ.jpg', 'https://x.example/mi%20factura%20%C3%B1.jpg'],
		[' \u200bHTTPS://X.example/A.jpg\n', 'https://x.example/A.jpg'],
		['https://x.example/a%20b.jpg?sig=a%2Bb/c#d', 'https://x.example/a%20b.jpg?sig=a%2Bb/c#d'],
		['https://ñandú.example/a.jpg', 'https://xn--and-6ma2c.example/a.jpg'],
	])('%j is sent as %s', (mediaUrl, url) => {
		expect(valueOf(image(mediaUrl))).toMatchObject({ content: { url } });
	});

	test.each([
		'https:x.example/a.jpg',
		'https:/x.example/a.jpg',
		'https:///x.example/a.jpg',
		'https:\\\\x.example\\a.jpg',
		'https://\\x.example/a.jpg',
		'https://?a.jpg',
		'https://',
		'//x.example/a.jpg',
		'ftp://x.example/a.jpg',
	])('%j is not an HTTPS URL', (mediaUrl) => {
		expect(() => prepare(image(mediaUrl))).toThrow(/^Media URL is not an HTTPS URL$/);
	});

	test.each(['\n', '\r', '\t', '\u0000', '\u007f', '\u0085', '\u2028', '\u2029', '\ud83d'])(
		'%j inside is refused, because the URL parser would drop or replace it',
		(character) => {
			expect(() => prepare(image(`https://x.example/mi${character}factura.jpg`))).toThrow(
				/^Media URL contains characters that no URL has$/,
			);
		},
	);

	test.each(['localhost', '192.168.1.5:8443', '[::1]', 'minio', 'files.internal'])(
		'a host that Jelou cannot reach is named: %s',
		(host) => {
			const message = `Media URL is at ${host}, which Jelou cannot reach`;
			expect(() => prepare(image(`https://${host}/a.jpg?sig=x`))).toThrow(message);
			const request = send.buildRequest(itemWith({ ...PLACE, ...image(`https://${host}/a.jpg`) }), CUSTOM);
			expect(request.body).toMatchObject({ value: { content: { url: `https://${host}/a.jpg` } } });
		},
	);

	test('stays HTTPS in the Custom environment, except for a file that only this network can reach', () => {
		const built = (url: string) => send.buildRequest(itemWith({ ...PLACE, ...image(url) }), CUSTOM);
		expect(() => built('http://example.com/a.jpg')).toThrow(/^Media URL is not an HTTPS URL$/);
		expect(() => built('http://127.0.0.1:8040/a.jpg')).not.toThrow();
	});
});

describe('MIME Type', () => {
	const mimeTypeOf = (messageType: string, mimeType: string, mediaUrl: string) =>
		valueOf({ messageType, mimeType, mediaUrl });

	test.each([
		['image', 'a.jpg', 'image/jpeg'],
		['image', 'a.JPEG?size=large#x', 'image/jpeg'],
		['document', 'a.pdf', 'application/pdf'],
		['document', 'a.jpg', 'image/jpeg'],
		['audio', 'a.ogg', 'audio/ogg'],
		['audio', 'a.oga', 'audio/ogg'],
		['audio', 'a.opus', 'audio/ogg'],
		['audio', 'a.mp4', 'audio/mp4'],
		['audio', 'a.webm', 'audio/webm'],
		['audio', 'a.3gp', 'audio/3gpp'],
		['video', 'a.mp4', 'video/mp4'],
		['video', 'a.webm', 'video/webm'],
		['document', 'a.mp4', 'video/mp4'],
		['document', 'a.ogg', 'audio/ogg'],
	])('of a message of type %s is inferred from %s as %s', (type, file, expected) => {
		expect(mimeTypeOf(type, ' \u200b', `https://x.example/${file}`)).toMatchObject({
			content: { mime_type: expected },
		});
	});

	test.each([
		['image', 'a.tar.unknown'],
		['video', 'mp4'],
		['image', '?file=a.png'],
		['document', 'a.constructor'],
	])('of a message of type %s is not inferred from %s', (type, file) => {
		expect(() => mimeTypeOf(type, '', `https://x.example.mp4/${file}`)).toThrow(/^MIME Type is empty$/);
	});

	test.each([
		['image', ' image/png\u200b', 'image/png'],
		['image', 'IMAGE/JPG', 'image/jpeg'],
		['audio', 'audio/mp3', 'audio/mpeg'],
		['audio', 'audio/x-m4a', 'audio/mp4'],
		['audio', 'audio/opus', 'audio/opus'],
		['video', 'video/3gp', 'video/3gpp'],
		['video', 'video/ogg', 'video/ogg'],
		['document', 'image/jpg', 'image/jpeg'],
		['document', 'application/csv', 'application/csv'],
		['document', 'application/vnd.adobe.pdf', 'application/vnd.adobe.pdf'],
		['document', 'application/x-pdf', 'application/pdf'],
		['audio', 'audio/ogg; codecs=opus', 'audio/ogg; codecs=opus'],
		['audio', 'application/ogg; codecs=OPUS', 'audio/ogg; codecs=OPUS'],
		['document', 'application/ogg', 'application/ogg'],
		['document', 'application/vnd.api+json', 'application/vnd.api+json'],
		['document', 'video/mp4', 'video/mp4'],
		['audio', 'audio/x-unheard-of', 'audio/x-unheard-of'],
	])('of a message of type %s, given as %j, is sent as %j', (type, typed, expected) => {
		expect(mimeTypeOf(type, typed, media.mediaUrl)).toMatchObject({ content: { mime_type: expected } });
	});

	test.each([
		'jpg',
		'.pdf',
		'image',
		'PDF file',
		'image/*',
		'/',
		'image/jpeg;\n x',
		'https://x.example/a.mp4',
	])('%j is not one, whatever the type of the message', (typed) => {
		for (const type of ['image', 'document']) {
			const run = () => mimeTypeOf(type, typed, media.mediaUrl);
			expect(run).toThrow(/^MIME Type is not a MIME type$/);
			expect(adviceOf(run)).toMatch(/^Enter one such as image\/jpeg, /);
		}
	});

	test.each([
		['image', 'application/pdf', 'a.bin', 'application/pdf'],
		['image', 'Application/PDF; x=y', 'a.bin', 'application/pdf'],
		['image', 'application/octet-stream', 'a.jpg', 'application/octet-stream'],
		['image', '', 'a.pdf', 'application/pdf'],
		['audio', 'video/mp4', 'a.mp4', 'video/mp4'],
		['audio', '', 'a.mov', 'video/quicktime'],
		['video', 'application/ogg', 'a.bin', 'application/ogg'],
		['video', '', 'a.jpg', 'image/jpeg'],
	])('of a message of type %s does not fit: %j, %s', (type, typed, file, mimeType) => {
		const run = () => mimeTypeOf(type, typed, `https://x.example/${file}`);
		expect(run).toThrow(`MIME Type ${mimeType} does not fit a message of type ${type}`);
		expect(adviceOf(run)).toBe(`Choose Document as Message Type, or enter one that begins with ${type}/.`);
	});
});

test.each([
	['an empty text', { messageType: 'text', text: ' \n' }, /^Text is empty/],
	['a text of half an emoji', { messageType: 'text', text: ' \ud83d' }, /^Text is empty/],
	['a text that nobody sees', { messageType: 'text', text: '\u200b\u2800' }, /^Text is empty/],
	['an empty room', { messageType: 'text', text: 'x', roomId: '' }, /^Room ID is empty/],
	['a room that the item lacks', { messageType: 'text', text: 'x', roomId: undefined }, /^Room ID is empty/],
	['an empty bot', { messageType: 'text', text: 'x', botId: ' ' }, /^Bot ID is empty/],
	['an empty user', { messageType: 'text', text: 'x', userId: null }, /^User ID is empty/],
	['an object for a text', { messageType: 'text', text: { a: 1 } }, /^Text must be text/],
	['an unknown type', { messageType: 'sticker' }, /^Message Type "sticker" is unknown/],
	['an empty media URL', { messageType: 'image', mimeType: 'image/png' }, /^Media URL is empty/],
	['a media URL that nobody sees', { messageType: 'image', mediaUrl: '\u200b' }, /^Media URL is empty/],
	[
		'media over http',
		{ messageType: 'image', mediaUrl: 'http://x.example/a.png' },
		/^Media URL is not an HTTPS URL/,
	],
	['media that is no URL', { messageType: 'audio', mediaUrl: 'a.ogg' }, /^Media URL is not an HTTPS URL/],
	[
		'media without a known file extension',
		{ messageType: 'video', mediaUrl: 'https://x.example/a' },
		/^MIME Type is empty/,
	],
])('%s is refused, naming the field', (_name, values, message) => {
	expect(() => prepare(values)).toThrow(FieldError);
	expect(() => prepare(values)).toThrow(message);
});
