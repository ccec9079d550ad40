// @ts-check
import { post } from './api.js';
import { announce, arrive, byId, make, moment, renew } from './dom.js';
import { deskBubble, deskMeta } from './deskBubbles.js';
import { drawDeskComposer, startDeskComposer } from './deskComposer.js';
import { keepAtEnd } from './end.js';
import { drawLines, withDays } from './lines.js';
import { model, scene } from './model.js';

/** @import { DeskConversation, Room } from './model.js' */

/** How many resolved conversations are listed. */
const SHOWN = 50;

/** How much of the last message the list shows, in characters. */
const SAID = 60;

const list = byId('desk-messages', HTMLOListElement);
const problem = byId('desk-problem', HTMLElement);
export const deskEnd = keepAtEnd(byId('desk-log', HTMLElement), list);

/** The conversation that the person chose or is writing in: it stays, whatever else arrives. */
let chosen = 0;
/** The one shown. */
let shown = 0;
/** Those with something from a customer that has not been shown yet. @type {Set<number>} */
const unread = new Set();

/** @param {DeskConversation} conversation @returns {Room | undefined} the customer's room in the chat */
function roomOf({ customAttributes: { room_id: id }, contact: { identifier } }) {
	return (
		model.overview.rooms.find((room) => room.id === id) ??
		model.overview.rooms.find((room) => room.id === identifier)
	);
}

/** The conversations of the chosen project, and those of unknown customers; newest first. */
function conversations() {
	const { project } = scene();
	return model.desk.conversations
		.filter((each) => (roomOf(each)?.projectId ?? project?.id) === project?.id)
		.toSorted((a, b) => lastAt(b) - lastAt(a));
}

/** @param {DeskConversation} conversation */
function lastAt({ createdAt, messages }) {
	return messages.at(-1)?.at ?? createdAt;
}

/** Whether the chosen project has a desk. */
function hasDesk() {
	const { project } = scene();
	const isTheOnly = model.overview.projects.length === 1 && model.desk.webhookUrl !== '';
	return project?.hasDesk === true || isTheOnly || conversations().length > 0;
}

/** The one to show: the chosen one, or that of the customer in the chat, or the newest. */
function current() {
	const all = conversations();
	const open = all.filter(({ status }) => status === 'open');
	const ofRoom = [...open, ...all].find((each) => roomOf(each)?.id === scene().room?.id && scene().room);
	return all.find(({ id }) => id === chosen) ?? ofRoom ?? open[0] ?? all[0];
}

/** @param {DeskConversation} conversation */
function lastWords({ messages }) {
	const last = messages.at(-1);
	const text = last ? last.content || (last.attachments[0]?.name ?? '') : '';
	return text.length > SAID ? `${text.slice(0, SAID)}…` : text;
}

/**
 * @param {DeskConversation} conversation
 * @param {(conversation: DeskConversation) => void} onChoose
 */
function row(conversation, onChoose) {
	const { contact, id, messages } = conversation;
	const words = make('span', { class: 'last', text: lastWords(conversation) });
	words.lang = '';
	words.dir = 'auto';
	const isNote = messages.at(-1)?.private === true;
	const button = make(
		'button',
		{},
		make('b', { text: contact.name || contact.identifier || `Conversation ${id}` }),
		make('time', { text: moment(lastAt(conversation)) }),
		make('span', { class: 'said' }, isNote ? 'Note: ' : '', words),
		unread.has(id) ? make('span', { class: 'pill warning', text: 'New' }) : null,
	);
	button.type = 'button';
	if (id === shown) button.setAttribute('aria-current', 'true');
	button.addEventListener('click', () => onChoose(conversation));
	return make('li', {}, button);
}

/** @param {DeskConversation} conversation */
function keyOf(conversation) {
	const { contact, id, messages } = conversation;
	const last = messages.at(-1);
	return JSON.stringify([
		id,
		contact.name,
		last?.id,
		id === shown,
		unread.has(id),
		moment(lastAt(conversation)),
	]);
}

/** @type {() => void} */
let onScene = () => {};

