import type { FastifyInstance } from 'fastify';
import { ApiError } from '../errors';
import { success } from '../http/envelope';
import type { FaultSwitch } from '../http/faults';
import { answerAtOnce, findBot, findUser, type Platform } from '../platform';
import type { Store } from '../store';
import type { MessageBody, Project, Room } from '../types';
import { authenticateBySignature, projectOf } from './authenticate';
import { SUPPORT } from './document';

interface SendMessage {
	room_id: string;
	bot_id: string;
	user_id: string;
	value: MessageBody & { id: string };
}

/** Throws a 404 for a bot, user or room that the project does not have, a 422 when the room is not theirs. */
function roomOf(store: Store, project: Project, { room_id, bot_id, user_id }: SendMessage): Room {
	const room = store.rooms.get(room_id);
	if (room?.projectId !== project.id) throw new ApiError(404, `Room ${room_id} not found`, 'ROOM_NOT_FOUND');
	findBot(project, bot_id);
	findUser(project, user_id);
	const fields = {
		...(room.botId !== bot_id && { bot_id: ['is not the bot of this room'] }),
		...(room.userId !== user_id && { user_id: ['is not the user of this room'] }),
	};
	if (Object.keys(fields).length === 0) return room;
	throw new ApiError(422, 'Some fields are not valid', 'VALIDATION_ERROR', fields);
}

/**
 * An agent writes to a user. Jelou's behaviour is unknown; here, a message to a room whose conversation is closed is
 * accepted, and so is one whose `value.id` was received before, which is marked as a duplicate.
 */
export function messageRoutes(
	app: FastifyInstance,
	store: Store,
	platform: Platform,
	faults: FaultSwitch,
): void {
	app.route<{ Body: SendMessage }>({
		...SUPPORT.routeOf('sendMessage'),
		preValidation: authenticateBySignature(store),
		handler: async (request) => {
			const { id, ...body } = request.body.value;
			const room = roomOf(store, projectOf(request), request.body);
			const { duplicate } = store.addMessage(room, 'agent', body, id);
			if (duplicate) request.info.note = `Duplicate: the message ID ${id} was received before`;
			else await answerAtOnce(platform, faults, room);
			return success('Message received successfully');
		},
	});
}
