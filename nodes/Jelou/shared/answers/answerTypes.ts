import { approvalIn } from './approval';
import { choiceIn } from './choice';
import { emailIn } from './email';
import { MAX_LENGTH } from './normalise';
import { digitsIn, numberIn } from './numbers';

/** What a customer has sent, as far as it can be an answer. */
export interface Message {
	/** The text or the caption; '' where there is none. */
	text: string;
	/** The address of the media; '' where there is none. */
	mediaUrl: string;
}

/** What an answer says. */
export interface Reading {
	/** The text, the chosen text, the number, the digits or the media's URL. */
	answer: string | number;
	/** The number of the choice, from 1. */
	choice?: number;
	/** For approvals, as n8n's Human Review reads it. */
	data?: { approved: boolean };
}

export const LANGUAGES = ['es', 'pt', 'en'] as const;
/** The language of what the node itself says to customers. What customers say is understood in any of them. */
export type Language = (typeof LANGUAGES)[number];

interface TypeOfAnswer {
	value: string;
	name: string;
	description?: string;
	/** Whether any text can be an answer, so that exit words have to be looked for first. */
	isFree?: true;
	/** What the customer reads when the answer does not fit. */
	invalidMessage: Record<Language, string>;
	/** Reads a message as an answer of this type; `undefined` when it is not valid. Never throws. */
	read(message: Message, choices: readonly string[]): Reading | undefined;
}

/** A reading of an answer, unless it is empty. */
function given(answer: string | number | undefined): Reading | undefined {
	return answer === undefined || answer === '' ? undefined : { answer };
}

/** The text in which an answer is looked for; `''` when it is too long. */
const searched = ({ text }: Message) => (text.length > MAX_LENGTH ? '' : text);

/** The kinds of answer that a question can ask for. */
export const ANSWER_TYPES = [
	{
		value: 'any',
		name: 'Any',
		isFree: true,
		invalidMessage: {
			es: 'Por favor, responde a la pregunta.',
			pt: 'Por favor, responda à pergunta.',
			en: 'Please answer the question.',
		},
		read: ({ text, mediaUrl }) => given(text || mediaUrl),
	},
	{
		value: 'text',
		name: 'Text',
		description: 'A text, or media with a caption',
		isFree: true,
		invalidMessage: {
			es: 'Por favor, responde con un texto.',
			pt: 'Por favor, responda com um texto.',
			en: 'Please answer with a text.',
		},
		read: ({ text }) => given(text),
	},
	{
		value: 'number',
		name: 'Number',
		invalidMessage: {
			es: 'Por favor, responde con un número.',
			pt: 'Por favor, responda com um número.',
			en: 'Please answer with a number.',
		},
		read: (message) => given(numberIn(searched(message))),
	},
	{
		value: 'digits',
		name: 'Digits',
		description: 'An order or identity number, with its leading zeros',
		invalidMessage: {
			es: 'Por favor, responde solo con el número, por ejemplo 00123.',
			pt: 'Por favor, responda só com o número, por exemplo 00123.',
			en: 'Please answer with the number only, for example 00123.',
		},
		read: (message) => given(digitsIn(searched(message))),
	},
	{
		value: 'email',
		name: 'Email',
		invalidMessage: {
			es: 'Por favor, responde con un correo electrónico, por ejemplo nombre@ejemplo.com.',
			pt: 'Por favor, responda com um e-mail, por exemplo nome@exemplo.com.',
			en: 'Please answer with an email address, for example name@example.com.',
		},
		read: (message) => given(emailIn(searched(message))),
	},
	{
		value: 'media',
		name: 'Media',
		description: 'An image, video, audio or document',
		isFree: true,
		invalidMessage: {
			es: 'Por favor, envía una foto, un video, un audio o un documento.',
			pt: 'Por favor, envie uma foto, um vídeo, um áudio ou um documento.',
			en: 'Please send a photo, a video, an audio message or a document.',
		},
		read: ({ mediaUrl }) => given(mediaUrl),
	},
	{
		value: 'choice',
		name: 'Choice',
		description: 'The customer picks one of several answers',
		invalidMessage: {
			es: 'Por favor, responde con el número de una de estas opciones:',
			pt: 'Por favor, responda com o número de uma destas opções:',
			en: 'Please answer with the number of one of these options:',
		},
		read(message, choices) {
			const choice = choiceIn(searched(message), choices);
			return choice === 0 ? undefined : { answer: choices[choice - 1] ?? message.text, choice };
		},
	},
	{
		value: 'approval',
		name: 'Approval',
		description: 'The customer says yes or no',
		invalidMessage: {
			es: 'Por favor, responde con una de estas opciones:',
			pt: 'Por favor, responda com uma destas opções:',
			en: 'Please answer with one of these options:',
		},
		read(message, choices) {
			const approved = approvalIn(searched(message), choices);
			if (approved === undefined) return undefined;
			const choice = approved ? 1 : 2;
			return { answer: choices[choice - 1] ?? message.text, choice, data: { approved } };
		},
	},
] as const satisfies readonly TypeOfAnswer[];

export type AnswerType = (typeof ANSWER_TYPES)[number]['value'];

export function isAnswerType(value: unknown): value is AnswerType {
	return ANSWER_TYPES.some((type) => type.value === value);
}

export function answerTypeOf(value: AnswerType): TypeOfAnswer {
	return ANSWER_TYPES.find((type) => type.value === value) ?? ANSWER_TYPES[0];
}

/** What the customer reads when the answer does not fit. */
export function invalidMessage(type: AnswerType, language: Language): string {
	return answerTypeOf(type).invalidMessage[language];
}

/** What a customer presses to see a list of choices. */
export const LIST_LABELS: Record<Language, string> = {
	es: 'Ver opciones',
	pt: 'Ver opções',
	en: 'See options',
};

const APPROVAL_LABELS: Record<Language, readonly [yes: string, no: string]> = {
	es: ['Sí', 'No'],
	pt: ['Sim', 'Não'],
	en: ['Yes', 'No'],
};

/** The words for yes and no that an approval offers. */
export function approvalLabels(language: Language): readonly [yes: string, no: string] {
	return APPROVAL_LABELS[language];
}
