import type { ItemParameters } from '../itemParameters';
import { MESSAGE_TYPES, isMessageType, type MessageValue } from '../../shared/messageTypes';
import { FieldError } from '../../shared/errors';
import { isObject } from '../../shared/json';
import { isPrivateHost } from '../../shared/publicUrl';
import { isBlank, trimmed, wellFormed } from '../../shared/text';
import type { JelouRequest } from '../../shared/types';

/** MIME types by file extension, for the media that WhatsApp takes. */
const MIME_TYPES: Record<string, string> = {
	jpg: 'image/jpeg',
	jpeg: 'image/jpeg',
	png: 'image/png',
	gif: 'image/gif',
	webp: 'image/webp',
	mp4: 'video/mp4',
	'3gp': 'video/3gpp',
	mov: 'video/quicktime',
	aac: 'audio/aac',
	amr: 'audio/amr',
	m4a: 'audio/mp4',
	mp3: 'audio/mpeg',
	ogg: 'audio/ogg',
	opus: 'audio/ogg',
	csv: 'text/csv',
	doc: 'application/msword',
	docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
	json: 'application/json',
	pdf: 'application/pdf',
	ppt: 'application/vnd.ms-powerpoint',
	pptx: 'application/vnd.openxmlformats-officedocument.presentationml.presentation',
	txt: 'text/plain',
	xls: 'application/vnd.ms-excel',
	xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
	xml: 'application/xml',
	zip: 'application/zip',
};

/** The MIME type that a URL's file extension stands for, or `''`. */
export function mimeTypeOf(url: URL): string {
	const extension = /\.([a-z0-9]+)$/i.exec(url.pathname)?.[1] ?? '';
	return MIME_TYPES[extension.toLowerCase()] ?? '';
}

/** What the URL parser would drop in silence, or replace: another file would be fetched than the one that was typed. */
const NOT_IN_ANY_URL = /[\p{Cc}\p{Cs}\u2028\u2029]/u;

function readUrl(item: ItemParameters, allowsPrivate: boolean): URL {
	const typed = trimmed(item.required('mediaUrl', 'Media URL'));
	if (NOT_IN_ANY_URL.test(typed)) {
		throw new FieldError(
			'Media URL contains characters that no URL has',
			'Remove line breaks and invisible characters from it.',
		);
	}
	// The URL parser would take it with any number of slashes.
	if (!/^https:\/\/[^/\\]/i.test(typed) || !URL.canParse(typed)) {
		throw new FieldError(
			'Media URL is not an HTTPS URL',
			'Jelou fetches media only over HTTPS: enter a URL that starts with https://.',
		);
	}
	const url = new URL(typed);
	if (!allowsPrivate && isPrivateHost(url)) {
		throw new FieldError(
			`Media URL is at ${url.host}, which Jelou cannot reach`,
			'Put the file at a public address, and enter that.',
		);
	}
	return url;
}

function readMedia(item: ItemParameters, allowsPrivate: boolean): { url: string; mime_type: string } {
	const url = readUrl(item, allowsPrivate);
	const mimeType = item.text('mimeType', 'MIME Type').trim() || mimeTypeOf(url);
	if (mimeType === '') {
		throw new FieldError(
			'MIME Type is empty',
			'The address has no known file extension, so the file type is unknown. Fill in MIME Type.',
		);
	}
	return { url: url.href, mime_type: mimeType };
}

/**
 * The message itself: its type and content (Jelou's page "Send messages"). Texts lose halves of an emoji.
 *
 * @param allowsPrivate whether media may be where only this network reaches them: Jelou is there, too
 * @throws FieldError for an empty text, a media URL that is not HTTPS or that Jelou cannot reach, or a MIME type that is
 * not known
 */
export function messageContent(item: ItemParameters, id: string, allowsPrivate: boolean): MessageValue {
	const type = item.required('messageType', 'Message Type');
	if (!isMessageType(type)) {
		throw new FieldError(`Message Type "${type}" is unknown`, `Use one of ${MESSAGE_TYPES.join(', ')}.`);
	}
	if (type === 'text') return { id, type, content: { body: wellFormed(item.required('text', 'Text')) } };
	const media = readMedia(item, allowsPrivate);
	if (type === 'audio') return { id, type, content: media };
	if (type === 'document') {
		const filename = trimmed(wellFormed(item.text('fileName', 'File Name')));
		return { id, type, content: { ...media, ...(isBlank(filename) ? {} : { filename }) } };
	}
	const caption = wellFormed(item.text('caption', 'Caption'));
	return { id, type, content: { ...media, ...(isBlank(caption) ? {} : { caption }) } };
}

/** What WhatsApp takes, in characters, as Jelou documents it. Other channels may take more, so it is no error. */
const CHANNEL_LIMITS = { body: 4_096, caption: 1_024 };

/** A warning for a message that the channel may not deliver. */
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
