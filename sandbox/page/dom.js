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
 * A new element. Text is only ever set as text: what people and workflows write is never parsed as HTML.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {{ class?: string, text?: string }} [looks]
 * @param {...(Node | string | null)} children
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
 * What somebody wrote, in whatever language and direction, not those of the page.
 * @param {string} text
 * @param {string} [name] the element's class
 */
export function written(text, name) {
	const element = make('span', { class: name, text });
	element.lang = '';
	element.dir = 'auto';
	return element;
}

/**
 * One of the symbols in the page's HTML. Only for use beside words.
 * @param {string} name
 */
export function icon(name) {
	const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
	const use = document.createElementNS('http://www.w3.org/2000/svg', 'use');
	use.setAttribute('href', `#icon-${name}`);
	svg.setAttribute('class', 'icon');
	svg.setAttribute('aria-hidden', 'true');
	svg.append(use);
	return svg;
}

/**
 * Tells something to those who listen to the page instead of seeing it.
 * @param {string} text
 */
export function announce(text) {
	byId('announcer', HTMLElement).textContent = text;
}

/**
 * Draws attention to something new, once: not whenever it is shown again.
 * @param {HTMLElement} element
 */
export function arrive(element) {
	if (!element.checkVisibility()) return;
	element.classList.add('new');
	element.addEventListener('animationend', () => element.classList.remove('new'), { once: true });
}

/**
 * Makes a list show these items. Items already shown keep their elements, so that they stay open and keep the focus.
 * @template T
 * @param {HTMLElement} list
 * @param {T[]} items
 * @param {(item: T) => string} keyOf what an item's appearance depends on
 * @param {(item: T) => HTMLElement} draw
 */
export function renew(list, items, keyOf, draw) {
	const wanted = new Set(items.map(keyOf));
	for (const child of [...list.children]) {
		if (child instanceof HTMLElement && !wanted.has(child.dataset.key ?? '')) child.remove();
	}
	let next = list.firstElementChild;
	for (const item of items) {
		const key = keyOf(item);
		if (next instanceof HTMLElement && next.dataset.key === key) {
			next = next.nextElementSibling;
			continue;
		}
		const element = draw(item);
		element.dataset.key = key;
		list.insertBefore(element, next);
	}
	while (next) {
		const rest = next;
		next = next.nextElementSibling;
		rest.remove();
	}
}

/**
 * A local time of day, such as 18:05 or 18:05:09.
 * @param {number | string} at
 * @param {boolean} [seconds]
 */
export function clock(at, seconds = false) {
	return new Date(at).toTimeString().slice(0, seconds ? 8 : 5);
}

const DAY = new Intl.DateTimeFormat('en', {
	weekday: 'long',
	day: 'numeric',
	month: 'long',
	year: 'numeric',
});

/**
 * The local day of a time, in words.
 * @param {number} at
 */
export function dayOf(at) {
	const yesterday = new Date();
	yesterday.setDate(yesterday.getDate() - 1);
	const day = DAY.format(at);
	if (day === DAY.format(new Date())) return 'Today';
	return day === DAY.format(yesterday) ? 'Yesterday' : day;
}

const SHORT_DAY = new Intl.DateTimeFormat('en', { day: 'numeric', month: 'short' });

/**
 * A time today, such as 18:05; for any other time, only its day.
 * @param {number | string} at
 */
export function moment(at) {
	return dayOf(Number(new Date(at))) === 'Today' ? clock(at) : SHORT_DAY.format(new Date(at));
}

/**
 * A future time, with its day unless that is today.
 * @param {string} at
 */
export function until(at) {
	const isToday = dayOf(Date.parse(at)) === 'Today';
	return isToday ? clock(at) : `${clock(at)} on ${SHORT_DAY.format(new Date(at))}`;
}
