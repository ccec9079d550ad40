import type { IDataObject, INodeProperties } from 'n8n-workflow';

import { FieldError } from '../../shared/errors';
import { isObject } from '../../shared/json';
import { readIds } from '../ids';
import { entryText, type ItemParameters } from '../itemParameters';
import type { PlatformOperation } from '../operation';
import { options } from '../options';
import { botId, userId } from '../properties';
import { MAX_BUTTONS, MAX_ENTRIES, buttonsContent, interactiveRequest, listContent } from './interactive';

const shownFor = (interactiveType: string) => ({ show: { interactiveType: [interactiveType] } });

const several: Pick<INodeProperties, 'type' | 'typeOptions'> = {
	type: 'fixedCollection',
	typeOptions: { multipleValues: true, sortable: true },
};

/** The entries of a collection, of which WhatsApp takes so many. */
function entriesOf(item: ItemParameters, name: string, label: string, max: number): IDataObject[] {
	const { values } = item.collection(name);
	const entries: unknown[] = Array.isArray(values) ? values : [];
	if (entries.length === 0 || entries.length > max) {
		const advice = `WhatsApp takes 1 to ${String(max)}: add or remove some.`;
		throw new FieldError(`${label} has ${String(entries.length)} entries`, advice);
	}
	return entries.map((entry) => (isObject(entry) ? entry : {}));
}

function contentOf(item: ItemParameters): IDataObject {
	const type = item.text('interactiveType', 'Type');
	switch (type) {
		case 'buttons': {
			const texts = entriesOf(item, 'buttons', 'Buttons', MAX_BUTTONS).map((entry) =>
				entryText(entry, 'text', 'Button'),
			);
			return buttonsContent(texts, 'Button');
		}
		case 'list': {
			const entries = entriesOf(item, 'entries', 'Entries', MAX_ENTRIES).map((entry) => ({
				title: entryText(entry, 'title', 'Entry'),
				description: entryText(entry, 'description', 'Description'),
			}));
			return listContent(entries, item.text('listButton', 'List Button').trim(), 'Entry');
		}
		case 'locationRequest':
			return { type: 'location_request' };
		default:
			throw new FieldError(`Type "${type}" is unknown`, 'Use buttons, list or locationRequest.');
	}
}

/** Sends a text with buttons or a list, or a request for the location (the platform API's page "Send messages"). */
export const sendInteractive: PlatformOperation = {
	kind: 'platform',
	menu: {
		name: 'Send Buttons or List',
		action: 'Send buttons or a list',
		description: 'Send a text with buttons or a list to choose from, or ask for the location',
	},
	properties: [
		{
			displayName: 'Type',
			name: 'interactiveType',
			type: 'options',
			options: [
				{ name: 'Buttons', value: 'buttons', description: 'Up to 3' },
				{ name: 'List', value: 'list', description: 'Up to 10 entries, which the customer opens' },
				{ name: 'Location Request', value: 'locationRequest', description: 'A button to send the location' },
			],
			default: 'buttons',
			description: 'What to send below the text',
		},
		{
			displayName: 'Text',
			name: 'text',
			type: 'string',
			typeOptions: { rows: 4 },
			default: '',
			required: true,
			placeholder: 'e.g. How can we help you?',
			description: 'The text that the user receives',
		},
		{
			...several,
			displayName: 'Buttons',
			name: 'buttons',
			placeholder: 'Add Button',
			default: { values: [{ text: '' }] },
			description: 'A press sends the text of the button as the answer. WhatsApp takes 20 characters.',
			options: [
				{
					displayName: 'Button',
					name: 'values',
					values: [
						{
							displayName: 'Button',
							name: 'text',
							type: 'string',
							default: '',
							placeholder: 'e.g. My order',
							description: 'The text on the button, without emoji',
						},
					],
				},
			],
			displayOptions: shownFor('buttons'),
		},
		{
			...several,
			displayName: 'Entries',
			name: 'entries',
			placeholder: 'Add Entry',
			default: { values: [{ title: '' }] },
			description: 'Choosing an entry sends its title as the answer',
			options: [
				{
					displayName: 'Entry',
					name: 'values',
					values: [
						{
							displayName: 'Title',
							name: 'title',
							type: 'string',
							default: '',
							placeholder: 'e.g. My order',
							description: 'Up to 24 characters',
						},
						{
							displayName: 'Description',
							name: 'description',
							type: 'string',
							default: '',
							description: 'Up to 72 characters below the title',
						},
					],
				},
			],
			displayOptions: shownFor('list'),
		},
		{
			displayName: 'List Button',
			name: 'listButton',
			type: 'string',
			default: '',
			placeholder: 'e.g. See options',
			description: 'What opens the list, up to 20 characters',
			displayOptions: shownFor('list'),
		},
		options('platform'),
		botId,
		userId,
	],
	prepare(item) {
		const text = item.required('text', 'Text');
		const content = contentOf(item);
		const recipient = readIds(item, 'botId', 'userId');
		const request = interactiveRequest(recipient, text, content);
		const { botId: bot, userId: user } = recipient;
		return {
			key: user,
			async run(api) {
				const { data } = await api.call(request);
				return { messageId: data.messageId, type: content.type, bot: { id: bot }, contact: { id: user } };
			},
		};
	},
};
