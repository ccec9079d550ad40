// @ts-check

/**
 * The element with this id, checked to be of this class.
 * @template {HTMLElement} T
 * @param {string} id
 * @param {new () => T} type
 * @returns {T}
 */
export function byId(id, type) {
	const element = document.getElementById(id);
	if (element instanceof type) return element;
	throw new Error(`The page has no ${type.name} called ${id}`);
}

/**
 * A new element. Text is only ever set as text: what people and workflows write is never read as HTML.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {{ class?: string, text?: string }} [looks]
 * @param {...(Node | null)} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function make(tag, looks = {}, ...children) {
	const element = document.createElement(tag);
	if (looks.class) element.className = looks.class;
	if (looks.text !== undefined) element.textContent = looks.text;
	for (const child of children) if (child) element.append(child);
	return element;
}

/**
 * A time of day in this place, as 18:05 or 18:05:09.
 * @param {number | string} at
 * @param {boolean} [seconds]
 */
export function clock(at, seconds = false) {
	return new Date(at).toTimeString().slice(0, seconds ? 8 : 5);
}
