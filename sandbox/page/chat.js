// @ts-check
import { byId, clock, make } from './dom.js';
import { model, scene } from './model.js';

/** @import { Message } from './model.js' */

/** So near the end, in pixels, somebody is taken to follow the chat: a picture's height and a little. */
const NEAR_END = 300;

const list = byId('messages', HTMLOListElement);
const announcer = byId('announcer', HTMLElement);

/**
 * A link to media, or the picture itself. Anything that is not HTTPS is only named.
 * @param {Message} message
 */
function media({ type, content: { url = '', mime_type = '', filename, caption } }) {
	const name = filename ?? url.split(/[?#]/)[0]?.split('/').pop() ?? type;
	const kind = make('span', { class: 'kind', text: `${type} · ${mime_type}` });
	const text = caption ? make('span', { class: 'caption', text: caption }) : null;
	if (!url.startsWith('https://')) return make('div', {}, kind, make('span', { text: url }), text);

	const link = make('a', { text: name || url });
	link.href = url;
	link.target = '_blank';
	link.rel = 'noopener noreferrer';
	if (type !== 'image') return make('div', {}, kind, link, text);

	const image = make('img');
	image.src = url;
	image.alt = caption ?? 'Image';
	image.addEventListener('error', () => {
		link.before(kind);
		link.textContent = name;
		keepAtEnd()();
	});
	image.addEventListener('load', () => keepAtEnd()());
	link.replaceChildren(image);
	return make('div', {}, link, text);
}

/** @param {Message} message */
function meta({ at, duplicate, delivery }) {
	const time = make('time', { text: clock(at) });
	const twice = duplicate ? make('span', { class: 'bad', text: 'Duplicate message id' }) : null;
	const line = make('div', { class: 'meta' }, time, twice);
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
	const who = make('span', { class: 'visually-hidden', text: from === 'user' ? 'User: ' : 'Agent: ' });
	const body = type === 'text' ? make('span', { text: content.body ?? '' }) : media(message);
	const item = make('li', { class: `bubble ${from}` }, who, body, meta(message));
	item.dataset.id = message.id;
	return item;
}

function toEnd() {
	list.scrollTop = list.scrollHeight;
}

/**
 * For when something grows: what then goes to the end again, unless somebody is reading further up.
 * @returns {() => void}
 */
function keepAtEnd() {
	const below = list.scrollHeight - list.scrollTop - list.clientHeight;
	return below < NEAR_END ? toEnd : () => {};
}

/** Draws the chosen room anew. */
export function drawChat() {
	const { room, bot } = scene();
	const shown = model.messages.filter(({ roomId }) => roomId === room?.id);
	list.replaceChildren(...shown.map(bubble));
	toEnd();
	const words = (bot?.name ?? '').split(/\s+/);
	byId('bot-initials', HTMLElement).textContent = words
		.map((word) => word.slice(0, 1))
		.join('')
		.slice(0, 2);
	byId('bot-name', HTMLElement).textContent = bot?.name ?? 'No project';
	drawConversation();
}

export function drawConversation() {
	const { room, user } = scene();
	const since = room?.conversation?.startAt;
	const state = since ? `conversation open since ${clock(since)}` : 'no open conversation';
	byId('conversation', HTMLElement).textContent = user ? `with ${user.name}, ${state}` : '';
}

/**
 * Adds a message, or shows anew what became of one.
 * @param {Message} message
 */
export function showMessage(message) {
	if (message.roomId !== scene().room?.id) return;
	const old = message.from === 'user' && list.querySelector(`.user[data-id="${CSS.escape(message.id)}"]`);
	const follow = message.from === 'user' && !old ? toEnd : keepAtEnd();
	if (old) old.querySelector('.meta')?.replaceWith(meta(message));
	else {
		const item = bubble(message);
		item.classList.add('new');
		list.append(item);
	}
	follow();
	if (message.from === 'agent') {
		announcer.textContent = `New message: ${message.content.body ?? message.content.caption ?? message.type}`;
	} else if (message.delivery?.state === 'failed') {
		announcer.textContent = `Not delivered: ${message.delivery.note}`;
	}
}
