import type { INodeProperties } from 'n8n-workflow';

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
	description:
		'How many times to ask again when the answer does not fit. After that the workflow goes on with the outcome <code>invalid</code>.',
};

/** As a user chooses from them, in the order of the alphabet. */
const TYPE_OPTIONS = ANSWER_TYPES.map(({ description, name, value }) => ({ name, value, description })).sort(
	(a, b) => a.name.localeCompare(b.name),
);

/** Those of free text: what is picked from a list has a response type of its own. */
export const FREE_TEXT_TYPES: readonly AnswerType[] = ANSWER_TYPES.map(({ value }) => value).filter(
	(value) => value !== 'choice' && value !== 'approval',
);

const LANGUAGE_NAMES: Record<Language, string> = { es: 'Spanish', pt: 'Portuguese', en: 'English' };

const choicesDescription = `${String(MIN_CHOICES)} to ${String(MAX_CHOICES)} answers to choose from`;

/** For a response type. */
const shownFor = (responseType: string, ...more: string[]) => ({
	show: { responseType: [responseType, ...more] },
});

const message: INodeProperties = {
	displayName: 'Message',
	name: 'message',
	type: 'string',
	typeOptions: { rows: 4 },
	default: '',
	required: true,
	placeholder: 'e.g. What is your order number?',
	description: 'The question that the customer reads',
	displayOptions: shownFor('freeText', 'choice', 'approval'),
};

const opening: INodeProperties = {
	...message,
	required: false,
	placeholder: 'e.g. Hi! Three short questions, and we will find your order.',
	description: 'What the customer reads above the first question. May be empty.',
	displayOptions: shownFor('questions'),
};

const answerType: INodeProperties = {
	displayName: 'Answer Type',
	name: 'answerType',
	type: 'options',
	options: TYPE_OPTIONS.filter(({ value }) => FREE_TEXT_TYPES.includes(value)),
	default: 'text',
	description: 'What counts as an answer. The customer is asked again when something else arrives.',
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
	description: `Up to ${String(MAX_STEPS)} questions, asked one after the other. The workflow goes on once, with all answers in <code>answers</code>.`,
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
					description:
						'What the customer reads. A name in braces, such as {name}, is replaced by an earlier answer.',
				},
				{ ...answerType, options: TYPE_OPTIONS },
				{
					displayName: 'Choices (One per Line)',
					name: 'choices',
					type: 'string',
					typeOptions: { rows: 3 },
					default: '',
					placeholder: 'e.g. Morning\nAfternoon',
					description: `${choicesDescription}, one a line. They are sent as a numbered list below the question.`,
					displayOptions: { show: { answerType: ['choice'] } },
				},
				{
					displayName: 'Invalid Answer Message',
					name: 'invalidMessage',
					type: 'string',
					default: '',
					placeholder: 'e.g. Please send only the order number.',
					description:
						'What the customer reads when the answer does not fit. Leave empty for a sentence that says what is expected.',
				},
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
	description: `${choicesDescription}. They are sent as a numbered list below the message; the customer answers with the number or in words.`,
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
					placeholder: 'e.g. Where is my order?',
					description: 'The answer as the customer reads it',
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
	description:
		'The words for yes and no. If both are plain words such as Sí and No, the usual ones in Spanish, Portuguese and English are understood too.',
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
					description: 'Whether to offer both answers or only yes',
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
					placeholder: 'e.g. Sí',
					description: 'The word for yes. Leave empty for the usual one in the language.',
				},
				{
					displayName: 'Disapprove Label',
					name: 'disapproveLabel',
					type: 'string',
					default: '',
					placeholder: 'e.g. No',
					description: 'The word for no. Leave empty for the usual one in the language.',
					displayOptions: { show: { approvalType: ['double'] } },
				},
			],
		},
	],
	displayOptions: shownFor('approval'),
};

/** What a user fills in to ask: what the customer reads first, and what is never touched last. */
export const askProperties: INodeProperties[] = [
	{
		displayName:
			"The answer arrives through this project's Jelou Trigger, so publish a workflow with one. If no answer comes in time, the item goes on as it came in, without an <code>outcome</code>.",
		name: 'waitNotice',
		type: 'notice',
		default: '',
		displayOptions: { hide: { '@tool': [true] } },
	},
	{
		displayName: 'Fill in Room ID, Bot ID and User ID of the person who reviews, for example a supervisor.',
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
			{ name: 'Free Text', value: 'freeText', description: 'The customer writes or sends the answer' },
			{
				name: 'Several Questions',
				value: 'questions',
				description: 'The customer is asked one thing after the other',
			},
		],
		default: 'freeText',
		description: 'How the customer answers',
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
			description: 'Whether to add the image, video, audio or document of the answer as binary data',
			displayOptions: { hide: { '/responseType': ['questions'] } },
		},
		{
			displayName: 'Exit Words',
			name: 'exitWords',
			type: 'string',
			default: '',
			placeholder: 'e.g. person, agent, cancel',
			description:
				'Words or phrases that end the question with the outcome <code>exit</code>, wherever they stand in a message that is not an answer. Separate them with commas.',
		},
		{
			displayName: 'If Another Question Is Open',
			name: 'ifBusy',
			type: 'options',
			options: [
				{
					name: 'Fail',
					value: 'fail',
					description: 'Ask nothing, and end with an error',
				},
				{
					name: 'Replace It',
					value: 'replace',
					description: 'Ask at once. The other run waits in vain until its time is up.',
				},
				{
					name: 'Wait Its Turn',
					value: 'wait',
					description: 'Ask when the other question is answered or over. Limit Wait Time includes that.',
				},
			],
			default: 'wait',
			description: 'What to do when another run has asked something in this conversation',
		},
		{
			displayName: 'Invalid Answer Message',
			name: 'invalidMessage',
			type: 'string',
			typeOptions: { rows: 2 },
			default: '',
			placeholder: 'e.g. Please send only the order number.',
			description:
				'What the customer reads when the answer does not fit. Leave empty for a sentence that says what is expected. Choices are listed again below it.',
			displayOptions: { hide: { '/responseType': ['questions'] } },
		},
		{
			displayName: 'Language',
			name: 'language',
			type: 'options',
			options: LANGUAGES.map((value) => ({ name: LANGUAGE_NAMES[value], value })),
			default: 'es',
			description:
				'The language of the sentences that ask again, and of yes and no. Answers are understood in all of them.',
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
				{ name: 'Numbers', value: 'numbers', description: 'A numbered list in the text' },
			],
			default: 'numbers',
			description:
				'How the choices look. Buttons need a Jelou Platform API credential. That a pressed one comes back as its text was not seen at Jelou itself. When it asks again or waits its turn, the question has numbers.',
			displayOptions: { show: { '/responseType': ['choice', 'approval'] } },
		},
	),
	roomId,
	botId,
	userId,
];
