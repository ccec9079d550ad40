import express, { type Request } from 'express';
import { z } from 'zod';

import { waitUntil } from '../../../scripts/n8n/waitUntil';
import { serve } from '../../support/httpServer';
import { parseHtml, urlsIn, type Entity } from './telegramHtml';

/** The limit for a bot's message, in characters, without formatting. */
const MAX_TEXT = 4_096;
const MAX_CAPTION = 1_024;

interface User {
	id: number;
	is_bot: boolean;
	first_name: string;
	username?: string;
}

interface Chat {
	id: number;
	type: 'private' | 'supergroup';
	title?: string;
}

/** A message, in the shape of Telegram's Bot API. */
export interface TelegramMessage {
	message_id: number;
	date: number;
	chat: Chat;
	from: User;
	sender_chat?: Chat;
	text?: string;
	entities?: Entity[];
	caption?: string;
	caption_entities?: Entity[];
	photo?: Array<{ file_id: string; file_unique_id: string; width: number; height: number }>;
	document?: { file_id: string; file_unique_id: string; file_name: string };
	voice?: { file_id: string; file_unique_id: string; duration: number };
	pinned_message?: { message_id: number };
	reply_to_message?: TelegramMessage;
}

/** What somebody writes; by default in the group and by a person. */
export type Written = Partial<Omit<TelegramMessage, 'message_id' | 'date'>>;

interface Webhook {
	url: string;
	secret_token?: string;
	allowed_updates?: string[];
}

const PARAMETERS = z
	.object({
		chat_id: z.coerce.string(),
		text: z.string(),
		caption: z.string(),
		parse_mode: z.string(),
		reply_to_message_id: z.coerce.number(),
		url: z.string(),
		secret_token: z.string(),
		allowed_updates: z.array(z.string()),
	})
	.partial()
	.passthrough();
type Parameters = z.infer<typeof PARAMETERS>;

/** A file that the bot sent. */
interface SentFile {
	message: TelegramMessage;
	name: string;
	bytes: Buffer;
}

class Refusal extends Error {
	constructor(
		readonly code: number,
		description: string,
		readonly parameters?: { retry_after: number },
	) {
		super(description);
	}
}
const badRequest = (what: string) => new Refusal(400, `Bad Request: ${what}`);

/** A form's text fields as JSON values, and its files. */
async function formOf(request: Request): Promise<{ fields: Record<string, string>; files: File[] }> {
	const body = new Blob([Uint8Array.from(z.instanceof(Buffer).parse(request.body))]);
	const headers = { 'content-type': request.get('content-type') ?? '' };
	const entries = [...(await new Response(body, { headers }).formData())];
	return {
		fields: Object.fromEntries(
			entries.flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])),
		),
		files: entries.flatMap(([, value]) => (typeof value === 'string' ? [] : [value])),
	};
}

/**
 * Starts a stand-in for Telegram's Bot API, as documented (core.telegram.org/bots/api), with one bot in one group of
 * people. Unlike Telegram, it accepts a webhook on plain HTTP on this machine.
 */
