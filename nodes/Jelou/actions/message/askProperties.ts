import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import { ANSWER_TYPES, LANGUAGES, type AnswerType, type Language } from '../../shared/answers/answerTypes';
import { MAX_STEPS } from '../../shared/triggerNote';
import { options, type NumberProperty } from '../options';
import { botId, roomId, userId } from '../properties';
import { MAX_CHOICES, MIN_CHOICES } from './choices';
import { limitWaitTime } from './waitTime';

export const maxAttempts: NumberProperty = {
	displayName: 'Ask Again At Most',
	name: 'maxAttempts',
	type: 'number',
	typeOptions: { minValue: 0, maxValue: 20, numberPrecision: 0 },
	default: 3,
	description: 'After that the workflow goes on with the outcome <code>invalid</code>',
};

const TYPES: readonly INodePropertyOptions[] = ANSWER_TYPES;
/** As the menu offers them, in alphabetical order. */
const TYPE_OPTIONS = TYPES.map(({ description, name, value }) => ({ name, value, description })).sort(
	(a, b) => a.name.localeCompare(b.name),
);

/** The types for free text: choices and approvals are response types in their own right. */
export const FREE_TEXT_TYPES: readonly AnswerType[] = ANSWER_TYPES.map(({ value }) => value).filter(
	(value) => value !== 'choice' && value !== 'approval',
);

const LANGUAGE_NAMES: Record<Language, string> = { es: 'Spanish', pt: 'Portuguese', en: 'English' };

const choicesDescription = `${MIN_CHOICES} to ${MAX_CHOICES}, sent as a numbered list; the customer answers with the number or in words`;

/** Shown for these response types only. */
const shownFor = (responseType: string, ...more: string[]) => ({
	show: { responseType: [responseType, ...more] },
});

const opening: INodeProperties = {
	displayName: 'Message',
	name: 'message',
	type: 'string',
	typeOptions: { rows: 4 },
	default: '',
	description: 'Sent above the first question',
	displayOptions: shownFor('questions'),
};

const message: INodeProperties = {
	...opening,
	required: true,
	placeholder: 'e.g. What is your order number?',
	description: 'The question',
	displayOptions: shownFor('freeText', 'choice', 'approval'),
};

/** Shared by a node's only question and by each of several. */
const invalidMessage: INodeProperties = {
	displayName: 'Invalid Answer Message',
	name: 'invalidMessage',
	type: 'string',
	default: '',
	placeholder: 'e.g. Please send only the order number.',
	description: 'Leave empty for a sentence that says what is expected',
};

const answerType: INodeProperties = {
	displayName: 'Answer Type',
	name: 'answerType',
	type: 'options',
	options: TYPE_OPTIONS.filter(({ value }) => FREE_TEXT_TYPES.some((type) => type === value)),
	default: 'text',
	description: 'The customer is asked again when something else arrives',
};

const questions: INodeProperties = {
	displayName: 'Questions',
	name: 'questions',
	type: 'fixedCollection',
	typeOptions: {
		multipleValues: true,
		sortable: true,
		fixedCollection: { itemTitle: '={{ $collection.item.value.name }}' },
	},
	placeholder: 'Add Question',
	default: { values: [{ name: '', question: '' }] },
	description: `Up to ${MAX_STEPS}; the workflow goes on once, with all answers in <code>answers</code>`,
	options: [
		{
			displayName: 'Question',
			name: 'values',
			values: [
				{
					displayName: 'Name',
					name: 'name',
					type: 'string',
					default: '',
					placeholder: 'e.g. order',
					description: 'Names the answer: letters, digits and _',
				},
				{
					displayName: 'Question',
					name: 'question',
					type: 'string',
					typeOptions: { rows: 2 },
					default: '',
					placeholder: 'e.g. What is your order number?',
					description: 'A name in braces, such as {name}, is replaced by an earlier answer',
				},
				{ ...answerType, options: TYPE_OPTIONS },
				{
					displayName: 'Choices (One per Line)',
					name: 'choices',
					type: 'string',
					typeOptions: { rows: 3 },
					default: '',
					description: choicesDescription,
					displayOptions: { show: { answerType: ['choice'] } },
				},
				invalidMessage,
			],
		},
	],
	displayOptions: shownFor('questions'),
};

const choices: INodeProperties = {
	displayName: 'Choices',
	name: 'choices',
	type: 'fixedCollection',
	typeOptions: { multipleValues: true, sortable: true },
	placeholder: 'Add Choice',
	default: { values: [{ text: '' }, { text: '' }] },
	description: choicesDescription,
	options: [
		{
			displayName: 'Choice',
			name: 'values',
			values: [
				{
					displayName: 'Choice',
					name: 'text',
					type: 'string',
					default: '',
				},
			],
		},
	],
	displayOptions: shownFor('choice'),
};

