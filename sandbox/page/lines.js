// @ts-check
import { dayOf, make, renew } from './dom.js';

/**
 * The lines of a chat. A message's `state` is redrawn without the rest of the message.
 * @typedef {{ key: string, draw: () => HTMLElement, state?: string, meta?: () => HTMLElement }} Line
 * @typedef {Line & { at: number }} Dated
 */

/**
 * Adds a line before each day.
 * @param {Dated[]} lines oldest first
 * @returns {Line[]}
 */
export function withDays(lines) {
	let day = '';
	return lines.flatMap((line) => {
		const next = dayOf(line.at);
		const isNew = next !== day;
		day = next;
		const draw = () => make('li', { class: 'day' }, make('span', { text: next }));
		return isNew ? [{ key: next, draw }, line] : [line];
	});
}

/**
 * @param {HTMLElement} list
 * @param {Line[]} lines
 * @returns {HTMLElement[]} the lines that were added
 */
export function drawLines(list, lines) {
	/** @type {HTMLElement[]} */
	const added = [];
	renew(
		list,
		lines,
		({ key }) => key,
		({ draw, state }) => {
			const item = draw();
			item.dataset.state = state ?? '';
			added.push(item);
			return item;
		},
	);
	for (const [index, { meta, state = '' }] of lines.entries()) {
		const item = list.children[index];
		if (!meta || !(item instanceof HTMLElement) || item.dataset.state === state) continue;
		item.dataset.state = state;
		item.querySelector('.meta')?.replaceWith(meta());
	}
	return added;
}
