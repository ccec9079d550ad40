/** A part of a text that means something, as Telegram's Bot API has it; offsets and lengths in UTF-16 code units. */
export interface Entity {
	type: string;
	offset: number;
	length: number;
	url?: string;
}

type Parsed = { text: string; entities: Entity[] } | { problem: string };

const TYPES: Record<string, string> = {
	a: 'text_link',
	b: 'bold',
	strong: 'bold',
	i: 'italic',
	em: 'italic',
	u: 'underline',
	s: 'strikethrough',
	code: 'code',
	pre: 'pre',
};
const NAMED: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"' };

function decode(text: string): string {
	return text.replace(/&(?:#(\d+)|(lt|gt|amp|quot));/g, (_all, code?: string, name?: string) =>
		code === undefined ? (NAMED[name ?? ''] ?? '') : String.fromCodePoint(Number(code)),
	);
}

/** Telegram writes the host of an address in lower case, and adds a missing path. */
function normalised(url: string): string {
	const [, origin = '', rest = ''] = /^(https?:\/\/[^/?#]*)(.*)$/is.exec(url) ?? [];
	return origin.toLowerCase() + (rest.startsWith('/') ? rest : `/${rest}`);
}

/** Reads a text in Telegram's HTML style ("Formatting options" in the Bot API's documentation). */
export function parseHtml(html: string): Parsed {
	const open: Array<{ tag: string; offset: number; url?: string }> = [];
	const entities: Entity[] = [];
	let text = '';
	for (const [token] of html.matchAll(/<[^>]*>?|[^<]+/g)) {
		if (!token.startsWith('<')) {
			text += decode(token);
			continue;
		}
		const [, slash = '', tag = '', attributes = ''] = /^<(\/?)([a-z]+)\b([^>]*)>$/i.exec(token) ?? [];
		const type = TYPES[tag.toLowerCase()];
		if (type === undefined)
			return { problem: `Unsupported start tag "${tag}" at byte offset ${String(text.length)}` };
		if (slash === '') {
			const [, href] = /\bhref="([^"]*)"/.exec(attributes) ?? [];
			open.push({ tag, offset: text.length, ...(href !== undefined && { url: normalised(decode(href)) }) });
			continue;
		}
		const begun = open.pop();
		if (begun?.tag !== tag) return { problem: `Unexpected end tag at byte offset ${String(text.length)}` };
		const { offset, url } = begun;
		const length = text.length - offset;
		// A link without an address or a text does not count.
		if (length > 0 && (type !== 'text_link' || url !== undefined)) {
			entities.push({ type, offset, length, ...(url !== undefined && { url }) });
		}
	}
	if (open.length > 0)
		return { problem: `Can't find end tag corresponding to start tag "${open.at(-1)?.tag ?? ''}"` };
	return { text, entities };
}

/** The addresses in a text, which Telegram finds by itself. They carry no address of their own: it is the text. */
export function urlsIn(text: string): Entity[] {
	return [...text.matchAll(/https?:\/\/\S+/g)].map(({ 0: url, index }) => ({
		type: 'url',
		offset: index,
		length: url.length,
	}));
}
