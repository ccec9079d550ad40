// @ts-check
import { answersOf } from './answers.js';
import { clock, icon, make, written } from './dom.js';
import { toldOf } from './outcomes.js';

/** @import { Message, PlatformParts, RoomEvent } from './model.js' */

const TYPES = { text: 'Text', image: 'Image', document: 'Document', audio: 'Audio', video: 'Video' };
const SIGNS = { sending: 'clock', delivered: 'ticks', failed: 'alert' };
const TARGETS = { queue: 'queue', operator: 'agent', team: 'team' };

/**
 * A path on this page's sandbox, under whichever of its names the page was opened.
 * @param {string} url
 */
function ownPath(url) {
	const { host, pathname, port, search } = URL.canParse(url) ? new URL(url) : location;
	const isLocal = /^(127\.0\.0\.1|localhost|\[::1\])(:|$)/.test(host);
	return isLocal && port === location.port && url.startsWith('http:') ? pathname + search : null;
}

/**
 * A link to media, the image itself, or a player for one of the sandbox's own files. Media elsewhere that is not on HTTPS
 * is only named.
 * @param {Pick<Message, 'type' | 'content'>} message
 */
export function media({ type, content: { url: given = '', mime_type = '', filename, caption } }) {
	const own = ownPath(given);
	const url = own ?? given;
	const name = filename ?? url.split(/[?#]/)[0]?.split('/').pop() ?? type;
	const told = Object.entries(TYPES).find(([key]) => key === type)?.[1] ?? type;
	const kind = make('span', { class: 'kind', text: [told, mime_type].filter(Boolean).join(' · ') });
	const text = caption ? written(caption, 'caption') : null;
	const isOwn = own !== null;
	const symbol = icon(type === 'audio' || type === 'video' ? 'sound' : 'file');
	if (!isOwn && !url.startsWith('https://')) {
		return make('div', {}, make('div', { class: 'file' }, symbol, make('span', { text: url }, kind)), text);
	}
	if (isOwn && type === 'audio') {
		const player = make('audio');
		player.controls = true;
		player.preload = 'metadata';
		player.src = url;
		player.ariaLabel = `Audio ${name}`;
		return make('div', {}, player);
	}
	const link = make('a', { text: name || url });
	const tab = make('span', { class: 'visually-hidden', text: ' (opens in a new tab)' });
	link.append(tab);
	link.href = url;
	link.target = '_blank';
	link.rel = 'noopener noreferrer';
	const card = () => make('div', { class: 'file' }, symbol, make('span', {}, link, kind));
	if (type !== 'image') return make('div', {}, card(), text);

	const image = make('img');
	image.src = url;
	image.alt = `Image ${name}`;
	link.replaceChildren(image, tab);
	const whole = make('div', {}, link, text);
	image.addEventListener('error', () => {
		link.replaceChildren(name || url, tab);
		whole.prepend(card());
	});
	return whole;
}

/** When a message was written and what became of it. @param {Message} message */
export function meta({ at, duplicate, delivery }) {
	const line = make('div', { class: 'meta' }, make('time', { text: clock(at) }));
	// A message is announced once: its delivery is not read out as well.
	line.ariaLive = 'off';
	if (duplicate) line.append(make('span', { class: 'bad', text: 'Same message ID as an earlier message' }));
	if (delivery) {
		const { state } = delivery;
		line.append(
			make('span', { class: state === 'failed' ? 'bad' : state }, icon(SIGNS[state]), toldOf(delivery)),
		);
	}
	return line;
}

/** What a message has besides its text, in words. @param {PlatformParts} platform */
function remarks({ asksForLocation, template }) {
	const words = [
		asksForLocation ? 'Asks for the location: WhatsApp shows a button that sends it' : null,
		template ? `Template ${template.name} (${template.language})` : null,
	];
	return words.flatMap((text) => (text === null ? [] : [make('span', { class: 'remark', text })]));
}

/** @param {Message} message */
export function bubble(message) {
	const { from, type, content, platform = {} } = message;
	const { header, title } = platform;
	const who = make('span', { class: 'visually-hidden', text: from === 'user' ? 'Customer: ' : 'Agent: ' });
	const body = type === 'text' ? written(content.body ?? '') : media(message);
	return make(
		'li',
		{ class: `line ${from}` },
		make(
			'div',
			{ class: `bubble ${from}` },
			who,
			header ? media({ type: header.type, content: header }) : null,
			title ? written(title, 'above') : null,
			body,
			...remarks(platform),
		),
		answersOf(platform),
		meta(message),
	);
}

/**
 * Who a conversation was assigned to, for example: queue “support”.
 * @param {RoomEvent['assignment']} assignment
 */
export function targetOf(assignment) {
	return assignment ? `${TARGETS[assignment.type]} “${assignment.target}”` : '';
}

/** What happened to the conversation. @param {RoomEvent} event */
export function happening({ at, kind, by, assignment }) {
	const doer = { customer: 'The customer', workflow: 'The workflow', agent: 'An agent' }[by];
	const told = {
		started: `${doer} started a conversation`,
		assigned: `${doer} handed the conversation over to the ${targetOf(assignment)}`,
		closed: `${doer} closed the conversation`,
	}[kind];
	return make('li', { class: `happening ${kind}` }, make('span', { text: `${told} · ${clock(at)}` }));
}
