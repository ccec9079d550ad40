import type { IDataObject } from 'n8n-workflow';

import { valueAt } from '../../shared/json';
import { readIds } from '../ids';
import type { PlatformOperation } from '../operation';
import { limit, options, readLimit } from '../options';
import { toId } from '../origin';
import { botId, userId } from '../properties';
import { entriesOf } from '../template/templates';

/** The most that Jelou documents for one response. */
const PAGE_SIZE = 50;

/** Who wrote a message. Of Jelou's words for that, only `bot` is documented. */
function roleOf({ by, sender }: IDataObject, user: string): string {
	const writer = toId(by);
	if (writer === 'user' || toId(valueAt(sender, 'id')) === user) return 'customer';
	return writer === 'bot' ? 'bot' : 'operator';
}

function messageOf(entry: IDataObject, user: string): IDataObject {
	const { bubble, createdAt, messageId, status } = entry;
	const mediaUrl = toId(valueAt(bubble, 'mediaUrl'));
	return {
		role: roleOf(entry, user),
		text: toId(valueAt(bubble, 'text')),
		type: toId(valueAt(bubble, 'type')).toLowerCase(),
		...(mediaUrl === '' ? {} : { mediaUrl }),
		time: createdAt,
		messageId,
		status,
	};
}

const timeOf = ({ time }: IDataObject) => Date.parse(toId(time)) || 0;

/**
 * Sorts messages, whichever order Jelou gives them in: it documents none. Those of the same moment stay in that order.
 */
function oldestFirst(messages: IDataObject[]): IDataObject[] {
	const isNewestFirst = timeOf(messages[0] ?? {}) >= timeOf(messages.at(-1) ?? {});
	return (isNewestFirst ? messages.reverse() : messages).sort((a, b) => timeOf(a) - timeOf(b));
}

/** Reads the last messages of a user, oldest first (the platform API's page "Chat history"). */
export const getHistory: PlatformOperation = {
	kind: 'platform',
	menu: {
		name: 'Get History',
		action: 'Get the history of a user',
		description: 'Read the last messages with a user, oldest first',
	},
	properties: [botId, userId, limit, options('platform')],
	prepare(item) {
		const max = readLimit(item);
		const { botId: bot, userId: user } = readIds(item, 'botId', 'userId');
		const path = ['v1', 'bots', bot, 'users', user, 'history'];
		return {
			async run(api) {
				let found: IDataObject[] = [];
				for (;;) {
					const size = Math.min(PAGE_SIZE, max - found.length);
					const query = { direction: 'older', limit: size, messageId: toId(found[0]?.messageId) };
					const entries = entriesOf(await api.call({ method: 'GET', path, query }));
					const isNew = ({ messageId }: IDataObject) =>
						!found.some((message) => message.messageId === messageId);
					const older = oldestFirst(entries.map((entry) => messageOf(entry, user))).filter(isNew);
					found = [...older, ...found];
					if (entries.length < size || older.length === 0 || found.length >= max) return found.slice(-max);
				}
			},
		};
	},
};