const approvalOptions: INodeProperties = {
	displayName: 'Approval Options',
	name: 'approvalOptions',
	type: 'fixedCollection',
	placeholder: 'Add option',
	default: {},
	description: 'Where both labels are plain words such as Sí and No, the usual ones are understood too',
	options: [
		{
			displayName: 'Values',
			name: 'values',
			values: [
				{
					displayName: 'Type of Approval',
					name: 'approvalType',
					type: 'options',
					default: 'double',
					options: [
						{ name: 'Approve and Disapprove', value: 'double' },
						{ name: 'Approve Only', value: 'single' },
					],
				},
				{
					displayName: 'Approve Label',
					name: 'approveLabel',
					type: 'string',
					default: '',
					description: 'Leave empty for the usual word',
				},
				{
					displayName: 'Disapprove Label',
					name: 'disapproveLabel',
					type: 'string',
					default: '',
					description: 'Leave empty for the usual word',
					displayOptions: { show: { approvalType: ['double'] } },
				},
			],
		},
	],
	displayOptions: shownFor('approval'),
};

/** What a user fills in to ask: what the customer reads comes first, and what hardly anybody changes last. */
export const askProperties: INodeProperties[] = [
	{
		displayName: 'Publish a workflow with a Jelou Trigger for this project: the answer arrives through it.',
		name: 'waitNotice',
		type: 'notice',
		default: '',
		displayOptions: { hide: { '@tool': [true] } },
	},
	{
		displayName: 'Fill in Room ID, Bot ID and User ID of the person who reviews.',
		name: 'reviewNotice',
		type: 'notice',
		default: '',
		displayOptions: { show: { '@tool': [true] } },
	},
	message,
	opening,
	{
		displayName: 'Response Type',
		name: 'responseType',
		type: 'options',
		options: [
			{ name: 'Approval', value: 'approval', description: 'The customer says yes or no' },
			{ name: 'Choice', value: 'choice', description: 'The customer picks one of several answers' },
			{ name: 'Free Text', value: 'freeText' },
			{ name: 'Several Questions', value: 'questions' },
		],
		default: 'freeText',
	},
	questions,
	choices,
	approvalOptions,
	{
		...answerType,
		default: 'any',
		displayOptions: { show: { responseType: ['freeText'], '@version': [1] } },
	},
	{
		...answerType,
		displayOptions: { show: { responseType: ['freeText'], '@version': [{ _cnd: { gte: 2 } }] } },
	},
	options(
		'ask',
		limitWaitTime,
		{
			displayName: 'Download Media',
			name: 'downloadMedia',
			type: 'boolean',
			default: false,
			description: 'Whether to add the media of the answer as binary data',
			displayOptions: { hide: { '/responseType': ['questions'] } },
		},
		{
			displayName: 'Exit Words',
			name: 'exitWords',
			type: 'string',
			default: '',
			placeholder: 'e.g. person, agent, cancel',
			description:
				'Words or phrases, separated by commas, that end the question with the outcome <code>exit</code>',
		},
		{
			displayName: 'If Another Question Is Open',
			name: 'ifBusy',
			type: 'options',
			options: [
				{ name: 'Fail', value: 'fail' },
				{
					name: 'Replace It',
					value: 'replace',
					description: 'The other run waits in vain until its time is up',
				},
				{ name: 'Wait Its Turn', value: 'wait', description: 'Limit Wait Time includes that' },
			],
			default: 'wait',
		},
		{
			...invalidMessage,
			typeOptions: { rows: 2 },
			displayOptions: { hide: { '/responseType': ['questions'] } },
		},
		{
			displayName: 'Language',
			name: 'language',
			type: 'options',
			options: LANGUAGES.map((value) => ({ name: LANGUAGE_NAMES[value], value })),
			default: 'es',
			description: 'Of what the node itself says; answers are understood in all',
		},
		maxAttempts,
		{
			displayName: 'Show As',
			name: 'showAs',
			type: 'options',
			options: [
				{
					name: 'Buttons or List',
					value: 'buttons',
					description: 'Up to 3 as buttons, up to 10 as a list, more as numbers',
				},
				{ name: 'Numbers', value: 'numbers' },
			],
			default: 'numbers',
			description:
				'Buttons need a Jelou Platform API credential, and are untested with Jelou itself. Asked again, the question has numbers.',
			displayOptions: { show: { '/responseType': ['choice', 'approval'] } },
		},
	),
	roomId,
	botId,
	userId,
];
