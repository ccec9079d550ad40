import type { IDataObject } from 'n8n-workflow';

import { FieldError } from '../../shared/errors';
import { wellFormed } from '../../shared/text';
import type { JelouRequest } from '../../shared/types';
import { checkLabels } from './choices';

/** WhatsApp's limits, as Jelou documents them. */
export const MAX_BUTTONS = 3;
export const MAX_ENTRIES = 10;

const NOT_IN_BUTTON = /[*_~`]|\p{Extended_Pictographic}/u;

/** One of the things that a customer chooses from; the description may be empty. */
interface Entry {
	title: string;
	description: string;
}

function checkLength(text: string, name: string, max: number): void {
	const { length } = [...text];
	if (length > max)
		throw new FieldError(
			`${name} has ${String(length)} characters`,
			`WhatsApp takes ${String(max)}. Shorten it.`,
		);
}

function titlesOf(entries: readonly Entry[], name: string, max: number): string[] {
	const titles = entries.map(({ title }) => title);
	for (const [n, title] of titles.entries()) checkLength(title, `${name} ${String(n + 1)}`, max);
	return checkLabels(titles, name);
}

/**
 * The part of a message with its buttons, each of which sends its title as the customer's text.
 *
 * @param name what one of them is called in an error
 * @throws FieldError naming the one that WhatsApp does not accept
 */
export function buttonsContent(entries: readonly Entry[], name: string): IDataObject {
	const titles = titlesOf(entries, name, 20);
	const wrong = titles.findIndex((title) => NOT_IN_BUTTON.test(title));
	if (wrong !== -1) {
		throw new FieldError(
			`${name} ${String(wrong + 1)} has an emoji or a formatting mark`,
			'Jelou takes neither on a button: remove it.',
		);
	}
	return { type: 'quick_reply', quick_replies: titles.map((title) => ({ title, payload: title })) };
}

/**
 * The part of a message with its list, each entry of which sends its title as the customer's text.
 *
 * @param button the label that opens the list; may be empty
 * @param name what one entry is called in an error
 * @throws FieldError naming the one that WhatsApp does not accept
 */
export function listContent(entries: readonly Entry[], button: string, name: string): IDataObject {
	const titles = titlesOf(entries, name, 24);
	checkLength(button, 'List Button', 20);
	return {
		type: 'text',
		...(button === '' ? {} : { buttonText: { type: 'text', text: button } }),
		options: entries.map(({ description }, n) => {
			checkLength(description, `${name} ${String(n + 1)}: Description`, 72);
			const title = titles[n];
			return { title, ...(description === '' ? {} : { description }), payload: title };
		}),
	};
}

/**
 * The request that sends a text with such content (the platform API's page "Send messages").
 *
 * @throws FieldError for a text that is too long
 */
export function interactiveRequest(
	botId: string,
	userId: string,
	text: string,
	content: IDataObject,
): JelouRequest {
	checkLength(text, 'Text', 4_096);
	return {
		target: 'platform',
		method: 'POST',
		path: ['v1', 'bots', botId, 'messages'],
		body: { userId, text: wellFormed(text), ...content },
	};
}
