import type { FastifyInstance } from 'fastify';
import { readJson } from '../http/json';
import type { Store } from '../store';
import type { Project, User } from '../types';
import type { UserStateName } from '../userStates';
import { projectOf } from './authenticate';
import { PLATFORM } from './document';
import { botOf, userOf } from './platformAccount';

interface NewUserState {
	botId: string;
	userId: string;
	state: UserStateName;
	ttl?: number;
}

/** Whether Jelou's own bot answers a user. The sandbox has none, so it only remembers what was set. */
export function userRoutes(app: FastifyInstance, store: Store): void {
	const view = (project: Project, user: User) => {
		const { botId, state } = store.userStates.of(project, user);
		// Groups are not documented.
		return { id: user.id, names: user.name, botId, groupId: null, state };
	};

	app.route<{ Params: { userId: string } }>({
		...PLATFORM.routeOf('getUserState'),
		handler: (request) => {
			const project = projectOf(request);
			return view(project, userOf(project, request.params.userId));
		},
	});

	app.route<{ Body: NewUserState }>({
		...PLATFORM.routeOf('setUserState'),
		preValidation: readJson,
		handler: (request) => {
			const { botId, state, ttl, userId } = request.body;
			const project = projectOf(request);
			const bot = botOf(project, botId);
			const user = userOf(project, userId);
			store.userStates.set(project, user, bot.id, state, ttl);
			return view(project, user);
		},
	});
}