export async function startTelegram() {
	const token = '110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw';
	const bot: User = { id: 110201543, is_bot: true, first_name: 'Desk', username: 'Desk_Bot' };
	const person: User = { id: 501, is_bot: false, first_name: 'Marta' };
	const group: Chat = { id: -1001987654321, type: 'supergroup', title: 'Atención' };
	/** Everything that the bot sent, in order. */
	const sent: TelegramMessage[] = [];
	const files: SentFile[] = [];
	/** What the next requests of a method are refused with. */
	const refusals = new Map<string, Refusal[]>();
	let webhook: Webhook | undefined;
	let isAway = false;
	let attempts = 0;
	let lastMessage = 0;
	let lastUpdate = 0;
	const all = new Map<number, TelegramMessage>();

	function addMessage(message: Omit<TelegramMessage, 'message_id' | 'date'>): TelegramMessage {
		const complete = { message_id: ++lastMessage, date: Math.floor(Date.now() / 1_000), ...message };
		all.set(complete.message_id, complete);
		return complete;
	}

	/** A text as Telegram understands it. */
	function format(given: string, mode: string | undefined, limit: number, name: string) {
		if (mode !== undefined && mode !== 'HTML') throw badRequest('unsupported parse_mode here');
		const parsed = mode === 'HTML' ? parseHtml(given) : { text: given, entities: [] };
		if ('problem' in parsed) throw badRequest(`can't parse entities: ${parsed.problem}`);
		if ([...parsed.text].length > limit) throw badRequest(`${name} is too long`);
		return { text: parsed.text, entities: [...parsed.entities, ...urlsIn(parsed.text)] };
	}

	function addressed({ chat_id: chatId, reply_to_message_id: repliedId }: Parameters) {
		if (chatId !== String(group.id)) throw badRequest('chat not found');
		const replied = repliedId === undefined ? undefined : all.get(repliedId);
		if (repliedId !== undefined && !replied) throw badRequest('message to be replied not found');
		return { chat: group, from: bot, ...(replied && { reply_to_message: replied }) };
	}

	function send(message: Omit<TelegramMessage, 'message_id' | 'date'>): TelegramMessage {
		const complete = addMessage(message);
		sent.push(complete);
		return complete;
	}

	function sendMessage(parameters: Parameters): TelegramMessage {
		const { parse_mode: mode, text: given = '' } = parameters;
		const to = addressed(parameters);
		const { entities, text } = format(given, mode, MAX_TEXT, 'message');
		if (text.trim() === '') throw badRequest('message text is empty');
		return send({ ...to, text, entities });
	}

	async function sendFile(
		parameters: Parameters,
		kind: 'photo' | 'document',
		given: File[],
	): Promise<TelegramMessage> {
		const { caption: text = '', parse_mode: mode } = parameters;
		const to = addressed(parameters);
		const caption = format(text, mode, MAX_CAPTION, 'message caption');
		const [file] = given;
		if (!file || file.size === 0) throw badRequest('file must be non-empty');
		const id = { file_id: `file-${String(lastMessage + 1)}`, file_unique_id: 'unique' };
		const content =
			kind === 'photo'
				? { photo: [{ ...id, width: 1, height: 1 }] }
				: { document: { ...id, file_name: file.name } };
		const message = send({ ...to, ...content, caption: caption.text, caption_entities: caption.entities });
		files.push({ message, name: file.name, bytes: Buffer.from(await file.arrayBuffer()) });
		return message;
	}

	function setWebhook({ allowed_updates: allowed, secret_token: secret, url = '' }: Parameters): true {
		if (!/^https:|^http:\/\/(127\.0\.0\.1|localhost)[:/]/.test(url)) {
			throw badRequest('bad webhook: An HTTPS URL must be provided for webhook');
		}
		webhook = {
			url,
			...(secret !== undefined && { secret_token: secret }),
			...(allowed && { allowed_updates: allowed }),
		};
		return true;
	}

	async function call(method: string, parameters: Parameters, given: File[]): Promise<unknown> {
		switch (method) {
			case 'getMe':
				return bot;
			case 'getWebhookInfo':
				return { url: webhook?.url ?? '', has_custom_certificate: false, pending_update_count: 0 };
			case 'setWebhook':
				return setWebhook(parameters);
			case 'deleteWebhook':
				webhook = undefined;
				return true;
			case 'sendMessage':
				return sendMessage(parameters);
			case 'sendPhoto':
				return await sendFile(parameters, 'photo', given);
			case 'sendDocument':
				return await sendFile(parameters, 'document', given);
			default:
				throw new Refusal(404, 'Not Found');
		}
	}

	const app = express();
	app.use(express.json({ limit: '5mb' }));
	app.use(express.raw({ type: 'multipart/form-data', limit: '60mb' }));
	app.all('/bot:token/:method', async (request, response) => {
		const { method } = request.params;
		if (method.startsWith('send')) attempts += 1;
		const [refusal] = refusals.get(method)?.splice(0, 1) ?? [];
		if (isAway) return void response.destroy();
		try {
			if (request.params.token !== token) throw new Refusal(401, 'Unauthorized');
			if (refusal) throw refusal;
			const form = request.is('multipart/form-data') ? await formOf(request) : undefined;
			const parameters = PARAMETERS.parse({ ...request.query, ...(form?.fields ?? request.body) });
			response.json({ ok: true, result: await call(method, parameters, form?.files ?? []) });
		} catch (error) {
			if (!(error instanceof Refusal)) throw error;
			const { code, message: description, parameters } = error;
			response
				.status(code)
				.json({ ok: false, error_code: code, description, ...(parameters && { parameters }) });
		}
	});
	const server = await serve(app);

	/** Posts an update this many times. Returns the webhook's responses. */
	async function update(
		message: TelegramMessage,
		{ secret = webhook?.secret_token, times = 1 } = {},
	): Promise<number[]> {
		if (!webhook) throw new Error('The bot has no webhook.');
		const { url } = webhook;
		const body = JSON.stringify({ update_id: ++lastUpdate, message });
		const headers = {
			'content-type': 'application/json',
			...(secret !== undefined && { 'x-telegram-bot-api-secret-token': secret }),
		};
		const answers = Array.from({ length: times }, async () => fetch(url, { method: 'POST', headers, body }));
		return (await Promise.all(answers)).map(({ status }) => status);
	}

	return {
		/** The data for n8n's credential. */
		credential: { accessToken: token, baseUrl: server.url },
		bot,
		group,
		person,
		sent,
		files,
		/** How often the bot tried to send something. */
		get attempts() {
			return attempts;
		},
		/** The bot's webhook. */
		get webhook() {
			return webhook;
		},
		/** Whether nothing responds. */
		setAway: (away: boolean) => void (isAway = away),
		/** Refuses the next requests of a method as Telegram does when a bot sends too much. */
		tooMany: (method: string, times: number) =>
			void refusals.set(
				method,
				Array.from(
					{ length: times },
					() => new Refusal(429, 'Too Many Requests: retry after 7', { retry_after: 7 }),
				),
			),
		refuse: (method: string, what: string, times = 1) =>
			void refusals.set(
				method,
				Array.from({ length: times }, () => badRequest(what)),
			),
		/** Somebody writes; the bot gets an update. */
		writes: async (written: Written, delivery?: { secret?: string; times?: number }) =>
			update(addMessage({ chat: group, from: person, ...written }), delivery),
		/** Somebody writes something that the bot does not get, such as another bot. */
		shows: (written: Written): TelegramMessage => addMessage({ chat: group, from: person, ...written }),
		/** The bot's nth message, counted from 1. */
		message: async (number: number): Promise<TelegramMessage> => {
			await waitUntil(`message ${String(number)} in the group`, () => sent.length >= number);
			const message = sent[number - 1];
			if (!message) throw new Error('It is gone.');
			return message;
		},
		close: server.close,
	};
}
export type Telegram = Awaited<ReturnType<typeof startTelegram>>;
