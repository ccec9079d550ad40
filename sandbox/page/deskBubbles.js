// @ts-check
import { media } from './bubbles.js';
import { clock, icon, make, written } from './dom.js';

/** @import { DeskAttachment, DeskMessage } from './model.js' */

const SIGNS = { sending: 'clock', delivered: 'ticks', failed: 'alert' };
const TOLD = { sending: 'Sending…', delivered: 'Given to the workflow', failed: 'Not delivered' };

/** @param {DeskAttachment} attachment */
function file({ fileType, name, url }) {
	return media({ type: fileType === 'file' ? 'document' : fileType, content: { url, filename: name } });
}

/**
 * When it was written, and what became of it. A private note is not delivered to anyone, so it has no delivery state.
 * @param {DeskMessage} message
 */
export function deskMeta({ at, delivery, private: isNote }) {
	const line = make('div', { class: 'meta' }, make('time', { text: clock(at) }));
	line.ariaLive = 'off';
	if (isNote) line.append(make('span', {}, icon('lock'), 'The customer does not see this'));
	else if (delivery) {
		const { note, state } = delivery;
		const words = state === 'failed' && note ? `${TOLD.failed}: ${note}` : TOLD[state];
		line.append(make('span', { class: state === 'failed' ? 'bad' : state }, icon(SIGNS[state]), words));
	}
	return line;
}

/**
 * @param {DeskMessage} message
 * @param {string} customer their name
 */
export function deskBubble(message, customer) {
	const { attachments, content, from, private: isNote } = message;
	const who = { customer: customer || 'Customer', bot: 'Bot', agent: 'Agent' }[from];
	const name = make('p', { class: 'by', text: isNote ? `Private note by the ${from}` : who });
	return make(
		'li',
		{ class: `entry by-${from} ${isNote ? 'note' : ''}` },
		name,
		make(
			'div',
			{ class: 'bubble' },
			...attachments.map(file),
			content === '' ? null : written(content, 'caption'),
		),
		deskMeta(message),
	);
}
