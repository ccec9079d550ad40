import type { FastifyInstance } from 'fastify';
import type { Store } from '../store';
import type { Bot, Message, User } from '../types';
import { projectOf } from './authenticate';
import { PLATFORM } from './document';
import { botOf, userOf } from './platformAccount';
import { wrongFields } from './platformErrors';
import { countIn, textIn, wordIn, type Query } from './platformQuery';

const PAGE = { usual: 10, most: 50 };

/** The platform calls a file `file` where the external panel calls it `document`. */
function bubbleOf({ content, platform, type }: Message) {
	const header = platform?.header;
	const media = header ?? ('url' in content ? { type, url: content.url } : undefined);
	const text = 'body' in content ? content.body : 'caption' in content ? content.caption : undefined;
	const name = (media?.type ?? 'text').replace('document', 'file');
	return {
		type: name.toUpperCase(),
		...(text !== undefined && { text }),
		...(media && { mediaUrl: media.url }),
	};
}

/** As in the history by bot, which is documented; the shape of a user's messages is not. */
function item(message: Message, bot: Bot, user: User) {
	const isUsers = message.from === 'user';
	const [from, to] = isUsers ? [user, bot] : [bot, user];
	return {
		recipient: { id: to.id, names: to.name },
		sender: { id: from.id, name: from.name, type: bot.type },
		by: isUsers ? 'user' : message.platform ? 'bot' : 'operator',
		messageId: message.id,
		status: 'DELIVERED_USER',
		bubble: bubbleOf(message),
		createdAt: new Date(message.at).toISOString(),
	};
}

/** The messages on one side of the named one, next to it; the newest when none is named. All are newest first. */
function pageOf(messages: readonly Message[], limit: number, query: Query): Message[] {
	const direction = wordIn(query, 'direction', ['newer', 'older'] as const) ?? 'older';
	const id = textIn(query, 'messageId');
	if (id === '') return messages.slice(0, limit);
	const index = messages.findIndex((each) => each.id === id);
	if (index < 0) {
		// Jelou's response is not documented.
		throw wrongFields({
			messageId: [
				{
					es: 'no es un mensaje de este usuario',
					en: 'is no message of this user',
					pt: 'não é uma mensagem deste usuário',
				},
			],
		});
	}
	return direction === 'older'
		? messages.slice(index + 1, index + 1 + limit)
		: messages.slice(Math.max(0, index - limit), index);
}

/** What a user and a bot wrote to each other. The order is not documented; here, the newest come first. */
export function historyRoutes(app: FastifyInstance, store: Store): void {
	app.route<{ Params: { botId: string; userId: string }; Querystring: Query }>({
		...PLATFORM.routeOf('getHistory'),
		handler: (request) => {
			const project = projectOf(request);
			const bot = botOf(project, request.params.botId);
			const user = userOf(project, request.params.userId);
			const room = store.roomBetween(project, bot, user);
			const messages = (store.messages.get(room?.id ?? '') ?? []).toReversed();
			const limit = countIn(request.query, 'limit', PAGE.usual, PAGE.most);
			const page = pageOf(messages, limit, request.query);
			return {
				pagination: { limit, total: messages.length, totalPages: Math.ceil(messages.length / limit) },
				results: page.map((each) => item(each, bot, user)),
			};
		},
	});
}
