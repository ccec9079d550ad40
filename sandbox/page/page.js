// @ts-check
import { post } from './api.js';
import { drawChat, drawConversation, showMessage, toEnd } from './chat.js';
import { startComposer } from './composer.js';
import { announce, byId, make } from './dom.js';
import { drawFaults, startFaults } from './faults.js';
import { drawLog, showEntry } from './log.js';
import { model, scene } from './model.js';
import { follow } from './stream.js';
import { drawSurroundings, startPickers } from './surroundings.js';

/** @import { LogEntry, Message, Overview, Snapshot } from './model.js' */

/** Messages of all rooms that are kept in the browser. */
const KEPT = 2000;

const views = { chat: byId('view-chat', HTMLButtonElement), side: byId('view-side', HTMLButtonElement) };
let unseen = 0;

function drawUnseen() {
	const words = make('span', { class: 'visually-hidden', text: ' new' });
	byId('unseen', HTMLElement).replaceChildren(...(unseen > 0 ? [` (${unseen}`, words, ')'] : []));
}

/** On a narrow screen one of the two is shown. @param {'chat' | 'side'} name */
function show(name) {
	document.body.dataset.view = name;
	for (const [each, button] of Object.entries(views))
		button.setAttribute('aria-pressed', String(each === name));
	unseen = 0;
	drawUnseen();
	if (name === 'chat') toEnd();
}

/** @param {Snapshot} snapshot */
function onSnapshot({ messages, log, ...overview }) {
	Object.assign(model, { overview, messages });
	unseen = 0;
	drawUnseen();
	drawSurroundings();
	drawFaults();
	drawLog(log);
	drawChat();
}

/** @param {Overview} overview */
function onOverview(overview) {
	const before = scene();
	model.overview = overview;
	drawSurroundings();
	drawFaults();
	if (scene().room?.id === before.room?.id && scene().bot?.id === before.bot?.id) drawConversation();
	else drawChat();
}

/** @param {Message} message */
function onMessage(message) {
	const index = message.from === 'user' ? model.messages.findIndex(({ id }) => id === message.id) : -1;
	if (index >= 0) model.messages[index] = message;
	else model.messages.push(message);
	if (model.messages.length > KEPT) model.messages.shift();
	showMessage(message);
}

/** @param {LogEntry} entry */
function onLog(entry) {
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
views.side.addEventListener('click', () => show('side'));
byId('clear', HTMLButtonElement).addEventListener('click', async () => {
	const failure = await post('/sandbox/reset', { keepIntegrations: true });
	byId('clear-problem', HTMLElement).textContent = failure ?? '';
	if (failure === null) announce('Chat and event log cleared');
});
// Escape closes the innermost of what is open around the focus, and leaves the focus on what opens it again.
document.addEventListener('keydown', ({ key, target }) => {
	const open = key === 'Escape' && target instanceof Element ? target.closest('details[open]') : null;
	open?.removeAttribute('open');
	open?.querySelector('summary')?.focus();
});
startPickers(() => {
	drawSurroundings();
	drawChat();
});
startComposer();
startFaults();
follow({ snapshot: onSnapshot, overview: onOverview, message: onMessage, log: onLog }, onState);
