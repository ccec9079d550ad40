import { SEND_PATH } from './endpoints';
import { OUTGOING_MESSAGE, type MessageValue } from './messageTypes';
import { wellFormed } from './text';
import type { JelouRequest } from './types';

/** Where a message goes. */
export interface Recipient {
	projectId: string;
	roomId: string;
	botId: string;
	userId: string;
}

/**
 * The request that sends a message into a room (Jelou's page "Send messages"). Lone surrogates are dropped from a text.
 */
export function messageRequest(
	{ botId, projectId, roomId, userId }: Recipient,
	value: MessageValue,
): JelouRequest {
	return {
		target: 'chatbot',
		method: 'POST',
		path: SEND_PATH,
		body: {
			...OUTGOING_MESSAGE,
			project_id: projectId,
			room_id: roomId,
			bot_id: botId,
			user_id: userId,
			value: value.type === 'text' ? { ...value, content: { body: wellFormed(value.content.body) } } : value,
		},
	};
}
