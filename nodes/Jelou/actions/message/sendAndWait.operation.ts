import { randomUUID } from 'node:crypto';

import type { IDataObject } from 'n8n-workflow';

import { LIST_LABELS } from '../../shared/answers/answerTypes';
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
import { readLanguage, readSteps } from './steps';
import { waitUntil } from './waitTime';

function readIfBusy({ ifBusy = 'wait' }: IDataObject): IfBusy {
	const known = IF_BUSY.find((value) => value === ifBusy);
	if (known !== undefined) return known;
	throw new FieldError('If Another Question Is Open is unknown', `Use one of ${IF_BUSY.join(', ')}.`);
}

/** How n8n writes an object into a text, such as the tool's input in the message that it proposes for a review. */
const OBJECT_IN_TEXT = '[object Object]';

/** A tool's input for a person to read: one value per line. */
function listed(input: unknown): string {
	const inText = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));
	if (!isObject(input)) return inText(input);
	return Object.entries(input)
		.map(([name, value]) => `${name}: ${inText(value)}`)
		.join('\n');
}

/** The message, with the first of several questions below it. */
function readText(item: ItemParameters, first: Step | undefined): string {
	const isOne = first === undefined || first.name === '';
	const opening = isOne ? item.required('message', 'Message') : item.text('message', 'Message');
	const input = item.origin?.tool.reviewed;
	const message = input === undefined ? opening : opening.replaceAll(OBJECT_IN_TEXT, () => listed(input));
	return [message, first?.text ?? ''].filter((part) => !isBlank(part)).join('\n\n');
}

/** The same question with its choices as buttons or a list; `undefined` if they stay numbered. */
function readWithButtons(
	own: IDataObject,
	{ botId, userId }: Conversation,
	text: string,
	{ choices, name }: Pick<Step, 'choices' | 'name'>,
): JelouRequest | undefined {
	const { showAs = 'numbers' } = own;
	if (showAs === 'numbers') return undefined;
	if (showAs !== 'buttons') throw new FieldError('Show As is unknown', 'Use numbers or buttons.');
	if (name !== '' || choices.length === 0 || choices.length > MAX_ENTRIES) return undefined;
	const entries = choices.map((title) => ({ title, description: '' }));
	const content =
		choices.length > MAX_BUTTONS
			? listContent(entries, LIST_LABELS[readLanguage(own)], 'Choice')
			: buttonsContent(entries, 'Choice');
	return interactiveRequest(botId, userId, text, content);
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
		const asked = readText(item, first);
		const text = withChoices(asked, first?.choices ?? []);
		const value: MessageValue = { id: randomUUID(), type: 'text', content: { body: text } };
		const message = messageRequest({ projectId, ...recipient }, value);
		const own = item.collection('options');
		const until = waitUntil(own, { zone: timezone });
		const withButtons = first && readWithButtons(own, recipient, asked, first);
		return { message, withButtons, text, recipient, ifBusy: readIfBusy(own), steps, until };
	},
	warning: channelWarning,
};
