// @ts-check
import { send } from './composer.js';
import { byId, make } from './dom.js';

/** @import { Message } from './model.js' */

const NUMBERED = /^\s*(\d{1,2})[.)]\s+(\S.*)$/;

const box = byId('choices', HTMLElement);
const list = byId('choices-list', HTMLElement);

/**
 * Offers to answer a numbered list, which is the last that was said, with a click.
 * @param {Message | undefined} message
 */
export function drawChoices(message) {
	const lines = message?.from === 'agent' ? (message.content.body ?? '').split('\n') : [];
	const found = lines.flatMap((line) => [NUMBERED.exec(line) ?? []].filter(({ length }) => length > 0));
	box.hidden = found.length < 2;
	list.replaceChildren(
		...(box.hidden ? [] : found).map(([, number = '', label = '']) => {
			const text = make('span', { text: label });
			text.lang = '';
			text.dir = 'auto';
			const button = make('button', {}, make('b', { text: number }), ' ', text);
			button.type = 'button';
			button.addEventListener('click', () => {
				byId('text', HTMLTextAreaElement).focus();
				void send({ text: number });
			});
			return button;
		}),
	);
}
