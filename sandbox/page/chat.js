// @ts-check
import { bubble, happening, meta, targetOf } from './bubbles.js';
import { drawChoices } from './choices.js';
import { announce, arrive, byId, dayOf, make, moment, renew } from './dom.js';
import { model, scene } from './model.js';
import { toldOf } from './outcomes.js';

/** @import { Message } from './model.js' */

/** So near the end, in pixels, somebody is taken to follow the chat. */
const NEAR_END = 100;

/** How long a redrawn chat stays silent, in milliseconds: longer than a browser takes to tell of the change. */
const SILENCE = 200;

const log = byId('chat-log', HTMLElement);
const list = byId('messages', HTMLOListElement);
let isAtEnd = true;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let silence;

/**
 * @typedef {{ key: string, draw: () => HTMLElement, message?: Message }} Line
 * @typedef {Line & { at: number, rank: number }} Dated
 */

/**
 * The messages of a room, what happened between them, and a line before each day.
 * @param {string | undefined} roomId
 */
function linesOf(roomId) {
	/** @type {Dated[]} */
	const messages = model.messages
		.filter((each) => each.roomId === roomId)
		.map((message) => {
			const { id, from, at, duplicate } = message;
			return {
				key: JSON.stringify([id, from, at, duplicate]),
				at,
				rank: 0,
				message,
				draw: () => bubble(message),
			};
		});
	/** @type {Dated[]} */
	const happenings = model.roomEvents
		.filter((each) => each.roomId === roomId)
		.map((event) => {
			const { at, kind } = event;
			return { key: `${kind} ${at}`, at, rank: kind === 'closed' ? 1 : -1, draw: () => happening(event) };
		});
	/** @type {Line[]} */
	const lines = [];
	let day = '';
	for (const line of [...messages, ...happenings].sort((a, b) => a.at - b.at || a.rank - b.rank)) {
		const next = dayOf(line.at);
		if (next !== day) {
			lines.push({ key: next, draw: () => make('li', { class: 'day' }, make('span', { text: next })) });
		}
		day = next;
		lines.push(line);
	}
	return lines;
}

export function toEnd() {
	log.scrollTop = log.scrollHeight;
}

/** What was there before is not news: it is not read out. */
function quietly() {
	log.ariaLive = 'off';
	clearTimeout(silence);
	silence = setTimeout(() => (log.ariaLive = 'polite'), SILENCE);
}

/**
 * Shows the chosen room.
 * @param {boolean} [isNews] whether something was added to what is shown, or became of it
 */
export function drawChat(isNews = false) {
	const lines = linesOf(scene().room?.id);
	const last = lines.at(-1)?.message;
	if (!isNews && lines.length > 0) quietly();
	/** @type {HTMLElement[]} */
	const added = [];
	renew(
		list,
		lines,
		({ key }) => key,
		({ draw, message }) => {
			const item = draw();
			item.dataset.delivery = JSON.stringify(message?.delivery);
			added.push(item);
			return item;
		},
	);
	for (const [index, { message }] of lines.entries()) {
		const item = list.children[index];
		const delivery = JSON.stringify(message?.delivery);
		if (!message || !(item instanceof HTMLElement) || item.dataset.delivery === delivery) continue;
		item.dataset.delivery = delivery;
		item.querySelector('.meta')?.replaceWith(meta(message));
	}
	byId('chat-empty', HTMLElement).hidden = lines.length > 0;
	drawChoices(last);
	if (isNews) for (const item of added) if (item.matches('.line')) arrive(item);
	if (!isNews || added.some((item) => item.matches('.user'))) toEnd();
	drawConversation();
}

/** With whom, as whom, and how the conversation stands. */
export function drawConversation() {
	const { project, bot, room, user } = scene();
	const initials = (bot?.name ?? '').split(/\s+/).map((word) => word.slice(0, 1));
	byId('bot-initials', HTMLElement).textContent = initials.join('').slice(0, 2);
	byId('bot-name', HTMLElement).textContent = bot?.name ?? 'Chat';
	byId('conversation', HTMLElement).textContent = user ? `You are ${user.name}` : '';
	byId('conversation-project', HTMLElement).textContent = project ? ` · ${project.name}` : '';
	const state = byId('conversation-state', HTMLElement);
	const since = room?.conversation?.startAt;
	const events = model.roomEvents.filter(({ roomId }) => roomId === room?.id);
	const assigned = since && events.findLast(({ kind, at }) => kind === 'assigned' && at >= Date.parse(since));
	const ended = events.findLast(({ kind }) => kind === 'closed');
	byId('conversation-close', HTMLButtonElement).hidden = !since;
	state.className = `pill ${assigned ? 'warning' : since ? 'good' : ''}`;
	if (assigned) state.textContent = `With ${targetOf(assigned.assignment)}`;
	else if (since) state.textContent = `Open since ${moment(since)}`;
	else state.textContent = ended ? `Closed ${moment(ended.at)}` : 'No conversation';
}

/**
 * Shows that a message was added, or what became of one.
 * @param {Message} message
 */
export function showMessage({ roomId, delivery }) {
	if (roomId !== scene().room?.id) return;
	drawChat(true);
	if (delivery?.state === 'failed') announce(toldOf(delivery));
}

// Messages come, pictures load, the composer grows: the end stays in view, unless somebody is reading further up.
log.addEventListener('scroll', () => {
	isAtEnd = log.scrollHeight - log.scrollTop - log.clientHeight < NEAR_END;
});
const growth = new ResizeObserver(() => {
	if (isAtEnd) toEnd();
});
growth.observe(log);
growth.observe(list);
