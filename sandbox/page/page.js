// @ts-check
import { post } from './api.js';
import { chatEnd, drawChat, drawConversation, showMessage } from './chat.js';
import { startComposer } from './composer.js';
import { deskEnd, drawDesk, followScene, onDesk, startDesk, unreadCount } from './desk.js';
import { announce, byId, make } from './dom.js';
import { drawFaults, startFaults } from './faults.js';
import { drawLog, isShown, showEntry } from './log.js';
import { model, scene } from './model.js';
import { startStanding } from './standing.js';
import { follow } from './stream.js';
import { drawSurroundings, startPickers } from './surroundings.js';

/** @import { DeskConversation, LogEntry, Message, Overview, RoomEvent, Snapshot } from './model.js' */

/** How many messages, room events and log entries the browser keeps, over all rooms and projects. */
const KEPT = 2000;

const views = {
	chat: byId('view-chat', HTMLButtonElement),
	desk: byId('view-desk', HTMLButtonElement),
	side: byId('view-side', HTMLButtonElement),
};
/** Wide enough for the customer and the agent side by side. */
const wide = matchMedia('(min-width: 51.26em)');
let unseen = 0;

function drawUnseen() {
	const words = make('span', { class: 'visually-hidden', text: ' new' });
	byId('unseen', HTMLElement).replaceChildren(...(unseen > 0 ? [` (${unseen}`, words, ')'] : []));
	const unread = unreadCount();
	const more = words.cloneNode(true);
	byId('desk-unread', HTMLElement).replaceChildren(...(unread > 0 ? [` (${unread}`, more, ')'] : []));
}

/** Chooses the part that a narrow screen shows. @param {'chat' | 'desk' | 'side'} chosen */
function show(chosen) {
	const isMissing = chosen === 'desk' && (wide.matches || !document.body.hasAttribute('data-desk'));
	const name = isMissing ? 'chat' : chosen;
	document.body.dataset.view = name;
	for (const [each, button] of Object.entries(views))
		button.setAttribute('aria-pressed', String(each === name));
	if (name === 'side') unseen = 0;
	if (name !== 'side') drawDesk();
	drawUnseen();
	if (name === 'chat') chatEnd.toEnd();
	if (name !== 'side') deskEnd.toEnd();
}

/** @param {Snapshot} snapshot */
function onSnapshot({ messages, roomEvents, log, desk, ...overview }) {
	Object.assign(model, { overview, messages, roomEvents, log, desk });
	drawFaults();
	drawScene();
}

/** Shows what belongs to the chosen project, bot and customer. */
function drawScene() {
	unseen = 0;
	drawSurroundings();
	drawLog();
	drawChat();
	drawDesk();
	drawUnseen();
	if (document.body.dataset.view === 'desk') show('desk');
}

/** @param {Overview} overview */
function onOverview(overview) {
	const before = scene();
	model.overview = overview;
	drawSurroundings();
	drawFaults();
	const now = scene();
	if (now.project?.id !== before.project?.id) drawLog();
	if (now.room?.id === before.room?.id && now.bot?.id === before.bot?.id) drawConversation();
	else drawChat();
}

/**
 * @template T
 * @param {T[]} list
 * @param {T} item
 */
function keep(list, item) {
	list.push(item);
	if (list.length > KEPT) list.shift();
}

/** @param {Message} message */
function onMessage(message) {
	const index = message.from === 'user' ? model.messages.findIndex(({ id }) => id === message.id) : -1;
	if (index >= 0) model.messages[index] = message;
	else keep(model.messages, message);
	showMessage(message);
}

/** @param {RoomEvent} event */
function onRoomEvent(event) {
	keep(model.roomEvents, event);
	if (event.roomId === scene().room?.id) drawChat(true);
}

/** @param {DeskConversation} conversation */
function onDeskChange(conversation) {
	onDesk(conversation);
	drawUnseen();
}

/** @param {LogEntry} entry */
function onLog(entry) {
	keep(model.log, entry);
	if (!isShown(entry)) return;
	showEntry(entry);
	if (document.body.dataset.view === 'side') return;
	unseen += 1;
	drawUnseen();
}

/** @param {boolean} live */
function onState(live) {
	const pill = byId('connection', HTMLElement);
	pill.textContent = live ? 'Connected' : 'Disconnected. Reconnecting…';
	pill.className = `pill ${live ? 'good' : 'bad'}`;
	if (live) byId('send-problem', HTMLElement).textContent = '';
}

views.chat.addEventListener('click', () => show('chat'));
views.desk.addEventListener('click', () => show('desk'));
views.side.addEventListener('click', () => show('side'));
wide.addEventListener('change', () => {
	if (document.body.dataset.view === 'desk') show('desk');
});
byId('clear', HTMLButtonElement).addEventListener('click', async () => {
	const failure = await post('/sandbox/reset', { keepIntegrations: true });
	byId('clear-problem', HTMLElement).textContent = failure ?? '';
	if (failure === null) announce('Chat and event log cleared');
});
// Escape closes the innermost open part around the focus, and moves the focus to what reopens it.
document.addEventListener('keydown', ({ key, target }) => {
	const open = key === 'Escape' && target instanceof Element ? target.closest('details[open]') : null;
	open?.removeAttribute('open');
	open?.querySelector('summary')?.focus();
});
startPickers(() => {
	followScene();
	drawScene();
});
startDesk(drawScene);
startStanding();
startComposer();
startFaults();
follow(
	{
		snapshot: onSnapshot,
		overview: onOverview,
		roomEvent: onRoomEvent,
		message: onMessage,
		desk: onDeskChange,
		log: onLog,
	},
	onState,
);
