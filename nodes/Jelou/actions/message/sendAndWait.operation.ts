import { randomUUID } from 'node:crypto';

import type { IDataObject } from 'n8n-workflow';

import { FieldError } from '../../shared/errors';
import { isObject } from '../../shared/json';
import { messageRequest } from '../../shared/message';
import type { MessageValue } from '../../shared/messageTypes';
import { IF_BUSY, answerKey, type AnswerType, type Expectation, type IfBusy } from '../../shared/triggerNote';
import { numbered } from '../../shared/text';
import { readIds } from '../ids';
import { entryText, type ItemParameters } from '../itemParameters';
import type { AskOperation } from '../operation';
import { checkNumber, options, type NumberProperty } from '../options';
import { botId, roomId, userId } from '../properties';
import { channelWarning } from './content';
import { limitWaitTime, waitUntil } from './waitTime';

const MIN_CHOICES = 2;
const MAX_CHOICES = 20;
const MAX_LABEL_LENGTH = 200;

const maxAttempts: NumberProperty = {
	displayName: 'Max Attempts',
	name: 'maxAttempts',
	type: 'number',
	typeOptions: { minValue: 0, maxValue: 20, numberPrecision: 0 },
	default: 3,
	description:
		'How many times to ask again when the answer does not fit. After that the workflow goes on with <code>valid: false</code>.',
};

const FREE_TEXT_TYPES: readonly AnswerType[] = ['any', 'text', 'number', 'email', 'media'];

/** What the customer reads when the answer does not fit, in the language of most of Jelou's customers. */
const INVALID_MESSAGES: Record<AnswerType, string> = {
	any: 'Por favor, responde a la pregunta.',
	text: 'Por favor, responde con un texto.',
	number: 'Por favor, responde con un número.',
	email: 'Por favor, responde con un correo electrónico, por ejemplo nombre@ejemplo.com.',
	media: 'Por favor, envía una foto, un video, un audio o un documento.',
	choice: 'Por favor, responde con el número de una de estas opciones:',
	approval: 'Por favor, responde con una de estas opciones:',
};

function checkLabels(labels: readonly string[], name: string): string[] {
	const texts = labels.map((label) => label.trim());
	const empty = texts.indexOf('');
	if (empty !== -1) {
		throw new FieldError(`${name} ${String(empty + 1)} is empty`, 'Enter a text for it, or remove it.');
	}
	const long = texts.findIndex((text) => text.length > MAX_LABEL_LENGTH);
	if (long !== -1) {
		throw new FieldError(
			`${name} ${String(long + 1)} is too long`,
			`Shorten it to at most ${String(MAX_LABEL_LENGTH)} characters, and put the details into Message.`,
		);
	}
	const twin = texts.findIndex(
		(text, n) => texts.findIndex((other) => answerKey(other) === answerKey(text)) < n,
	);
	if (twin !== -1) {
		throw new FieldError(
			`${name} ${String(twin + 1)} is the same as another`,
			`"${texts[twin] ?? ''}" is there twice, so an answer could mean either. Change one of them.`,
		);
	}
	return texts;
}

function textsOf(collection: IDataObject): string[] {
	const values: unknown[] = Array.isArray(collection.values) ? collection.values : [];
	return values.map((entry) => (isObject(entry) ? entryText(entry, 'text', 'Choice') : ''));
}

function readChoices(item: ItemParameters): string[] {
	const texts = textsOf(item.collection('choices'));
	if (texts.length < MIN_CHOICES || texts.length > MAX_CHOICES) {
		throw new FieldError(
			`Choices has ${String(texts.length)} ${texts.length === 1 ? 'entry' : 'entries'}`,
			`Enter ${String(MIN_CHOICES)} to ${String(MAX_CHOICES)} choices.`,
		);
	}
	return checkLabels(texts, 'Choice');
}

function readApproval(item: ItemParameters): string[] {
	const { values } = item.collection('approvalOptions');
	const given = isObject(values) ? values : {};
	const yes = entryText(given, 'approveLabel', 'Approve Label') || 'Sí';
	if (given.approvalType === 'single') return checkLabels([yes], 'Approval Options: label');
	return checkLabels(
		[yes, entryText(given, 'disapproveLabel', 'Disapprove Label') || 'No'],
		'Approval Options: label',
	);
}

function readType(item: ItemParameters): AnswerType {
	const response = item.text('responseType', 'Response Type') || 'freeText';
	if (response === 'choice' || response === 'approval') return response;
	const type = FREE_TEXT_TYPES.find((known) => known === (item.text('answerType', 'Answer Type') || 'any'));
	if (response === 'freeText' && type !== undefined) return type;
	throw new FieldError(
		response === 'freeText' ? 'Answer Type is unknown' : `Response Type "${response}" is unknown`,
		response === 'freeText'
			? `Use one of ${FREE_TEXT_TYPES.join(', ')}.`
			: 'Use freeText, choice or approval.',
	);
}

