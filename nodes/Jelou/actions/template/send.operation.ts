import type { IDataObject } from 'n8n-workflow';

import { FieldError } from '../../shared/errors';
import { isObject } from '../../shared/json';
import { isBlank, trimmed } from '../../shared/text';
import { readIds } from '../ids';
import { entryText, type ItemParameters } from '../itemParameters';
import { mediaUrlOf } from '../message/content';
import type { PlatformOperation } from '../operation';
import { options } from '../options';
import { toId } from '../origin';
import { botId, userId } from '../properties';
import {
	entriesOf,
	filledText,
	findTemplate,
	parameterValues,
	readTemplates,
	templatesRequest,
} from './templates';

const HEADERS = ['text', 'image', 'document', 'video'];
const MEDIA = HEADERS.slice(1);

/** @throws FieldError for what is no phone number: an ID that WhatsApp makes for a business, for example */
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
	if (!HEADERS.includes(type)) {
		throw new FieldError(`Header "${type}" is unknown`, `Use ${HEADERS.join(', ')}.`);
	}
	if (!MEDIA.includes(type)) return { type };
	const mediaUrl = mediaUrlOf(item, allowsPlainHttp).href;
	const filename = type === 'document' ? trimmed(item.text('fileName', 'File Name')) : '';
	return { type, mediaUrl, ...(filename === '' ? {} : { filename }) };
}

function buttonParametersOf({ buttonParameters }: IDataObject): IDataObject[] {
	const { values } = isObject(buttonParameters) ? buttonParameters : {};
	return (Array.isArray(values) ? values : []).filter(isObject).map((entry) => ({
		type: 'URL',
		payload: entryText(entry, 'payload', 'Payload'),
		param: entryText(entry, 'param', 'Parameter'),
	}));
}

/** What is rarely needed, by Jelou's names. */
function additionalOf(item: ItemParameters): IDataObject {
	const fields = item.collection('additionalFields');
	const buttonParameters = buttonParametersOf(fields);
	const header = entryText(fields, 'headerParameters', 'Header Parameters');
	const headerParameters = header.split('\n').filter((line) => !isBlank(line));
	const expirationTime = entryText(fields, 'expirationTime', 'Expiration Time');
	return {
		...(buttonParameters.length > 0 && { buttonParameters }),
		...(headerParameters.length > 0 && { headerParameters }),
		...(expirationTime !== '' && {
			expirationTime: Number.isFinite(Number(expirationTime)) ? Number(expirationTime) : expirationTime,
		}),
	};
}

/** Sends an approved WhatsApp template, also when the 24 hours are over (the platform API's page "Send HSM"). */
export const send: PlatformOperation = {
	kind: 'platform',
	menu: {
		name: 'Send',
		action: 'Send a template',
		description: 'Write first on WhatsApp with an approved template, also after 24 hours',
	},
	properties: [
		botId,
		{
			...userId,
			placeholder: 'e.g. 593987654321',
			description: `The phone number of the recipient, with its country code. ${userId.description ?? ''}`,
		},
		{
			displayName: 'Template',
			name: 'template',
			type: 'resourceLocator',
			default: { mode: 'list', value: '' },
			required: true,
			description: 'The approved template to send',
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
					placeholder: 'e.g. order_shipped or order_shipped:es',
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
			description: 'What the placeholders of the template are replaced by',
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
		{
			displayName: 'Media URL',
			name: 'mediaUrl',
			type: 'string',
			default: '',
			required: true,
			placeholder: 'e.g. https://example.com/invoice.pdf',
			description: 'Public HTTPS address that Jelou fetches the file from',
			displayOptions: { show: { headerType: MEDIA } },
		},
		{
			displayName: 'File Name',
			name: 'fileName',
			type: 'string',
			default: '',
			placeholder: 'e.g. invoice.pdf',
			description: 'Name that the user sees',
			displayOptions: { show: { headerType: ['document'] } },
		},
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
					type: 'string',
					default: '',
					description: "Sent as Jelou's expirationTime, whose unit Jelou does not document",
				},
				{
					displayName: 'Header Parameters',
					name: 'headerParameters',
					type: 'string',
					typeOptions: { rows: 2 },
					default: '',
					description: 'What the placeholders of the header are replaced by, one a line',
				},
			],
		},
		options('platform'),
	],
	prepare(item, { allowsPlainHttp }) {
		const { value } = item.collection('template');
		const chosen = trimmed(toId(value ?? item.value('template')));
		if (chosen === '')
			throw new FieldError('Template is empty', 'Choose one from the list, or enter its name.');
		const { value: parameters } = item.collection('parameters');
		const given = isObject(parameters) ? parameters : {};
		const header = headerOf(item, allowsPlainHttp);
		const additional = additionalOf(item);
		const { botId: bot, userId: user } = readIds(item, 'botId', 'userId');
		const phone = phoneOf(user);
		return {
			key: phone,
			async run(api) {
				const query = chosen.split(':')[0] ?? '';
				const list = await api.readOnce(templatesRequest(bot, { query, limit: 100 }));
				const template = findTemplate(readTemplates(list), chosen);
				const values = parameterValues(template, given);
				const { language } = template;
				const answer = await api.call({
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
				const [sent = {}] = entriesOf(answer);
				return {
					...sent,
					destination: phone,
					template: template.name,
					language,
					text: filledText(template, values),
					bot: { id: bot },
					contact: { id: user },
				};
			},
		};
	},
};
