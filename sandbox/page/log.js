// @ts-check
import { byId, clock, make } from './dom.js';
import { model } from './model.js';

/** @import { LogEntry } from './model.js' */

/** Older entries are taken off the page. */
const SHOWN = 200;

const list = byId('log', HTMLOListElement);

/** @param {LogEntry} entry */
function row(entry) {
	const { at, kind, title, tone, status, auth, outcome, ms, projectId } = entry;
	const project = model.overview.projects.length > 1 ? projectId : null;
	const told = [project, auth, outcome, ms === null ? null : `${ms}\u00a0ms`].filter((part) => part !== null);
	const summary = make(
		'summary',
		{},
		make('time', { class: 'time', text: clock(at, true) }),
		make('span', { class: 'way', text: kind === 'request' ? 'to Jelou' : 'from Jelou' }),
		make('span', { class: 'title', text: kind === 'request' ? title : `Event: ${title}` }),
		make('span', { class: `pill ${tone}`, text: status === null ? 'failed' : String(status) }),
		make('span', { class: `told ${tone}`, text: told.join(' · ') }),
	);
	const details = make('details', {}, summary);
	details.addEventListener(
		'toggle',
		() => details.append(make('pre', { text: JSON.stringify(entry.details, null, 2) })),
		{ once: true },
	);
	return make('li', {}, details);
}

/** @param {LogEntry[]} entries oldest first */
export function drawLog(entries) {
	list.replaceChildren(...entries.map(row).reverse());
	byId('log-empty', HTMLElement).hidden = entries.length > 0;
}

/** @param {LogEntry} entry */
export function showEntry(entry) {
	const item = row(entry);
	item.className = 'new';
	list.prepend(item);
	if (list.childElementCount > SHOWN) list.lastElementChild?.remove();
	byId('log-empty', HTMLElement).hidden = true;
}