function readChoicesFor(type: AnswerType, item: ItemParameters): string[] {
	if (type === 'choice') return readChoices(item);
	return type === 'approval' ? readApproval(item) : [];
}

function readExpectation(item: ItemParameters): Expectation {
	const type = readType(item);
	const choices = readChoicesFor(type, item);
	const own = item.collection('options');
	return {
		type,
		choices,
		invalidMessage: entryText(own, 'invalidMessage', 'Invalid Answer Message') || INVALID_MESSAGES[type],
		maxAttempts: checkNumber(own.maxAttempts, maxAttempts),
	};
}

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

function readQuestion(item: ItemParameters): string {
	const text = item.required('message', 'Message');
	const input = item.origin?.tool.reviewed;
	return input === undefined ? text : text.replaceAll(OBJECT_IN_TEXT, () => listed(input));
}

/** Asks the customer something in the chat; the run goes on with the answer (Jelou's page "Send messages"). */
export const sendAndWait: AskOperation = {
	kind: 'ask',
	menu: {
		name: 'Send and Wait for Reply',
		action: 'Send a message and wait for the reply',
		description: 'Ask the customer something in the chat, and go on in the same run with the answer',
	},
	properties: [
		{
			displayName:
				"The answer arrives through this project's Jelou Trigger, so a workflow with one has to be published. When no answer comes in time, the input item passes through without an <code>answered</code> field: check <code>{{ $json.answered }}</code> with an IF node. In a Human Review, fill in the IDs of the person who reviews.",
			name: 'waitNotice',
			type: 'notice',
			default: '',
		},
		roomId,
		botId,
		userId,
		{
			displayName: 'Message',
			name: 'message',
			type: 'string',
			typeOptions: { rows: 4 },
			default: '',
			required: true,
			placeholder: 'e.g. What is your order number?',
			description: 'The question that the customer reads',
		},
		{
			displayName: 'Response Type',
			name: 'responseType',
			type: 'options',
			options: [
				{ name: 'Approval', value: 'approval', description: 'The customer says yes or no' },
				{ name: 'Choice', value: 'choice', description: 'The customer picks one of several answers' },
				{ name: 'Free Text', value: 'freeText', description: 'The customer writes or sends anything' },
			],
			default: 'freeText',
			description: 'How the customer answers',
		},
		{
			displayName: 'Choices',
			name: 'choices',
			type: 'fixedCollection',
			typeOptions: { multipleValues: true, sortable: true },
			placeholder: 'Add Choice',
			default: { values: [{ text: '' }, { text: '' }] },
			description:
				'2 to 20 answers to choose from. They are sent as a numbered list below the message; the customer answers with the number or the text.',
			options: [
				{
					displayName: 'Choice',
					name: 'values',
					values: [
						{
							displayName: 'Text',
							name: 'text',
							type: 'string',
							default: '',
							placeholder: 'e.g. Where is my order?',
							description: 'The answer as the customer reads it',
						},
					],
				},
			],
			displayOptions: { show: { responseType: ['choice'] } },
		},
		{
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
							default: 'Sí',
							description: 'The word for yes',
						},
						{
							displayName: 'Disapprove Label',
							name: 'disapproveLabel',
							type: 'string',
							default: 'No',
							description: 'The word for no',
							displayOptions: { show: { approvalType: ['double'] } },
						},
					],
				},
			],
			displayOptions: { show: { responseType: ['approval'] } },
		},
		{
			displayName: 'Answer Type',
			name: 'answerType',
			type: 'options',
			options: [
				{ name: 'Any', value: 'any', description: 'Whatever the customer sends' },
				{ name: 'Email', value: 'email', description: 'An email address' },
				{ name: 'Media', value: 'media', description: 'An image, video, audio or document' },
				{ name: 'Number', value: 'number', description: 'A number, for example an order number' },
				{ name: 'Text', value: 'text', description: 'A text, or media with a caption' },
			],
			default: 'any',
			description: 'What counts as an answer. The customer is asked again when something else arrives.',
			displayOptions: { show: { responseType: ['freeText'] } },
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
					'What the customer reads when the answer does not fit. Leave empty for a Spanish sentence that says what is expected. Choices are listed again below it.',
			},
			maxAttempts,
		),
	],
	ask(item, { projectId, timezone }) {
		const recipient = readIds(item, 'roomId', 'botId', 'userId');
		const question = readQuestion(item);
		const expects = readExpectation(item);
		const text = expects.choices.length > 0 ? `${question}\n\n${numbered(expects.choices)}` : question;
		const value: MessageValue = { id: randomUUID(), type: 'text', content: { body: text } };
		const message = messageRequest({ projectId, ...recipient }, value);
		const own = item.collection('options');
		const until = waitUntil(own, { zone: timezone });
		return { message, text, recipient, ifBusy: readIfBusy(own), expects, until };
	},
	warning: channelWarning,
};
