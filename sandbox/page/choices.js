// @ts-check
import { send } from './composer.js';
import { byId, make, written } from './dom.js';

/** @import { Message } from './model.js' */

const NUMBERED = /^\s*(\d{1,2})[.)]\s+(\S.*)$/;

const box = byId('choices', HTMLElement);
const list = byId('choices-list', HTMLElement);

/**
 * Offers a click to answer a numbered list, while it is the last message.
 * @param {Message | undefined} message
 */
export function drawChoices(message) {
	const { buttons, list: opened } = message?.platform ?? {};
	// A message with its own buttons is answered there.
	const isNumbered = message?.from === 'agent' && !buttons && !opened;
	const lines = isNumbered ? (message.content.body ?? '').split('\n') : [];
	const found = lines.flatMap((line) => [NUMBERED.exec(line) ?? []].filter(({ length }) => length > 0));
	box.hidden = found.length < 2;
	list.replaceChildren(
		...(box.hidden ? [] : found).map(([, number = '', label = '']) => {
			const button = make('button', {}, make('b', { text: number }), ' ', written(label));
			button.type = 'button';
			button.addEventListener('click', () => {
				byId('text', HTMLTextAreaElement).focus();
				void send({ text: number });
			});
			return button;
		}),
	);
}
