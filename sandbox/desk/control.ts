import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { SAMPLES } from '../control/samples';
import * as schemas from '../control/schemas';
import { ApiError } from '../errors';
import { readJson } from '../http/json';
import type { Desk, DeskFaults } from './desk';
import { DeskError } from './errors';
import { DESK_STATUSES, type DeskFile, type DeskStatus } from './types';

const PAGE = join(__dirname, '..', 'page');

interface AgentMessage {
	content?: string;
	private?: boolean;
	sample?: keyof typeof SAMPLES;
}

const message = {
	type: 'object',
	properties: {
		content: { type: 'string' },
		private: { type: 'boolean' },
		sample: { enum: Object.keys(SAMPLES) },
	},
	anyOf: [
		{ required: ['sample'] },
		{ required: ['content'], properties: { content: { type: 'string', minLength: 1 } } },
	],
};

const status = { type: 'object', required: ['status'], properties: { status: { enum: DESK_STATUSES } } };

const { deliverTwice, drop, dropAfterProcessing, latencyMs, method, naming, respond, times } =
	schemas.faults.properties;
const faults = {
	...schemas.faults,
	properties: {
		...{ deliverTwice, drop, dropAfterProcessing, latencyMs, method, naming, respond, times },
		awayMs: latencyMs,
	},
};

function sampleFile(sample: keyof typeof SAMPLES): DeskFile {
	const { content, file } = SAMPLES[sample];
	return { name: file, mimeType: content.mime_type, bytes: readFileSync(join(PAGE, file)) };
}

/** What the page does as the agent at the desk, and the desk's settings. */
export function deskControlRoutes(app: FastifyInstance, desk: Desk): void {
	const preValidation = readJson;
	const conversationOf = (id: string) => {
		try {
			return desk.conversation(Number(id));
		} catch (error) {
			if (!(error instanceof DeskError)) throw error;
			throw new ApiError(404, `The desk has no conversation ${id}`);
		}
	};

	app.post<{ Body: { webhookUrl: string } }>(
		'/sandbox/desk',
		{
			preValidation,
			schema: {
				body: { type: 'object', required: ['webhookUrl'], properties: { webhookUrl: { type: 'string' } } },
			},
		},
		({ body: { webhookUrl } }) => {
			if (webhookUrl !== '' && !/^https?:\/\/\S+$/i.test(webhookUrl)) {
				throw new ApiError(422, 'webhookUrl must be an HTTP URL, or empty');
			}
			desk.store.webhookUrl = webhookUrl;
			return { webhookUrl };
		},
	);

	app.post<{ Params: { id: string }; Body: AgentMessage }>(
		'/sandbox/desk/conversations/:id/messages',
		{ preValidation, schema: { body: message } },
		(request, reply) => {
			const { content, private: isPrivate, sample } = request.body;
			const conversation = conversationOf(request.params.id);
			const files = sample === undefined ? [] : [sampleFile(sample)];
			const written = desk.write(conversation, { from: 'agent', content, private: isPrivate, files });
			return reply.code(202).send({ id: written.id });
		},
	);

	app.post<{ Params: { id: string }; Body: { status: DeskStatus } }>(
		'/sandbox/desk/conversations/:id/status',
		{ preValidation, schema: { body: status } },
		({ body, params }) => {
			const conversation = conversationOf(params.id);
			desk.setStatus(conversation, body.status);
			return desk.store.view(conversation);
		},
	);

	app.get('/sandbox/desk/faults', () => desk.faults.current);

	app.post<{ Body: DeskFaults }>(
		'/sandbox/desk/faults',
		{ preValidation, schema: { body: faults } },
		({ body }) => {
			desk.setFaults(body);
			return desk.faults.current;
		},
	);
}
