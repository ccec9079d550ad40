import { Readable } from 'node:stream';

import type { IDataObject, IHttpRequestOptions, IWebhookFunctions } from 'n8n-workflow';

import { withMedia } from '../../nodes/Jelou/shared/media';

const OPTIONS = { maxSize: 1_000, timeout: 20_000, allowPrivate: false };

/** A context whose server answers as given; `prepareBinaryData` gives back what it was called with. */
function contextWith(respond: (options: IHttpRequestOptions) => Promise<unknown>): IWebhookFunctions {
	const helpers = {
		httpRequest: respond,
		prepareBinaryData: (_data: Buffer, fileName: string, mimeType: string) =>
			Promise.resolve({ data: '', fileName, mimeType }),
	};
	return { helpers } as unknown as IWebhookFunctions;
}

const ok = () => Promise.resolve({ statusCode: 200, headers: {}, body: Readable.from([Buffer.from('x')]) });
const eventWith = (type: string, content: IDataObject) => ({
	event: 'message',
	value: { type, content: { url: 'https://storage.example.com/media/photo.png', ...content } },
});

async function nameOf(type: string, content: IDataObject): Promise<string | undefined> {
	return (await withMedia(contextWith(ok), eventWith(type, content), OPTIONS)).binary?.data?.fileName;
}

describe('the name of a file', () => {
	test.each([
		['invoice.pdf', 'invoice.pdf'],
		['Factura ñ 👋.pdf', 'Factura ñ 👋.pdf'],
		['../../etc/passwd', 'passwd'],
		['C:\\fakepath\\invoice.pdf', 'invoice.pdf'],
		['a\u0000b\r\nc\u007f.pdf', 'abc.pdf'],
		['photo\u202egpj.exe', 'photogpj.exe'],
		['half \ud83d.pdf', 'half .pdf'],
		['a<b>:"c|d?*.pdf', 'a_b___c_d__.pdf'],
		[`${'é'.repeat(300)}.jpeg`, `${'é'.repeat(95)}.jpeg`],
		['👋'.repeat(300), '👋'.repeat(100)],
	])('%j in the message becomes %j', async (filename, expected) => {
		expect(await nameOf('document', { filename })).toBe(expected);
	});

	test.each([undefined, null, 7, '', '  ', '.', '..', '/', '\u0007', { name: 'a' }])(
		'%j in the message is none, so it is taken from the address',
		async (filename) => {
			expect(await nameOf('document', { filename: filename as string })).toBe('photo.png');
		},
	);

	test.each([
		['https://storage.example.com/a/b%20%C3%B1.jpg?sig=secret#x', 'b ñ.jpg'],
		['https://storage.example.com/a/..%2f..%2fpasswd', 'passwd'],
		['https://storage.example.com/100%.jpg', '100%.jpg'],
	])('of %s is %j', async (url, expected) => {
		expect(await nameOf('image', { url })).toBe(expected);
	});

	test.each([
		['image', 'image/jpeg', 'image.jpg'],
		['image', 'image/svg+xml', 'image.svg'],
		['video', 'video/mp4', 'video.mp4'],
		['audio', 'audio/ogg; codecs=opus', 'audio.ogg'],
		['audio', 'audio/mpeg', 'audio.mp3'],
		['document', 'application/vnd.openxmlformats-officedocument.wordprocessingml.document', 'document.bin'],
		['document', '../../x', 'document.bin'],
		['document', undefined, 'document.bin'],
	])('of %s with %s and no name anywhere is %s', async (type, mime_type, expected) => {
		expect(await nameOf(type, { url: 'https://storage.example.com/', mime_type })).toBe(expected);
	});
});

const image = eventWith('image', {});
test('the deadline holds whatever n8n is busy with', async () => {
	const never = contextWith(() => new Promise(() => undefined));
	const { json } = await withMedia(never, image, { ...OPTIONS, timeout: 50 });
	expect(json.mediaError).toBe(
		'The image could not be downloaded: storage.example.com did not send the whole file within 0.05 seconds.',
	);
});

test.each([
	['nothing', undefined],
	['text', 'x'],
	['no body', { statusCode: 200, headers: {} }],
	['a body that is no stream', { statusCode: 200, headers: {}, body: Buffer.from('x') }],
])('%s for an answer costs no event', async (_name, response) => {
	const { json } = await withMedia(
		contextWith(() => Promise.resolve(response)),
		image,
		OPTIONS,
	);
	expect(json).toEqual({
		...image,
		mediaError: 'The image could not be downloaded: storage.example.com could not be reached.',
	});
});

test('a context that throws at once costs no event', async () => {
	const broken = contextWith(() => {
		throw new Error('https://storage.example.com/?sig=secret');
	});
	const { json } = await withMedia(broken, image, OPTIONS);
	expect(json.mediaError).toBe('The image could not be downloaded: an unexpected error in n8n.');
});
