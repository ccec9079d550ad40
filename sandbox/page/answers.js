// @ts-check
import { send } from './composer.js';
import { byId, icon, make, written } from './dom.js';

/** @import { Choice, PlatformParts } from './model.js' */

/** Numbers the lists of the page. */
let lists = 0;

/**
 * A choice: when it is pressed, the customer sends what it stands for.
 * @param {Choice} choice
 */
function answer({ title, description, payload }) {
	const button = make(
		'button',
		{ class: 'answer' },
		written(title),
		description ? written(description, 'description') : null,
	);
	button.type = 'button';
	button.addEventListener('click', () => {
		byId('text', HTMLTextAreaElement).focus();
		void send({ text: payload || title });
	});
	return button;
}

/** @param {Choice[]} buttons */
function buttonsOf(buttons) {
	const group = make('div', { class: 'answers' }, ...buttons.map(answer));
	group.role = 'group';
	group.ariaLabel = 'Buttons';
	return group;
}

/** @param {NonNullable<PlatformParts['list']>} list */
function listOf({ name, entries }) {
	const items = make('div', { class: 'entries' }, ...entries.map(answer));
	items.id = `list-${++lists}`;
	items.role = 'group';
	items.ariaLabel = `Entries of the list ${name}`;
	const opener = make('button', {}, icon('list'), written(name));
	opener.type = 'button';
	opener.setAttribute('aria-controls', items.id);
	/** @param {boolean} isOpen */
	const show = (isOpen) => {
		items.hidden = !isOpen;
		opener.setAttribute('aria-expanded', String(isOpen));
	};
	show(false);
	opener.addEventListener('click', () => show(items.hidden));
	items.addEventListener('click', () => show(false));
	const whole = make('div', { class: 'answers' }, opener, items);
	whole.addEventListener('keydown', ({ key }) => {
		if (key !== 'Escape' || items.hidden) return;
		show(false);
		opener.focus();
	});
	return whole;
}

/**
 * What the customer can press below a message.
 * @param {PlatformParts} platform
 */
export function answersOf({ buttons, list }) {
	if (buttons) return buttonsOf(buttons);
	return list ? listOf(list) : null;
}

/**
 * Only the choices of the last message can be pressed. Earlier lists still open, to be read.
 * @param {HTMLElement} messages
 * @param {Element | undefined} last
 */
export function allowAnswers(messages, last) {
	for (const button of messages.querySelectorAll('button')) {
		if (!button.matches('.answer')) continue;
		const isOver = !last?.contains(button);
		// A disabled button would lose the focus.
		if (isOver && button === document.activeElement) byId('chat-log', HTMLElement).focus();
		button.disabled = isOver;
	}
}
