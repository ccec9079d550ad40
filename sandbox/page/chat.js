// @ts-check
import { announce, arrive, byId, clock, make, renew } from './dom.js';
import { model, scene } from './model.js';

/** @import { Message } from './model.js' */

/** So near the end, in pixels, somebody is taken to follow the chat: an image's height and a little. */
const NEAR_END = 300;

/** How long a redrawn chat stays silent, in milliseconds: longer than a browser takes to tell of the change. */
const SILENCE = 200;

const TYPES = { text: 'Text', image: 'Image', document: 'Document', audio: 'Audio', video: 'Video' };

const log = byId('chat-log', HTMLElement);
const list = byId('messages', HTMLOListElement);
/** @type {ReturnType<typeof setTimeout> | undefined} */
let silence;

/**
 * A link to media, or the image itself. Anything that is not HTTPS is only named.
 * @param {Message} message
 */
function media({ type, content: { url = '', mime_type = '', filename, caption } }) {
	const name = filename ?? url.split(/[?#]/)[0]?.split('/').pop() ?? type;
	const told = Object.entries(TYPES).find(([key]) => key === type)?.[1] ?? type;
	const kind = make('span', { class: 'kind', text: `${told} · ${mime_type}` });
	const text = caption ? written(caption, 'caption') : null;
	if (!url.startsWith('https://')) return make('div', {}, kind, make('span', { text: url }), text);

	const tab = make('span', { class: 'visually-hidden', text: ' (opens in a new tab)' });
	const link = make('a', { text: name || url }, tab);
	link.href = url;
	link.target = '_blank';
	link.rel = 'noopener noreferrer';
	if (type !== 'image') return make('div', {}, kind, link, text);

	const image = make('img');
	image.src = url;
	image.alt = `Image ${name}`;
	image.addEventListener('error', () => {
		link.before(kind);
		link.replaceChildren(name || url, tab);
		keepAtEnd()();
	});
	image.addEventListener('load', () => keepAtEnd()());
	link.replaceChildren(image, tab);
	return make('div', {}, link, text);
}

/**
 * What somebody wrote, in whatever language and direction: not the page's.
 * @param {string} text
 * @param {string} [name] the element's class
 */
function written(text, name) {
	const element = make('span', { class: name, text });
	element.lang = '';
	element.dir = 'auto';
	return element;
}

/** @param {Message} message */
function meta({ at, duplicate, delivery }) {
	const time = make('time', { text: clock(at) });
	const twice = duplicate
		? make('span', { class: 'bad', text: 'Same message ID as an earlier message' })
		: null;
	const line = make('div', { class: 'meta' }, time, twice);
	// A message is news once: that it went out is not read out again.
	line.ariaLive = 'off';
	if (delivery?.state === 'sending') line.append(make('span', { text: 'Sending…' }));
	if (delivery?.state === 'delivered') line.append(make('span', { text: 'Delivered' }));
	if (delivery?.state === 'failed') {
		line.append(make('span', { class: 'bad', text: `Not delivered: ${delivery.note}` }));
	}
	return line;
}

/** @param {Message} message */
function bubble(message) {
	const { from, type, content } = message;
	const who = make('span', { class: 'visually-hidden', text: from === 'user' ? 'Customer: ' : 'Agent: ' });
	const body = type === 'text' ? written(content.body ?? '') : media(message);
	const item = make('li', { class: `bubble ${from}` }, who, body, meta(message));
	item.dataset.id = message.id;
	return item;
}

/** @param {Message} message */
function keyOf({ id, from, at, delivery }) {
	return JSON.stringify([id, from, at, delivery]);
}

export function toEnd() {
	log.scrollTop = log.scrollHeight;
}

/**
 * For when something grows: what then goes to the end again, unless somebody is reading further up.
 * @returns {() => void}
 */
function keepAtEnd() {
	const below = log.scrollHeight - log.scrollTop - log.clientHeight;
	return below < NEAR_END ? toEnd : () => {};
}

/** What was there before is not news: it is not read out. */
function quietly() {
	log.ariaLive = 'off';
	clearTimeout(silence);
	silence = setTimeout(() => (log.ariaLive = 'polite'), SILENCE);
}

/** Shows the chosen room. */
export function drawChat() {
	const { room, bot } = scene();
	const shown = model.messages.filter(({ roomId }) => roomId === room?.id);
	if (shown.length > 0) quietly();
	renew(list, shown, keyOf, bubble);
	byId('chat-empty', HTMLElement).hidden = shown.length > 0;
	toEnd();
	const words = (bot?.name ?? '').split(/\s+/);
	byId('bot-initials', HTMLElement).textContent = words
		.map((word) => word.slice(0, 1))
		.join('')
		.slice(0, 2);
	byId('bot-name', HTMLElement).textContent = bot?.name ?? 'Chat';
	drawConversation();
}

export function drawConversation() {
	const { room, user } = scene();
	const since = room?.conversation?.startAt;
	const state = since ? `Conversation since ${clock(since)}` : 'No open conversation';
	byId('conversation', HTMLElement).textContent = user ? `You are ${user.name}. ${state}.` : '';
}

/**
 * Adds a message, or updates what became of one.
 * @param {Message} message
 */
export function showMessage(message) {
	if (message.roomId !== scene().room?.id) return;
	const old = message.from === 'user' && list.querySelector(`.user[data-id="${CSS.escape(message.id)}"]`);
	const follow = message.from === 'user' && !old ? toEnd : keepAtEnd();
	if (old instanceof HTMLElement) {
		old.querySelector('.meta')?.replaceWith(meta(message));
		old.dataset.key = keyOf(message);
	} else {
		const item = bubble(message);
		item.dataset.key = keyOf(message);
		list.append(item);
		arrive(item);
		byId('chat-empty', HTMLElement).hidden = true;
	}
	follow();
	if (message.delivery?.state === 'failed') announce(`Not delivered: ${message.delivery.note}`);
}
