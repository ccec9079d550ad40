import type { IDataObject } from 'n8n-workflow';

import { FieldError } from '../../shared/errors';
import { wellFormed } from '../../shared/text';
import type { JelouRequest } from '../../shared/types';
import { checkLabels } from './choices';

/** What WhatsApp takes, as Jelou documents it: how many, and how many characters. */
export const MAX_BUTTONS = 3;
export const MAX_ENTRIES = 10;
const BUTTON_LENGTH = 20;
const ENTRY_LENGTH = 24;
const DESCRIPTION_LENGTH = 72;
const TEXT_LENGTH = 4_096;

const NOT_IN_BUTTON = /[*_~`]|\p{Extended_Pictographic}/u;

/** An entry of a list; the description may be empty. */
export interface ListEntry {
	title: string;
	description: string;
}

/** @throws FieldError where a text has more characters than WhatsApp takes */
export function checkTextLength(text: string, name: string, max: number): void {
	const { length } = [...text];
	if (length <= max) return;
	throw new FieldError(
		`${name} has ${String(length)} characters`,
		`WhatsApp takes ${String(max)} here. Shorten it.`,
	);
}

/**
 * Buttons, each of which sends its own text as the customer's.
 *
 * @param name what one of them is called in an error
 * @throws FieldError naming the one that WhatsApp does not take
 */
export function buttonsContent(texts: readonly string[], name: string): IDataObject {
	const titles = checkLabels(texts, name);
	for (const [n, title] of titles.entries()) {
		const one = `${name} ${String(n + 1)}`;
		checkTextLength(title, one, BUTTON_LENGTH);
		if (NOT_IN_BUTTON.test(title)) {
			throw new FieldError(
				`${one} has an emoji or a formatting mark`,
				'Jelou takes neither in a button: remove it.',
			);
		}
	}
	return { type: 'quick_reply', quick_replies: titles.map((title) => ({ title, payload: title })) };
}

/**
 * A list that opens, of entries that each send their title as the customer's text.
 *
 * @param button what opens it
 * @param name what one entry is called in an error
 * @throws FieldError naming the one that WhatsApp does not take
 */
export function listContent(entries: readonly ListEntry[], button: string, name: string): IDataObject {
	const titles = checkLabels(
		entries.map(({ title }) => title),
		name,
	);
	const options = titles.map((title, n) => {
		const one = `${name} ${String(n + 1)}`;
		const description = entries[n]?.description ?? '';
		checkTextLength(title, one, ENTRY_LENGTH);
		checkTextLength(description, `${one}: Description`, DESCRIPTION_LENGTH);
		return { title, ...(description === '' ? {} : { description }), payload: title };
	});
	checkTextLength(button, 'List Button', BUTTON_LENGTH);
	return { type: 'text', ...(button === '' ? {} : { buttonText: { type: 'text', text: button } }), options };
}

/**
 * The request that sends such a message (Jelou's page "Send messages" of its platform API).
 *
 * @throws FieldError for a text that is too long
 */
export function interactiveRequest(
	{ botId, userId }: { botId: string; userId: string },
	text: string,
	content: IDataObject,
): JelouRequest {
	checkTextLength(text, 'Text', TEXT_LENGTH);
	return {
		target: 'platform',
		method: 'POST',
		path: ['v1', 'bots', botId, 'messages'],
		body: { userId, text: wellFormed(text), ...content },
	};
}
