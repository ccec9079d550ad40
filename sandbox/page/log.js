// @ts-check
import { arrive, byId, clock, make, renew } from './dom.js';
import { model, scene } from './model.js';

/** @import { LogEntry } from './model.js' */

/** Older entries are taken off the page. */
const SHOWN = 200;

const MARKS = { good: '✓', info: 'i', warning: '!', bad: '✕' };

const list = byId('log', HTMLOListElement);

/** @param {string} text */
function sentence(text) {
	return text.slice(0, 1).toUpperCase() + text.slice(1);
}

/** @param {LogEntry} entry */
function row(entry) {
	const { at, kind, title, tone, status, auth, outcome, ms } = entry;
	const told = [auth, ms === null ? null : `${ms}\u00a0ms`, outcome].filter((part) => part !== null);
	const mark = make('span', { class: 'mark', text: MARKS[tone] });
	mark.ariaHidden = 'true';
	const summary = make(
		'summary',
		{},
		make('time', { class: 'time', text: clock(at, true) }),
		make('span', { class: `way ${kind}`, text: kind === 'request' ? 'to Jelou' : 'from Jelou' }),
		make('span', { class: 'title', text: kind === 'request' ? title : `Event: ${title}` }),
		make('span', { class: `pill ${tone}`, text: status === null ? 'No answer' : String(status) }, mark),
		make('span', { class: `told ${tone}`, text: sentence(told.join(' · ')) }),
	);
	const details = make('details', {}, summary);
	details.addEventListener(
		'toggle',
		() => details.append(make('pre', { text: JSON.stringify(entry.details, null, 2) })),
		{ once: true },
	);
	return make('li', {}, details);
}

/** A restarted sandbox counts from the beginning, so the id alone does not do. @param {LogEntry} entry */
function keyOf({ id, at }) {
	return `${id} ${at}`;
}

/** Whether an entry is of the chosen project, or of none that could be told. @param {LogEntry} entry */
export function isShown({ projectId }) {
	return projectId === null || projectId === scene().project?.id;
}

export function drawLog() {
	const entries = model.log.filter(isShown).slice(-SHOWN);
	renew(list, entries.reverse(), keyOf, row);
	byId('log-project', HTMLElement).textContent = scene().project?.name ?? '';
	byId('log-empty', HTMLElement).hidden = entries.length > 0;
}

/** @param {LogEntry} entry */
export function showEntry(entry) {
	const item = row(entry);
	item.dataset.key = keyOf(entry);
	list.prepend(item);
	arrive(item);
	const oldest = list.lastElementChild;
	if (list.childElementCount > SHOWN && !oldest?.contains(document.activeElement)) oldest?.remove();
	byId('log-empty', HTMLElement).hidden = true;
}
