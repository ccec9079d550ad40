import { randomUUID } from 'node:crypto';

import type { IDataObject } from 'n8n-workflow';

import type { Language } from '../../shared/answers/answerTypes';
import { FieldError } from '../../shared/errors';
import { isObject } from '../../shared/json';
import { messageRequest } from '../../shared/message';
import type { MessageValue } from '../../shared/messageTypes';
import { IF_BUSY, type IfBusy, type Step } from '../../shared/triggerNote';
import { isBlank, withChoices } from '../../shared/text';
import type { JelouRequest } from '../../shared/types';
import { readIds } from '../ids';
import type { ItemParameters } from '../itemParameters';
import type { AskOperation } from '../operation';
import type { Conversation } from '../origin';
import { askProperties } from './askProperties';
import { channelWarning } from './content';
import { MAX_BUTTONS, MAX_ENTRIES, buttonsContent, interactiveRequest, listContent } from './interactive';
import { readSteps } from './steps';
import { waitUntil } from './waitTime';

function readIfBusy({ ifBusy = 'wait' }: IDataObject): IfBusy {
	const known = IF_BUSY.find((value) => value === ifBusy);
	if (known !== undefined) return known;
	throw new FieldError('If Another Question Is Open is unknown', `Use one of ${IF_BUSY.join(', ')}.`);
}

/** How n8n writes an object into a text, as the message that it proposes for a review does with the tool's input. */
const OBJECT_IN_TEXT = '[object Object]';

/** A tool's input as a person reads it: one value a line. */
function listed(input: unknown): string {
	const inText = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));
	if (!isObject(input)) return inText(input);
	return Object.entries(input)
		.map(([name, value]) => `${name}: ${inText(value)}`)
		.join('\n');
}

/** The message, and below it the first of several questions. */
function readText(item: ItemParameters, first: Step | undefined): string {
	const isOne = first === undefined || first.name === '';
	const opening = isOne ? item.required('message', 'Message') : item.text('message', 'Message');
	const input = item.origin?.tool.reviewed;
	const message = input === undefined ? opening : opening.replaceAll(OBJECT_IN_TEXT, () => listed(input));
	return [message, first?.text ?? ''].filter((part) => !isBlank(part)).join('\n\n');
}

/** Opens the list, in the language of the question. */
const LIST_BUTTON: Record<Language, string> = { es: 'Ver opciones', pt: 'Ver opções', en: 'See options' };

/** The same question with its choices as buttons or a list; `undefined` where they are numbers. */
function readWithButtons(
	{ language = 'es', showAs = 'numbers' }: IDataObject,
	recipient: Conversation,
	text: string,
	[first, ...others]: readonly Step[],
): JelouRequest | undefined {
	if (showAs !== 'numbers' && showAs !== 'buttons') {
		throw new FieldError('Show As is unknown', 'Use numbers or buttons.');
	}
	const { choices = [] } = first ?? {};
	const areFew = choices.length > 0 && choices.length <= MAX_ENTRIES;
	if (showAs === 'numbers' || others.length > 0 || !areFew) return undefined;
	const entries = choices.map((title) => ({ title, description: '' }));
	const button = Object.entries(LIST_BUTTON).find(([known]) => known === language)?.[1] ?? '';
	const content =
		choices.length > MAX_BUTTONS ? listContent(entries, button, 'Choice') : buttonsContent(choices, 'Choice');
	return interactiveRequest(recipient, text, content);
}

/** Asks the customer something in the chat; the run goes on with the answer (Jelou's page "Send messages"). */
export const sendAndWait: AskOperation = {
	kind: 'ask',
	menu: {
		name: 'Send and Wait for Reply',
		action: 'Send a message and wait for the reply',
		description: 'Ask the customer something in the chat, and go on in the same run with the answer',
	},
	properties: askProperties,
	ask(item, { projectId, timezone }) {
		const recipient = readIds(item, 'roomId', 'botId', 'userId');
		const steps = readSteps(item);
		const [first] = steps;
		const [asked, choices] = [readText(item, first), first?.choices ?? []];
		const text = withChoices(asked, choices);
		const value: MessageValue = { id: randomUUID(), type: 'text', content: { body: text } };
		const message = messageRequest({ projectId, ...recipient }, value);
		const own = item.collection('options');
		const until = waitUntil(own, { zone: timezone });
		const withButtons = readWithButtons(own, recipient, asked, steps);
		return { message, withButtons, text, recipient, ifBusy: readIfBusy(own), steps, until };
	},
	warning: channelWarning,
};
