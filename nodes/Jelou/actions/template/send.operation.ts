import type { IDataObject } from 'n8n-workflow';

import { FieldError } from '../../shared/errors';
import { isObject } from '../../shared/json';
import { trimmed } from '../../shared/text';
import { readIds } from '../ids';
import type { ItemParameters } from '../itemParameters';
import { mediaUrlOf } from '../message/content';
import { fileName, mediaUrl } from '../message/send.operation';
import type { PlatformOperation } from '../operation';
import { options } from '../options';
import { toId } from '../origin';
import { botId, userId } from '../properties';
import {
	chosenRequest,
	entriesOf,
	filledText,
	findTemplate,
	parameterValues,
	readTemplates,
} from './templates';

const MEDIA = ['image', 'document', 'video'];

/** @throws FieldError for an ID that is not a phone number, such as one that WhatsApp makes for a business */
function phoneOf(user: string): string {
	const digits = user.replace(/[\s().+-]/g, '');
	if (/^\d{7,15}$/.test(digits)) return digits;
	throw new FieldError(
		'User ID is not a phone number',
		'Jelou sends templates to phone numbers: enter one with its country code, such as 593987654321.',
	);
}

function headerOf(item: ItemParameters, allowsPlainHttp: boolean): IDataObject {
	const type = item.text('headerType', 'Header');
	if (!MEDIA.includes(type)) return { type: 'text' };
	const mediaUrl = mediaUrlOf(item, allowsPlainHttp).href;
	const filename = type === 'document' ? trimmed(item.text('fileName', 'File Name')) : '';
	return { type, mediaUrl, ...(filename === '' ? {} : { filename }) };
}

/** The fields that are rarely needed, under Jelou's names. */
function additionalOf(item: ItemParameters): IDataObject {
	const { buttonParameters, expirationTime, headerParameter } = item.collection('additionalFields');
	const { values } = isObject(buttonParameters) ? buttonParameters : {};
	const buttons = (Array.isArray(values) ? values : []).filter(isObject);
	return {
		...(buttons.length > 0 && { buttonParameters: buttons.map((button) => ({ type: 'URL', ...button })) }),
		...(headerParameter ? { headerParameters: [headerParameter] } : {}),
		...(expirationTime ? { expirationTime } : {}),
	};
}

/** Sends an approved WhatsApp template, even when WhatsApp's 24 hours are over (the platform API's page "Send HSM"). */
export const send: PlatformOperation = {
	kind: 'platform',
	menu: {
		name: 'Send',
		action: 'Send a template',
		description: 'Write first on WhatsApp with an approved template, even after 24 hours',
	},
	properties: [
		botId,
		userId,
		{
			displayName: 'Template',
			name: 'template',
			type: 'resourceLocator',
			default: { mode: 'list', value: '' },
			required: true,
			modes: [
				{
					displayName: 'From List',
					name: 'list',
					type: 'list',
					placeholder: 'Select a template...',
					typeOptions: { searchListMethod: 'searchTemplates', searchable: true },
				},
				{
					displayName: 'By Name',
					name: 'name',
					type: 'string',
					placeholder: 'e.g. order_shipped:es',
				},
			],
		},
		{
			displayName: 'Parameters',
			name: 'parameters',
			type: 'resourceMapper',
			default: { mappingMode: 'defineBelow', value: null },
			noDataExpression: true,
			required: true,
			typeOptions: {
				loadOptionsDependsOn: ['template.value', 'botId'],
				resourceMapper: {
					resourceMapperMethod: 'getTemplateParameters',
					mode: 'add',
					valuesLabel: 'Parameters',
					fieldWords: { singular: 'parameter', plural: 'parameters' },
					addAllFields: true,
					multiKeyMatch: false,
					supportAutoMap: false,
				},
			},
		},
		{
			displayName: 'Header',
			name: 'headerType',
			type: 'options',
			options: [
				{ name: 'Document', value: 'document' },
				{ name: 'Image', value: 'image' },
				{ name: 'Text or None', value: 'text' },
				{ name: 'Video', value: 'video' },
			],
			default: 'text',
			description: 'What the template has above its text',
		},
		{ ...mediaUrl, displayOptions: { show: { headerType: MEDIA } } },
		{ ...fileName, displayOptions: { show: { headerType: ['document'] } } },
		{
			displayName: 'Additional Fields',
			name: 'additionalFields',
			type: 'collection',
			placeholder: 'Add Field',
			default: {},
			options: [
				{
					displayName: 'Button Parameters',
					name: 'buttonParameters',
					type: 'fixedCollection',
					typeOptions: { multipleValues: true },
					placeholder: 'Add Parameter',
					default: {},
					description: 'What the links of the buttons end with',
					options: [
						{
							displayName: 'Parameter',
							name: 'values',
							values: [
								{ displayName: 'Parameter', name: 'param', type: 'string', default: '' },
								{ displayName: 'Payload', name: 'payload', type: 'string', default: '' },
							],
						},
					],
				},
				{
					displayName: 'Expiration Time',
					name: 'expirationTime',
					type: 'number',
					default: 0,
					description: 'Its unit is not documented',
				},
				{
					displayName: 'Header Parameter',
					name: 'headerParameter',
					type: 'string',
					default: '',
					description: 'Replaces the placeholder in the header',
				},
			],
		},
		options('platform'),
	],
	prepare(item, { allowsPlainHttp }) {
		const { value } = item.collection('template');
		const chosen = trimmed(toId(value ?? item.value('template')));
		if (chosen === '') throw new FieldError('Template is empty', 'Choose it from the list.');
		const { value: parameters } = item.collection('parameters');
		const given = isObject(parameters) ? parameters : {};
		const header = headerOf(item, allowsPlainHttp);
		const additional = additionalOf(item);
		const { botId: bot, userId } = readIds(item, 'botId', 'userId');
		const phone = phoneOf(userId);
		return {
			key: phone,
			async run(api) {
				const list = await api.readOnce(chosenRequest(bot, chosen));
				const template = findTemplate(readTemplates(list), chosen);
				const values = parameterValues(template, given);
				const { language } = template;
				const response = await api.call({
					method: 'POST',
					path: ['v2', 'whatsapp', bot, 'hsm'],
					body: {
						elementName: template.name,
						destinations: [phone],
						...header,
						...(language === '' ? {} : { language }),
						parameters: values,
						...additional,
					},
				});
				const [sent = {}] = entriesOf(response);
				return {
					...sent,
					destination: phone,
					template: template.name,
					language,
					text: filledText(template, values),
					bot: { id: bot },
					contact: { id: phone },
				};
			},
		};
	},
};
