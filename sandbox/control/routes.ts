import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { TriggerRooms } from '../delivery/triggerRooms';
import type { Desk } from '../desk/desk';
import { ApiError } from '../errors';
import { readJson } from '../http/json';
import type { Faults, FaultSwitch } from '../http/faults';
import { findBot, findProject, findUser, type Platform } from '../platform';
import type { SandboxProject, UserMessage } from '../options';
import type { Store } from '../store';
import { trafficOf } from '../traffic';
import { sampleMessage, type Sample } from './samples';
import * as schemas from './schemas';
import { fullState } from './state';

interface ControlParts {
	store: Store;
	platform: Platform;
	faults: FaultSwitch;
	desk: Desk;
	triggerRooms: TriggerRooms;
}

/** What Jelou does not have: the user's side of the chat, and the switches of the sandbox. */
export function controlRoutes(
	app: FastifyInstance,
	{ store, platform, faults, desk, triggerRooms }: ControlParts,
): void {
	const preValidation = readJson;

	const readJsonIfAny = (request: FastifyRequest, reply: FastifyReply, done: () => void) => {
		if (request.rawBody.length > 0) return readJson(request, reply, done);
		request.body = {};
		done();
	};

	app.get('/sandbox/state', () => fullState(store, faults, desk.store));

	/** How many requests there were since a place in the order, how many of them at once, and whether any came twice. */
	app.get<{ Querystring: { since?: string } }>('/sandbox/traffic', ({ query }) => {
		const since = Number(query.since ?? 0);
		return {
			...trafficOf(store.requests.filter(({ arrived }) => arrived > since)),
			place: store.nextPlace(),
		};
	});

	/** Responds as soon as the message is written, or with `?wait=true` when its event has been delivered. */
	app.post<{ Params: { id: string }; Querystring: { wait?: string }; Body: UserMessage | Sample }>(
		'/sandbox/projects/:id/messages',
		{ preValidation, schema: { body: schemas.userMessage } },
		async (request, reply) => {
			const { body, headers, params } = request;
			const written = 'sample' in body ? sampleMessage(body, `http://${headers.host}`) : body;
			const { message, delivered } = platform.userWrites(params.id, written);
			if (request.query.wait !== 'true') return await reply.code(202).send({ message });
			const { rawBody, ...delivery } = await delivered;
			return { message, delivery: { ...delivery, body: rawBody.toString('utf8') } };
		},
	);

	/** An agent closes the conversation in Jelou. */
	app.post<{ Params: { id: string }; Body: Pick<UserMessage, 'botId' | 'userId'> }>(
		'/sandbox/projects/:id/close',
		{ preValidation, schema: { body: schemas.conversation } },
		({ body, params }) => {
			const project = findProject(store, params.id);
			const [bot, user] = [findBot(project, body.botId), findUser(project, body.userId)];
			return platform.closeConversation(project, bot, user, undefined, 'agent');
		},
	);

	/** Ends the pause of a room, as Resume Automation does in a workflow. */
	app.post<{ Params: { id: string } }>('/sandbox/rooms/:id/endPause', async ({ params }) => {
		if (await triggerRooms.endPause(params.id)) return {};
		throw new ApiError(502, 'The Jelou Trigger could not be reached: check that its workflow is published');
	});

	app.post<{ Body: SandboxProject }>(
		'/sandbox/projects',
		{ preValidation, schema: { body: schemas.project } },
		(request, reply) => reply.code(201).send(store.addProject(request.body)),
	);

	app.get('/sandbox/faults', () => faults.current);

	app.post<{ Body: Faults }>(
		'/sandbox/faults',
		{ preValidation, schema: { body: schemas.faults } },
		(request) => {
			faults.set(request.body);
			return faults.current;
		},
	);

	app.post<{ Body: { keepIntegrations?: boolean } }>(
		'/sandbox/reset',
		{ preValidation: readJsonIfAny, schema: { body: schemas.reset } },
		async (request) => {
			faults.set({});
			// Otherwise a pause outlives its chat: the trigger keeps it, and stays silent.
			if (request.body.keepIntegrations === true) await triggerRooms.endAllPauses();
			desk.reset({ keepWebhook: request.body.keepIntegrations });
			store.reset(request.body);
			return {};
		},
	);
}
