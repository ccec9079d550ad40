import { randomBytes } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import type { FaultSwitch } from '../http/faults';
import { readJson } from '../http/json';
import { answerAtOnce, type Platform } from '../platform';
import type { Store } from '../store';
import type { Choice, PlatformParts } from '../types';
import { projectOf } from './authenticate';
import { PLATFORM } from './document';
import { botOf, userOf } from './platformAccount';
import { wrongFields, type Texts } from './platformErrors';

/** What opens a list that has no name; Jelou's own is not documented. */
const LIST = 'Opciones';

const EMOJI = /\p{Extended_Pictographic}|\p{Regional_Indicator}|\u20e3/u;
/** What WhatsApp would show as bold, italics, strikethrough or code, and Markdown links. */
const MARKDOWN = /([*_~`])\S(.*\S)?\1|\[.+\]\(.+\)/;

const WRONG_TITLES = {
	empty: { es: 'no puede estar vacío', en: 'must not be empty', pt: 'não pode estar vazio' },
	emoji: { es: 'no puede tener emojis', en: 'must not have emoji', pt: 'não pode ter emojis' },
	markdown: { es: 'no puede tener markdown', en: 'must not have markdown', pt: 'não pode ter markdown' },
	same: {
		es: 'es igual al título de otro botón',
		en: 'is the title of another button, too',
		pt: 'é igual ao título de outro botão',
	},
} satisfies Record<string, Texts>;

interface NewPlatformMessage {
	userId: string;
	type: 'text' | 'quick_reply' | 'location_request';
	text: string;
	title?: string;
	buttonText?: { text: string };
	options?: Choice[];
	quick_replies?: Choice[];
}

export function newMessageId(): string {
	return `msg_${randomBytes(12).toString('hex')}`;
}

function problemOf(title: string, before: readonly string[]): Texts | undefined {
	if (title === '') return WRONG_TITLES.empty;
	if (EMOJI.test(title)) return WRONG_TITLES.emoji;
	if (MARKDOWN.test(title)) return WRONG_TITLES.markdown;
	return before.includes(title) ? WRONG_TITLES.same : undefined;
}

/** Throws a 422 for bad titles that no schema can catch. */
function checkTitles(buttons: readonly Choice[]): void {
	const titles = buttons.map(({ title }) => title.trim());
	const fields: Record<string, Texts[]> = {};
	for (const [index, title] of titles.entries()) {
		const problem = problemOf(title, titles.slice(0, index));
		if (problem) fields[`quick_replies.${String(index)}.title`] = [problem];
	}
	if (Object.keys(fields).length > 0) throw wrongFields(fields);
}

function choice({ description, payload, title }: Choice): Choice {
	return { title, ...(description && { description }), ...(payload && { payload }) };
}

function partsOf({
	buttonText,
	options,
	quick_replies: buttons,
	title,
	type,
}: NewPlatformMessage): PlatformParts {
	const above = title ? { title } : {};
	if (type === 'location_request') return { asksForLocation: true };
	if (type === 'quick_reply') return { ...above, buttons: (buttons ?? []).map(choice) };
	return options ? { ...above, list: { name: buttonText?.text ?? LIST, entries: options.map(choice) } } : {};
}

/**
 * Texts, buttons, lists and requests for the location. Jelou's behaviour is unknown; here, they are accepted whether or not
 * a conversation is open, and a press arrives as a text, like any that the customer writes.
 */
export function platformMessageRoutes(
	app: FastifyInstance,
	store: Store,
	platform: Platform,
	faults: FaultSwitch,
): void {
	app.route<{ Params: { botId: string }; Body: NewPlatformMessage }>({
		...PLATFORM.routeOf('sendPlatformMessage'),
		preValidation: readJson,
		handler: async (request) => {
			const { body } = request;
			const project = projectOf(request);
			const bot = botOf(project, request.params.botId);
			const user = userOf(project, body.userId);
			checkTitles(body.type === 'quick_reply' ? (body.quick_replies ?? []) : []);
			const room = store.roomOf(project, bot, user);
			const text = { type: 'text' as const, content: { body: body.text } };
			const { id } = store.addMessage(room, 'agent', text, newMessageId(), partsOf(body));
			await answerAtOnce(platform, faults, room);
			return { success: true, messageId: id };
		},
	});
}
