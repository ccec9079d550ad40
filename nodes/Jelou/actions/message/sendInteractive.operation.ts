import type { IDataObject } from 'n8n-workflow';

import { FieldError } from '../../shared/errors';
import { isObject } from '../../shared/json';
import { readIds } from '../ids';
import { entryText, type ItemParameters } from '../itemParameters';
import type { PlatformOperation } from '../operation';
import { options } from '../options';
import { botId, userId } from '../properties';
import { MAX_BUTTONS, MAX_ENTRIES, buttonsContent, interactiveRequest, listContent } from './interactive';

function contentOf(item: ItemParameters): IDataObject {
	const type = item.text('interactiveType', 'Type');
	if (type === 'locationRequest') return { type: 'location_request' };
	const isList = type === 'list';
	const max = isList ? MAX_ENTRIES : MAX_BUTTONS;
	const { values } = item.collection('entries');
	const given: unknown[] = Array.isArray(values) ? values : [];
	if (given.length === 0 || given.length > max) {
		throw new FieldError(
			`Entries has ${String(given.length)} entries`,
			`WhatsApp takes 1 to ${String(max)}.`,
		);
	}
	const entries = given.map((entry) => {
		const fields = isObject(entry) ? entry : {};
		return {
			title: entryText(fields, 'title', 'Title'),
			description: entryText(fields, 'description', 'Description'),
		};
	});
	return isList
		? listContent(entries, item.text('listButton', 'List Button'), 'Entry')
		: buttonsContent(entries, 'Entry');
}

/** Sends a text with buttons or a list, or a request for the location (the platform API's page "Send messages"). */
export const sendInteractive: PlatformOperation = {
	kind: 'platform',
	menu: {
		name: 'Send Buttons or List',
		action: 'Send buttons or a list',
		description: 'Send a text with buttons or a list, or ask for the location',
	},
	properties: [
		{
			displayName: 'Type',
			name: 'interactiveType',
			type: 'options',
			options: [
				{ name: 'Buttons', value: 'buttons', description: 'Up to 3' },
				{ name: 'List', value: 'list', description: 'Up to 10 entries' },
				{ name: 'Location Request', value: 'locationRequest' },
			],
			default: 'buttons',
		},
		{
			displayName: 'Text',
			name: 'text',
			type: 'string',
			typeOptions: { rows: 4 },
			default: '',
			required: true,
		},
		{
			displayName: 'Entries',
			name: 'entries',
			type: 'fixedCollection',
			typeOptions: { multipleValues: true, sortable: true },
			placeholder: 'Add Entry',
			default: { values: [{ title: '' }] },
			description: 'Each sends its title as the answer',
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
							description: 'On a button up to 20 characters without emoji, in a list 24',
						},
						{
							displayName: 'Description',
							name: 'description',
							type: 'string',
							default: '',
							description: 'In a list, up to 72 characters',
						},
					],
				},
			],
			displayOptions: { hide: { interactiveType: ['locationRequest'] } },
		},
		{
			displayName: 'List Button',
			name: 'listButton',
			type: 'string',
			default: '',
			description: 'What opens the list',
			displayOptions: { show: { interactiveType: ['list'] } },
		},
		options('platform'),
		botId,
		userId,
	],
	prepare(item) {
		const text = item.required('text', 'Text');
		const content = contentOf(item);
		const { botId: bot, userId: user } = readIds(item, 'botId', 'userId');
		const request = interactiveRequest(bot, user, text, content);
		return {
			key: user,
			async run(api) {
				const { data } = await api.call(request);
				return { messageId: data.messageId, type: content.type, bot: { id: bot }, contact: { id: user } };
			},
		};
	},
};
