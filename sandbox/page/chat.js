// @ts-check
import { allowAnswers } from './answers.js';
import { bubble, happening, meta, targetOf } from './bubbles.js';
import { drawChoices } from './choices.js';
import { announce, arrive, byId, moment } from './dom.js';
import { keepAtEnd } from './end.js';
import { drawLines, withDays } from './lines.js';
import { model, scene } from './model.js';
import { toldOf } from './outcomes.js';
import { drawStanding } from './standing.js';

/** @import { Dated } from './lines.js' */
/** @import { Message } from './model.js' */

const list = byId('messages', HTMLOListElement);
export const chatEnd = keepAtEnd(byId('chat-log', HTMLElement), list);

/**
 * The messages of a room, and what happened between them.
 * @param {string | undefined} roomId
 * @returns {Array<Dated & { rank: number, message?: Message }>}
 */
function linesOf(roomId) {
	const messages = model.messages
		.filter((each) => each.roomId === roomId)
		.map((message) => {
			const { id, from, at, duplicate, delivery } = message;
			return {
				key: JSON.stringify([id, from, at, duplicate]),
				at,
				rank: 0,
				message,
				state: JSON.stringify(delivery),
				draw: () => bubble(message),
				meta: () => meta(message),
			};
		});
	const happenings = model.roomEvents
		.filter((each) => each.roomId === roomId)
		.map((event) => {
			const { at, kind } = event;
			return { key: `${kind} ${at}`, at, rank: kind === 'closed' ? 1 : -1, draw: () => happening(event) };
		});
	return [...messages, ...happenings].sort((a, b) => a.at - b.at || a.rank - b.rank);
}

/**
 * Shows the chosen room.
 * @param {boolean} [isNews] whether something shown was added or changed
 */
export function drawChat(isNews = false) {
	const lines = linesOf(scene().room?.id);
	if (!isNews && lines.length > 0) chatEnd.quietly();
	const added = drawLines(list, withDays(lines));
	byId('chat-empty', HTMLElement).hidden = lines.length > 0;
	drawChoices(lines.at(-1)?.message);
	const last = lines.findLast(({ message }) => message)?.key;
	allowAnswers(
		list,
		[...list.children].find((item) => item instanceof HTMLElement && item.dataset.key === last),
	);
	if (isNews) for (const item of added) if (item.matches('.line')) arrive(item);
	if (!isNews || added.some((item) => item.matches('.user'))) chatEnd.toEnd();
	drawConversation();
}

/** The bot, the customer, and the state of the conversation. */
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
	drawStanding();
}

/**
 * Shows a new message, or a message's new state.
 * @param {Message} message
 */
export function showMessage({ roomId, delivery }) {
	if (roomId !== scene().room?.id) return;
	drawChat(true);
	if (delivery?.state === 'failed') announce(toldOf(delivery));
}
