import type { FastifyReply, FastifyRequest } from 'fastify';
import type { AccountRate } from '../http/rate';
import type { Store } from '../store';
import type { Bot, Project, User } from '../types';
import { sameText } from './authenticate';
import { botNotFound, notAuthenticated, tooManyRequests, userNotFound } from './platformErrors';

/** Client ID and client secret of an `Authorization: Basic` header. */
function clientIn(header = ''): { clientId: string; clientSecret: string } | undefined {
	const [, encoded] = /^Basic ([A-Za-z0-9+/]+=*)$/i.exec(header) ?? [];
	const decoded = Buffer.from(encoded ?? '', 'base64').toString('utf8');
	const colon = decoded.indexOf(':');
	return colon < 0
		? undefined
		: { clientId: decoded.slice(0, colon), clientSecret: decoded.slice(colon + 1) };
}

/** The platform API: client ID and secret must be those of an account, whose rate is limited. */
export function authenticateAccount(store: Store, rate: AccountRate, perSecond: number) {
	return (request: FastifyRequest, _reply: FastifyReply, done: () => void): void => {
		const { headers, info } = request;
		const client = clientIn(headers.authorization);
		const project = [...store.projects.values()].find(({ clientId }) => clientId === client?.clientId);
		// Even if it is refused: the log shows it where the project's owner looks.
		info.project = project ?? null;
		info.auth = client ? 'wrong client ID or secret' : 'no client ID and secret';
		if (!client || !project || !sameText(project.clientSecret, client.clientSecret)) throw notAuthenticated();
		info.auth = 'client ID and secret';
		if (!rate.take(project.id)) throw tooManyRequests(perSecond);
		done();
	};
}

export function botOf(project: Project, id: string): Bot {
	const bot = project.bots.find((each) => each.id === id);
	if (!bot) throw botNotFound(id);
	return bot;
}

export function userOf(project: Project, id: string): User {
	const user = project.users.find((each) => each.id === id);
	if (!user) throw userNotFound(id);
	return user;
}
