import type { IBinaryData, INodeExecutionData, IWebhookFunctions } from 'n8n-workflow';

import type { JelouEvent } from './events';
import { download, type MediaOptions } from './download';
import { isObject } from '../../shared/json';
import { MediaError } from '../../shared/errors';

export type { MediaOptions } from './download';

/** How a person calls the media of each type of message. */
const NAMES = new Map([
	['image', 'picture'],
	['video', 'video'],
	['audio', 'audio'],
	['document', 'document'],
]);

/** The usual ending of a file, where it is not the second half of the MIME type. */
const ENDINGS = new Map([
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
	type: string;
	/** The rest is from outside. */
	url: unknown;
	mimeType: unknown;
	fileName: unknown;
}

/** What an event has to be fetched; `undefined` for one that is no message with media. */
function eventMedia(event: JelouEvent): Media | undefined {
	if (event.event !== 'message' || !isObject(event.value)) return undefined;
	const { content, type } = event.value;
	if (typeof type !== 'string' || !NAMES.has(type)) return undefined;
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
		// Controls, and those that turn the writing direction and so hide the real ending; halves of a character.
		.replace(/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu, '')
		.replace(/[<>:"|?*]/g, '_')
		.trim();
	if (/^\.*$/.test(name)) return '';
	const letters = [...name];
	if (letters.length <= MAX_NAME_LENGTH) return name;
	const ending = [...(/\.\w{1,10}$/.exec(name)?.[0] ?? '')];
	return [...letters.slice(0, MAX_NAME_LENGTH - ending.length), ...ending].join('');
}

function decoded(text: string): string {
	try {
		return decodeURIComponent(text);
	} catch {
		return text;
	}
}

function endingOf(mimeType: string): string {
	const subtype = mimeType.split('/')[1]?.split('+')[0] ?? '';
	return ENDINGS.get(mimeType) ?? (/^[a-z0-9]{2,5}$/.test(subtype) ? subtype : 'bin');
}

/**
 * The name for a file: the one the message gives, else the one in its URL, else one made of the message's type.
 */
function nameFor({ fileName, type }: Media, url: string, mimeType: string): string {
	const last = new URL(url).pathname.split('/').at(-1) ?? '';
	return cleanName(fileName) || cleanName(decoded(last)) || `${type}.${endingOf(mimeType)}`;
}

async function fetchMedia(
	context: IWebhookFunctions,
	media: Media,
	options: MediaOptions,
): Promise<IBinaryData> {
	const { url } = media;
	if (typeof url !== 'string' || url === '') throw new MediaError('the message does not say where it is');
	const { bytes, contentType } = await download(context, url, options);
	const mimeType = readMimeType(media.mimeType) ?? readMimeType(contentType) ?? UNKNOWN_MIME_TYPE;
	return await context.helpers.prepareBinaryData(bytes, nameFor(media, url, mimeType), mimeType);
}

/**
 * Adds the media of an image, video, audio or document message as binary `data`. Other events are given back as they
 * are. Never rejects, because an event must not be lost: when the download fails the item has `mediaError` in its JSON.
 *
 * @see Jelou's page "Webhook events"
 */
export async function withMedia(
	context: IWebhookFunctions,
	event: JelouEvent,
	options: MediaOptions,
): Promise<INodeExecutionData> {
	const media = eventMedia(event);
	if (media === undefined) return { json: event };
	try {
		return { json: event, binary: { data: await fetchMedia(context, media, options) } };
	} catch (error) {
		const name = NAMES.get(media.type) ?? media.type;
		// The words of any other error are not for the user, and may hold the URL, which may be signed.
		const reason = error instanceof MediaError ? error.message : 'something unexpected happened in n8n';
		return { json: { ...event, mediaError: `The ${name} could not be fetched: ${reason}.` } };
	}
}
