import type { IBinaryData, IDataObject, INodeExecutionData, IWebhookFunctions } from 'n8n-workflow';

import { download, type MediaOptions } from './download';
import { isObject } from './json';
import { MediaError } from './errors';
import { isMediaType, type MediaType } from './messageTypes';

export type { MediaOptions } from './download';

const DEFAULT_MEGABYTES = 25;
const MEGABYTE = 1024 * 1024;

/** The usual extension of a file, where it is not the second half of the MIME type. */
const EXTENSIONS = new Map([
	['image/jpeg', 'jpg'],
	['audio/mpeg', 'mp3'],
	['audio/mp4', 'm4a'],
	['video/quicktime', 'mov'],
	['text/plain', 'txt'],
	['application/msword', 'doc'],
]);

const UNKNOWN_MIME_TYPE = 'application/octet-stream';
const MAX_NAME_LENGTH = 100;

interface Media {
	type: MediaType;
	/** The rest is from outside. */
	url: unknown;
	mimeType: unknown;
	fileName: unknown;
}

/** The media of an event; `undefined` when it is not a message with media. */
function eventMedia(event: IDataObject): Media | undefined {
	if (event.event !== 'message' || !isObject(event.value)) return undefined;
	const { content, type } = event.value;
	if (!isMediaType(type)) return undefined;
	const { filename, mime_type: mimeType, url } = isObject(content) ? content : {};
	return { type, url, mimeType, fileName: filename };
}

/** A MIME type without its parameters, as n8n's nodes use it; `undefined` for anything else. */
function readMimeType(value: unknown): string | undefined {
	const essence = typeof value === 'string' ? value.replace(/;.*$/s, '').trim().toLowerCase() : '';
	return /^[\w.+-]{1,100}\/[\w.+-]{1,100}$/.test(essence) ? essence : undefined;
}

/**
 * A name that a file can have anywhere: the last part of a path, without characters that cannot be seen or that some
 * system forbids. Empty when nothing is left.
 */
function cleanName(value: unknown): string {
	if (typeof value !== 'string') return '';
	const last = value.split(/[/\\]/).at(-1) ?? '';
	const name = last
		// Controls, and those that turn the writing direction and so hide the real extension; halves of a character.
		.replace(/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu, '')
		.replace(/[<>:"|?*]/g, '_')
		.trim();
	if (/^\.*$/.test(name)) return '';
	const letters = [...name];
	if (letters.length <= MAX_NAME_LENGTH) return name;
	const extension = [...(/\.\w{1,10}$/.exec(name)?.[0] ?? '')];
	return [...letters.slice(0, MAX_NAME_LENGTH - extension.length), ...extension].join('');
}

function decoded(text: string): string {
	try {
		return decodeURIComponent(text);
	} catch {
		return text;
	}
}

function extensionFor(mimeType: string): string {
	const subtype = mimeType.split('/')[1]?.split('+')[0] ?? '';
	return EXTENSIONS.get(mimeType) ?? (/^[a-z0-9]{2,5}$/.test(subtype) ? subtype : 'bin');
}

/**
 * The name for a file: the one the message gives, else the one in its URL, else one made of the message's type.
 */
function nameFor({ fileName, type }: Media, url: string, mimeType: string): string {
	const last = new URL(url).pathname.split('/').at(-1) ?? '';
	return cleanName(fileName) || cleanName(decoded(last)) || `${type}.${extensionFor(mimeType)}`;
}

async function fetchMedia(
	context: IWebhookFunctions,
	media: Media,
	options: MediaOptions,
): Promise<IBinaryData> {
	const { url } = media;
	if (typeof url !== 'string' || url === '') throw new MediaError('the message has no media URL');
	const { bytes, contentType } = await download(context, url, options);
	const mimeType = readMimeType(media.mimeType) ?? readMimeType(contentType) ?? UNKNOWN_MIME_TYPE;
	return await context.helpers.prepareBinaryData(bytes, nameFor(media, url, mimeType), mimeType);
}

/**
 * Adds the media of an image, video, audio or document message as binary `data`. Of several messages in one event, each
 * adds its own, in their order: `data`, `data1`, `data2`. Other events are given back as they are. Never rejects, because
 * an event must not be lost: when a download fails the item has `mediaError` in its JSON.
 *
 * @see Jelou's page "Webhook events"
 */
export async function withMedia(
	context: IWebhookFunctions,
	event: IDataObject,
	options: MediaOptions,
): Promise<INodeExecutionData> {
	const messages: unknown[] = Array.isArray(event.messages) ? event.messages : [event];
	const media = messages.flatMap((message) => (isObject(message) ? (eventMedia(message) ?? []) : []));
	const errors: string[] = [];
	const load = async (each: Media, index: number) => {
		try {
			const file = await fetchMedia(context, each, options);
			return [[index === 0 ? 'data' : `data${String(index)}`, file] as const];
		} catch (error) {
			// The words of any other error are not for the user, and may hold the URL, which may be signed.
			const reason = error instanceof MediaError ? error.message : 'an unexpected error in n8n';
			errors.push(`The ${each.type} could not be downloaded: ${reason}.`);
			return [];
		}
	};
	const files = (await Promise.all(media.map(load))).flat();
	return {
		json: errors.length > 0 ? { ...event, mediaError: errors.join(' ') } : event,
		...(files.length > 0 && { binary: Object.fromEntries(files) }),
	};
}

/**
 * The item that an event puts out.
 *
 * @param timeout milliseconds for the download of its media
 */
export async function toItem(
	context: IWebhookFunctions,
	event: IDataObject,
	options: IDataObject,
	allowPrivate: boolean,
	timeout: number,
): Promise<INodeExecutionData> {
	if (options.downloadMedia !== true) return { json: event };
	const megabytes = Number(options.maxMediaSize ?? DEFAULT_MEGABYTES);
	const maxSize = (megabytes > 0 ? megabytes : DEFAULT_MEGABYTES) * MEGABYTE;
	return await withMedia(context, event, { maxSize, timeout, allowPrivate });
}
