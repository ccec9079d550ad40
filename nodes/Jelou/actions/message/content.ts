import type { ItemParameters } from '../itemParameters';
import { MESSAGE_TYPES, isMessageType, type MediaType, type MessageValue } from '../../shared/messageTypes';
import { FieldError } from '../../shared/errors';
import { mimeTypeOf, readMimeType } from '../../shared/fileTypes';
import { isObject } from '../../shared/json';
import { isPrivateHost } from '../../shared/publicUrl';
import { isBlank, trimmed, wellFormed } from '../../shared/text';
import type { JelouRequest } from '../../shared/types';

/**
 * What the URL parser would silently drop or replace, so that Jelou would fetch a file other than the one that was
 * typed.
 */
const NOT_IN_ANY_URL = /[\p{Cc}\p{Cs}\u2028\u2029]/u;

/**
 * The address of a file that Jelou fetches.
 *
 * @throws FieldError for one that is not HTTPS, or that Jelou cannot reach
 */
export function mediaUrlOf(item: ItemParameters, allowsPrivate: boolean): URL {
	const typed = trimmed(item.required('mediaUrl', 'Media URL'));
	if (NOT_IN_ANY_URL.test(typed)) {
		throw new FieldError(
			'Media URL contains characters that no URL has',
			'Remove line breaks and invisible characters.',
		);
	}
	// The URL parser would accept any number of slashes.
	const url = /^https?:\/\/[^/\\]/i.test(typed) && URL.canParse(typed) ? new URL(typed) : undefined;
	const isLocal = url !== undefined && isPrivateHost(url);
	if (url === undefined || (url.protocol !== 'https:' && !(allowsPrivate && isLocal))) {
		throw new FieldError('Media URL is not an HTTPS URL', 'Enter a URL that starts with https://.');
	}
	if (!allowsPrivate && isLocal) {
		throw new FieldError(`Media URL is at ${url.host}, which Jelou cannot reach`, 'Enter a public address.');
	}
	return url;
}

function readMimeTypeFor(item: ItemParameters, type: MediaType, url: URL): string {
	const typed = trimmed(item.text('mimeType', 'MIME Type'));
	const mimeType = typed === '' ? mimeTypeOf(url.pathname, type) : readMimeType(typed, type);
	if (typed === '' && mimeType === undefined) {
		throw new FieldError('MIME Type is empty', 'Fill in MIME Type: the address has no known file extension.');
	}
	if (mimeType === undefined || /[^ -~]/.test(typed)) {
		throw new FieldError('MIME Type is not a MIME type', 'Enter one such as image/jpeg, or clear the field.');
	}
	if (type !== 'document' && !mimeType.startsWith(`${type}/`)) {
		throw new FieldError(
			`MIME Type ${mimeType} does not fit a message of type ${type}`,
			`Choose Document as Message Type, or enter one that begins with ${type}/.`,
		);
	}
	return mimeType + typed.replace(/^[^;]*/, '');
}

/**
 * The message itself: its type and content (Jelou's page "Send messages"). Lone surrogates are dropped here from
 * captions and file names, and from texts in `messageRequest`.
 *
 * @param allowsPrivate whether media may be at private addresses, because Jelou is in the same network
 * @throws FieldError for an unknown message type, an empty text, a media URL that is not HTTPS or that Jelou cannot
 * reach, or a MIME type that is unknown, malformed, or does not match the message type
 */
export function messageContent(item: ItemParameters, id: string, allowsPrivate: boolean): MessageValue {
	const type = item.required('messageType', 'Message Type');
	if (!isMessageType(type)) {
		throw new FieldError(`Message Type "${type}" is unknown`, `Use one of ${MESSAGE_TYPES.join(', ')}.`);
	}
	if (type === 'text') return { id, type, content: { body: item.required('text', 'Text') } };
	const url = mediaUrlOf(item, allowsPrivate);
	const media = { url: url.href, mime_type: readMimeTypeFor(item, type, url) };
	if (type === 'audio') return { id, type, content: media };
	if (type === 'document') {
		const filename = trimmed(wellFormed(item.text('fileName', 'File Name')));
		return { id, type, content: { ...media, ...(isBlank(filename) ? {} : { filename }) } };
	}
	const caption = wellFormed(item.text('caption', 'Caption'));
	return { id, type, content: { ...media, ...(isBlank(caption) ? {} : { caption }) } };
}

/**
 * WhatsApp's limits, in characters, as Jelou documents them. Other channels may take more, so a longer text is no
 * error.
 */
const CHANNEL_LIMITS = { body: 4_096, caption: 1_024 };

/** A warning for a message that the channel may not deliver; `undefined` if there is nothing to warn of. */
export function channelWarning({ body = {} }: JelouRequest): string | undefined {
	const value = isObject(body.value) ? body.value : {};
	const content = isObject(value.content) ? value.content : {};
	for (const [field, limit] of Object.entries(CHANNEL_LIMITS)) {
		const text = content[field];
		if (typeof text !== 'string' || text.length <= limit) continue;
		const what = field === 'body' ? 'text' : field;
		return `A ${what} has more than ${String(limit)} characters: it was sent, but WhatsApp may not deliver it.`;
	}
	return undefined;
}
