import type { IBinaryData, IDataObject, INodeExecutionData, IWebhookFunctions } from 'n8n-workflow';

import { download, type MediaOptions } from './download';
import { extensionFor, fittingName, mimeTypeOf, readMimeType } from './fileTypes';
import { isObject, isText } from './json';
import { MediaError } from './errors';
import { isMediaType, type MediaType } from './messageTypes';

export type { MediaOptions } from './download';

const DEFAULT_MEGABYTES = 25;
const MEGABYTE = 1024 * 1024;

const UNKNOWN_MIME_TYPE = 'application/octet-stream';
const MAX_NAME_LENGTH = 100;

interface Media {
	type: MediaType;
	/** This and the rest come from outside, and may be anything. */
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

/**
 * A name that a file can have on any system: the last part of a path, without characters that are invisible or that
 * some system forbids; `''` when nothing is left.
 */
function cleanName(value: unknown): string {
	if (typeof value !== 'string') return '';
	const name = value
		.replace(/.*[/\\]/s, '')
		// Control characters, those that reverse the writing direction and so hide the real extension, and lone surrogates.
		.replace(/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu, '')
		.replace(/[<>:"|?*]/g, '_')
		.trim();
	return /^\.*$/.test(name) ? '' : name;
}

function decoded(text: string): string {
	try {
		return decodeURIComponent(text);
	} catch {
		return text;
	}
}

/** A file's MIME type according to the message, the server, or the extension of one of its names. */
function mimeTypeFor(type: MediaType, stated: unknown[], names: string[]): string {
	const known = [
		...stated.map((value) => readMimeType(value, type)),
		...names.map((name) => mimeTypeOf(name, type)),
	];
	// File storages also say binary/octet-stream.
	return known.find((each) => each !== undefined && !each.endsWith('/octet-stream')) ?? UNKNOWN_MIME_TYPE;
}

async function fetchMedia(
	context: IWebhookFunctions,
	media: Media,
	options: MediaOptions,
): Promise<IBinaryData> {
	const { fileName, type, url } = media;
	if (!isText(url)) throw new MediaError('the message has no media URL');
	const { bytes, contentType } = await download(context, url, options);
	const last = new URL(url).pathname.replace(/.*\//, '');
	const names = [fileName, decoded(last)].map(cleanName);
	const mimeType = mimeTypeFor(type, [media.mimeType, contentType], names);
	const name = names.find((each) => each !== '');
	const [stem, ending] = name ? fittingName(name, mimeType, type) : [type, extensionFor(mimeType)];
	const short = [...stem].slice(0, MAX_NAME_LENGTH - ending.length).join('');
	return await context.helpers.prepareBinaryData(bytes, short + ending, mimeType);
}

/**
 * Adds the media of an image, video, audio or document message as binary `data`. If an event has several messages, each
 * adds its own, in order: `data`, `data1`, `data2`. Other events are returned as they are. Never rejects, because an
 * event must not be lost: when a download fails, the item has `mediaError` in its JSON.
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
			return [[`data${index || ''}`, file] as const];
		} catch (error) {
			// The message of any other error is not for the user, and may contain the URL, which may be signed.
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
 * The item that the trigger outputs for an event.
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
