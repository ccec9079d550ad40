import type { MediaType } from './messageTypes';

const OFFICE = 'vnd.openxmlformats-officedocument';

/**
 * MIME types, by their first half: each with its file extensions, the usual one first, unless that is the second half
 * of the MIME type. An extension stands for the first type that has it, unless the type of the message decides: the
 * `.mp4` of an audio message is `audio/mp4`.
 */
const TABLE = {
	image: 'jpeg:jpg,jpeg png gif webp heic svg+xml:svg',
	video: 'mp4:mp4,m4v 3gpp:3gp quicktime:mov webm',
	audio: 'mpeg:mp3 mp4:m4a,mp4 ogg opus:ogg aac amr wav webm 3gpp:3gp',
	application: `pdf json xml zip msword:doc vnd.ms-excel:xls vnd.ms-powerpoint:ppt ${OFFICE}.wordprocessingml.document:docx ${OFFICE}.spreadsheetml.sheet:xlsx ${OFFICE}.presentationml.presentation:pptx`,
	text: 'plain:txt csv',
};

const EXTENSIONS = new Map(
	Object.entries(TABLE).flatMap(([kind, types]) =>
		types.split(' ').map((type): [string, string[]] => {
			const [subtype = '', extensions = subtype] = type.split(':');
			return [`${kind}/${subtype}`, extensions.split(',').map((extension) => `.${extension}`)];
		}),
	),
);

/**
 * The extension of a file name or path, with its dot; `''` for none. A number (`v1.2`) or one letter (`S.A`) does not
 * count.
 */
const extensionOf = (name: string) => /\.(?=\d*[a-z])\w{2,10}$/i.exec(name)?.[0] ?? '';

function mimeTypeWith(extension: string, type: MediaType): string | undefined {
	// The other extensions of Ogg are understood, but never given to a file: nodes that rely on the extension refuse
	// them.
	const usual = extension.toLowerCase().replace(/^\.(oga|opus)$/, '.ogg');
	const found = [...EXTENSIONS].flatMap(([mimeType, own]) => (own.includes(usual) ? mimeType : []));
	return found.find((mimeType) => mimeType.startsWith(`${type}/`)) ?? found[0];
}

/** The MIME type that the extension of a file name or path stands for; `undefined` when it is not known. */
export function mimeTypeOf(name: string, type: MediaType): string | undefined {
	return mimeTypeWith(extensionOf(name), type);
}

/**
 * A MIME type in lower case and without its parameters; `undefined` for what is not one. An unknown one that was made
 * from an extension (`image/jpg`, `audio/x-m4a`, `application/ogg` for audio) is corrected.
 */
export function readMimeType(value: unknown, type: MediaType): string | undefined {
	const essence = typeof value === 'string' ? value.replace(/;.*$/s, '').trim().toLowerCase() : '';
	const [, kind, subtype] = /^([\w.+-]{1,100})\/(?:x-)?([\w.+-]{1,100})$/.exec(essence) ?? [];
	if (kind === undefined) return undefined;
	const meant = EXTENSIONS.has(essence) ? '' : (mimeTypeWith(`.${subtype}`, type) ?? '');
	const isMeant = meant.startsWith(`${kind}/`) || (kind === 'application' && meant.startsWith(`${type}/`));
	return isMeant ? meant : essence;
}

/** The extension for a file without a name, with its dot. */
export function extensionFor(mimeType: string): string {
	const subtype = /\/([a-z0-9]{2,5})(\+|$)/.exec(mimeType)?.[1] ?? 'bin';
	return EXTENSIONS.get(mimeType)?.[0] ?? `.${subtype}`;
}

/**
 * A file name in two parts, so that the first can be shortened; the second is an extension that matches the MIME type,
 * with its dot, or `''`. A document keeps its own extension: a MIME type such as `text/plain` says less.
 */
export function fittingName(name: string, mimeType: string, type: MediaType): [string, string] {
	const extension = extensionOf(name);
	const stem = name.slice(0, name.length - extension.length);
	const fitting = EXTENSIONS.get(mimeType);
	const isDocument = type === 'document' && extension !== '';
	if (isDocument || !fitting || fitting.includes(extension.toLowerCase())) return [stem, extension];
	return [mimeTypeWith(extension, type) ? stem : name.replace(/\.$/, ''), extensionFor(mimeType)];
}
