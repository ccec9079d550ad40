import type { FastifyInstance } from 'fastify';
import { ApiError } from '../errors';
import type { RedirectPayload, StartOptions } from '../events';
import { success } from '../http/envelope';
import { readJson } from '../http/json';
import { findBot, findUser, type Platform } from '../platform';
import type { Store } from '../store';
import type { Conversation, Project, Room } from '../types';
import { authenticateByKey, projectOf } from './authenticate';
import { SUPPORT } from './document';

interface Parties {
	botId: string;
	userId: string;
}

function details(project: Project, { botId, userId }: Room, conversation: Conversation) {
	const { id, name: names, createdAt } = findUser(project, userId);
	const { name, type } = findBot(project, botId);
	const { id: _id, ...state } = conversation;
	// What a reference id refers to is not documented; the user's own id stands in for it.
	return { _id, ...state, User: { id, names, referenceId: id, createdAt }, Bot: { id: botId, name, type } };
}

/** Conversations. Whether starting one requires an integration is not documented; here it does not. */
export function conversationRoutes(app: FastifyInstance, store: Store, platform: Platform): void {
	const authenticate = authenticateByKey(store);

	app.route<{ Params: { projectId: string }; Body: Parties & StartOptions }>({
		...SUPPORT.routeOf('startConversation'),
		preValidation: [authenticate, readJson],
		handler: (request) => {
			const project = projectOf(request);
			const { botId, userId, ...options } = request.body;
			const [bot, user] = [findBot(project, botId), findUser(project, userId)];
			const { id, state } = platform.startConversation(project, bot, user, options);
			return success('Conversation started successfully', {
				conversationId: id,
				botId,
				userId,
				status: state,
			});
		},
	});

	app.route<{ Params: { projectId: string }; Body: Parties & { redirectPayload?: RedirectPayload } }>({
		...SUPPORT.routeOf('closeConversation'),
		preValidation: [authenticate, readJson],
		handler: (request) => {
			const project = projectOf(request);
			const { botId, userId, redirectPayload } = request.body;
			const [bot, user] = [findBot(project, botId), findUser(project, userId)];
			platform.closeConversation(project, bot, user, redirectPayload);
			return success('Conversation closed successfully');
		},
	});

	app.route<{ Params: { projectId: string; conversationId: string } }>({
		...SUPPORT.routeOf('getConversation'),
		preValidation: authenticate,
		handler: (request) => {
			const project = projectOf(request);
			const conversation = store.conversations.get(request.params.conversationId);
			const room = store.rooms.get(conversation?.roomId ?? '');
			if (!conversation || room?.projectId !== project.id) {
				throw new ApiError(404, 'Conversation not found', 'CONVERSATION_NOT_FOUND');
			}
			return success('Conversation retrieved successfully', details(project, room, conversation));
		},
	});
}
