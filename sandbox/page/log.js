// @ts-check
import { arrive, byId, clock, make, renew, written } from './dom.js';
import { model, scene } from './model.js';
import { toldOf } from './outcomes.js';

/** @import { LogEntry } from './model.js' */

/** Older entries are removed from the page. */
const SHOWN = 200;

/** How much of a message a row shows, in characters. */
const SAID = 80;

const MARKS = { good: '✓', info: 'i', warning: '!', bad: '✕' };

const list = byId('log', HTMLOListElement);

/** @param {string} text */
function sentence(text) {
	return text.slice(0, 1).toUpperCase() + text.slice(1);
}

/** Lets a name break between its parts. @param {string} title */
function titleOf(title) {
	return title.split(/(?<=\.)/).flatMap((part, index) => (index === 0 ? [part] : [make('wbr'), part]));
}

/** The customer a request or an event is about, and what was written. @param {LogEntry} entry */
function saidIn({ details: { body }, kind }) {
	const { type, content, initial_message } = body?.value ?? {};
	const words = content?.body ?? content?.caption ?? content?.filename;
	const text = words ?? initial_message ?? body?.initialMessage ?? body?.text ?? body?.elementName ?? type;
	if (typeof text !== 'string') return null;
	const id = kind === 'request' ? (body.user_id ?? body.userId ?? body.destinations?.[0]) : body.contact?.id;
	const name = scene().project?.users.find((user) => user.id === id)?.name ?? id ?? '';
	const said = written(`“${text.length > SAID ? `${text.slice(0, SAID)}…` : text}”`);
	return make('span', { class: 'said' }, `${kind === 'request' ? 'To' : 'From'} ${name}: `, said);
}

/** @param {LogEntry} entry */
function row(entry) {
	const { answer, at, auth, isSetUp, isTest, kind, ms, outcome, title, tone, status } = entry;
	const isDone = kind === 'delivery' && tone === 'good';
	const told = [
		isSetUp ? 'Set-up' : null,
		auth,
		ms === null ? null : `${ms}\u00a0ms`,
		isDone ? toldOf({ state: 'delivered', answer, isTest }) : outcome,
	].filter((part) => part !== null && part !== '');
	const mark = make('span', { class: 'mark', text: MARKS[tone] });
	mark.ariaHidden = 'true';
	const summary = make(
		'summary',
		{},
		make('time', { class: 'time', text: clock(at, true) }),
		make('span', { class: `way ${kind}`, text: kind === 'request' ? 'n8n → Jelou' : 'Jelou → n8n' }),
		make('span', { class: 'title' }, ...titleOf(kind === 'request' ? title : `Event: ${title}`)),
		// That there is nothing yet is not an error, whatever the status.
		make(
			'span',
			{ class: `pill ${tone}`, text: tone === 'info' ? 'None yet' : String(status ?? 'No answer') },
			mark,
		),
		saidIn(entry),
		make('span', { class: `told ${tone}`, text: sentence(told.join(' · ')) }),
	);
	const details = make('details', {}, summary);
	details.addEventListener(
		'toggle',
		() => details.append(make('pre', { text: JSON.stringify(entry.details, null, 2) })),
		{ once: true },
	);
	return make('li', { class: isSetUp ? 'set-up' : '' }, details);
}

/** A restarted sandbox counts from the beginning, so the ID alone is not enough. @param {LogEntry} entry */
function keyOf({ id, at }) {
	return `${id} ${at}`;
}

/** Whether an entry belongs to the chosen project, or to no known one. @param {LogEntry} entry */
export function isShown({ projectId }) {
	return projectId === null || projectId === scene().project?.id;
}

/** Newest first, by when they happened, so that an event counts as earlier than what the workflow did with it. */
export function drawLog() {
	const entries = model.log
		.filter(isShown)
		.toSorted((a, b) => b.at - a.at || b.id - a.id)
		.slice(0, SHOWN);
	renew(list, entries, keyOf, row);
	byId('log-project', HTMLElement).textContent = scene().project?.name ?? '';
	byId('log-empty', HTMLElement).hidden = entries.length > 0;
}

/** @param {LogEntry} entry */
export function showEntry(entry) {
	drawLog();
	const key = keyOf(entry);
	for (const item of list.children) {
		if (item instanceof HTMLElement && item.dataset.key === key) arrive(item);
	}
}
