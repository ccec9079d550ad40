import { Readable } from 'node:stream';

import type { IDataObject, IHttpRequestOptions, IWebhookFunctions } from 'n8n-workflow';

import { withMedia } from '../../nodes/Jelou/shared/media';

const DOCX = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document';
const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';
const OPTIONS = { maxSize: 1_000, timeout: 20_000, allowPrivate: false };

/** A context whose server responds as given; `prepareBinaryData` returns what it was called with. */
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
		['../../etc/passwd', 'passwd.png'],
		['C:\\fakepath\\invoice.pdf', 'invoice.pdf'],
		['a\u0000b\r\nc\u007f.pdf', 'abc.pdf'],
		['photo\u202egpj.exe', 'photogpj.exe'],
		['half \ud83d.pdf', 'half .pdf'],
		['a<b>:"c|d?*.pdf', 'a_b___c_d__.pdf'],
		[`${'é'.repeat(300)}.jpeg`, `${'é'.repeat(95)}.jpeg`],
		['👋'.repeat(300), `${'👋'.repeat(96)}.png`],
	])('%j in the message becomes %j', async (filename, expected) => {
		expect(await nameOf('document', { filename })).toBe(expected);
	});

	test.each([undefined, null, 7, '', '  ', '.', '..', '/', '\u0007', { name: 'a' }])(
		'%j in the message does not count, so it is taken from the address',
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
		['audio', 'application/ogg', 'audio.ogg'],
		['document', DOCX, 'document.docx'],
		['document', 'application/x-unheard-of', 'document.bin'],
		['document', '../../x', 'document.bin'],
		['document', undefined, 'document.bin'],
	])('of %s with %s and no name anywhere is %s', async (type, mime_type, expected) => {
		expect(await nameOf(type, { url: 'https://storage.example.com/', mime_type })).toBe(expected);
	});

	test.each([
		['audio', 'audio/ogg; codecs=opus', '9f8e7d6c', '9f8e7d6c.ogg'],
		['audio', 'audio/ogg', 'file.oga', 'file.ogg'],
		['audio', 'audio/ogg', 'PTT.OPUS', 'PTT.ogg'],
		['audio', 'audio/opus', 'PTT.opus', 'PTT.ogg'],
		['audio', 'audio/mpeg', 'a.mp3', 'a.mp3'],
		['audio', 'audio/mp4', 'a.mp4', 'a.mp4'],
		['audio', 'audio/mp4', 'a.ogg', 'a.m4a'],
		['image', 'image/jpeg', 'a.JPG', 'a.JPG'],
		['image', 'image/jpeg', 'a.jpeg', 'a.jpeg'],
		['image', 'image/jpg', 'foto', 'foto.jpg'],
		['image', 'image/jpeg', 'foto.png', 'foto.jpg'],
		['image', 'image/jpeg', 'IMG 2024.05.01', 'IMG 2024.05.01.jpg'],
		['image', 'image/jpeg', 'GetMedia.ashx', 'GetMedia.ashx.jpg'],
		['image', 'image/jpeg', '.jpg', '.jpg'],
		['image', 'image/x-unheard-of', 'foto', 'foto'],
		['video', 'video/quicktime', 'a.mp4', 'a.mov'],
		['document', 'application/pdf', 'Contrato', 'Contrato.pdf'],
		['document', 'application/pdf', 'Contrato v1.2', 'Contrato v1.2.pdf'],
		['document', 'application/pdf', 'Contrato ACME S.A.', 'Contrato ACME S.A.pdf'],
		['document', 'application/pdf', 'Contrato ACME S.A', 'Contrato ACME S.A.pdf'],
		['document', 'application/pdf', 'é'.repeat(300), `${'é'.repeat(96)}.pdf`],
		['document', 'text/plain', 'datos.csv', 'datos.csv'],
		['document', 'text/plain', 'datos.unheard', 'datos.unheard'],
		['document', 'audio/ogg', 'PTT.opus', 'PTT.opus'],
		['document', 'application/x-unheard-of', 'datos', 'datos'],
	])('of %s with %s, named %j, is %j', async (type, mime_type, filename, expected) => {
		expect(await nameOf(type, { filename, mime_type })).toBe(expected);
		const url = `https://storage.example.com/media/${encodeURIComponent(filename)}`;
		expect(await nameOf(type, { url, mime_type })).toBe(expected);
	});
});

describe('the MIME type of a file', () => {
	test.each([
		['image', 'image/jpg', undefined, 'a.jpg', 'image/jpeg'],
		['audio', 'application/ogg', undefined, 'a', 'audio/ogg'],
		['document', 'application/octet-stream', undefined, 'a.pdf', 'application/pdf'],
		['document', undefined, 'binary/octet-stream', 'a.docx', DOCX],
		['document', undefined, undefined, 'a.xlsx', XLSX],
		['document', 'application/octet-stream', 'application/pdf', 'a.docx', 'application/pdf'],
		['audio', undefined, undefined, 'a.mp4', 'audio/mp4'],
		['audio', undefined, undefined, 'a.opus', 'audio/ogg'],
		['document', undefined, undefined, 'a.unheard', 'application/octet-stream'],
		['document', undefined, undefined, 'pdf', 'application/octet-stream'],
	])('%s, given as %s, answered as %s, at %s is %s', async (type, mime_type, contentType, path, expected) => {
		const url = `https://storage.example.com/${path}`;
		const respond = () =>
			Promise.resolve({
				statusCode: 200,
				headers: { 'content-type': contentType },
				body: Readable.from([Buffer.from('x')]),
			});
		const item = await withMedia(contextWith(respond), eventWith(type, { url, mime_type }), OPTIONS);
		expect(item.binary?.data?.mimeType).toBe(expected);
	});

	test("is inferred from the message's file name before its URL's", async () => {
		const event = eventWith('document', { filename: 'a.pdf' });
		const { binary } = await withMedia(contextWith(ok), event, OPTIONS);
		expect(binary?.data).toMatchObject({ fileName: 'a.pdf', mimeType: 'application/pdf' });
	});
});

const image = eventWith('image', {});
test('the deadline holds, whatever n8n is doing', async () => {
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

test('a context that throws at once loses no event', async () => {
	const broken = contextWith(() => {
		throw new Error('https://storage.example.com/?sig=secret');
	});
	const { json } = await withMedia(broken, image, OPTIONS);
	expect(json.mediaError).toBe('The image could not be downloaded: an unexpected error in n8n.');
});