/** Shows a conversation and its customer. @param {DeskConversation} conversation */
function choose(conversation) {
	chosen = conversation.id;
	const room = roomOf(conversation);
	if (room) Object.assign(model.chosen, { project: room.projectId, bot: room.botId, user: room.userId });
	onScene();
	// Redrawing the list lost the focus.
	const button = byId('desk', HTMLElement).querySelector('[aria-current]');
	if (button instanceof HTMLElement) button.focus();
}

function drawList() {
	const all = conversations();
	for (const status of /** @type {const} */ (['open', 'resolved'])) {
		const some = all.filter((each) => each.status === status).slice(0, status === 'open' ? undefined : SHOWN);
		renew(byId(`desk-${status}`, HTMLOListElement), some, keyOf, (each) => row(each, choose));
		byId(`desk-${status}-part`, HTMLElement).hidden = some.length === 0;
	}
	byId('desk-empty', HTMLElement).hidden = all.length > 0;
	byId('desk-conversation', HTMLElement).hidden = all.length === 0;
}

/** How many conversations have unread messages. */
export function unreadCount() {
	return conversations().filter(({ id }) => unread.has(id)).length;
}

/**
 * Shows the desk, if the project has one.
 * @param {boolean} [isNews] whether something shown was added or changed
 */
export function drawDesk(isNews = false) {
	const isShown = hasDesk();
	document.body.toggleAttribute('data-desk', isShown);
	const conversation = current();
	const isOther = conversation?.id !== shown;
	shown = conversation?.id ?? 0;
	if (isShown && byId('desk', HTMLElement).checkVisibility()) unread.delete(shown);
	drawList();
	if (!conversation) return;

	const { contact, id, messages, status } = conversation;
	const isOpen = status === 'open';
	byId('desk-name', HTMLElement).textContent = contact.name || contact.identifier || `Conversation ${id}`;
	const pill = byId('desk-state', HTMLElement);
	pill.textContent = isOpen ? 'Open' : 'Resolved';
	pill.className = `pill ${isOpen ? 'good' : ''}`;
	byId('desk-status', HTMLButtonElement).textContent = isOpen ? 'Resolve' : 'Reopen';

	const follows = isNews && !isOther;
	if (!follows) deskEnd.quietly();
	const lines = messages.map((message) => ({
		key: `${id} ${message.id}`,
		at: message.at,
		state: JSON.stringify(message.delivery),
		draw: () => deskBubble(message, contact.name),
		meta: () => deskMeta(message),
	}));
	const added = drawLines(list, withDays(lines));
	if (follows) for (const item of added) if (item.matches('.entry')) arrive(item);
	if (!follows || added.some((item) => item.matches('.by-agent'))) deskEnd.toEnd();
	if (isOther) drawDeskComposer(id);
}

/** Shows the conversation of the customer who was just chosen. */
export function followScene() {
	chosen = 0;
	drawDesk();
}

/** @param {DeskConversation} conversation */
export function onDesk(conversation) {
	const all = model.desk.conversations;
	const index = all.findIndex(({ id }) => id === conversation.id);
	const before = all[index];
	if (index < 0) all.push(conversation);
	else all[index] = conversation;
	const last = conversation.messages.at(-1);
	const isNew = last !== undefined && last.id !== before?.messages.at(-1)?.id;
	if (isNew && last.from === 'customer') unread.add(conversation.id);
	if (!before) unread.add(conversation.id);
	drawDesk(true);
	if (conversation.id === shown && last?.delivery?.state === 'failed' && !last.private) {
		announce(`Not delivered: ${last.delivery.note ?? ''}`);
	}
}

/** @param {() => void} drawScene shows what was chosen */
export function startDesk(drawScene) {
	onScene = drawScene;
	startDeskComposer(async (message) => {
		problem.textContent = (await post(`/sandbox/desk/conversations/${shown}/messages`, message)) ?? '';
		return problem.textContent === '';
	});
	byId('desk-text', HTMLTextAreaElement).addEventListener('input', () => (chosen = shown));
	byId('desk-status', HTMLButtonElement).addEventListener('click', async () => {
		const isOpen = current()?.status === 'open';
		const status = isOpen ? 'resolved' : 'open';
		chosen = shown;
		problem.textContent = (await post(`/sandbox/desk/conversations/${shown}/status`, { status })) ?? '';
		if (problem.textContent === '') announce(isOpen ? 'Conversation resolved' : 'Conversation reopened');
	});
}
