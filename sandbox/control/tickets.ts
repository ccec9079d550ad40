import type { FastifyInstance } from 'fastify';

import { readJson } from '../http/json';

const FIRST_NUMBER = 1001;

/** A ticket system, for a workflow that creates one: it gives each ticket an ID and keeps none. */
export function ticketRoutes(app: FastifyInstance): void {
	let next = FIRST_NUMBER;
	app.post('/sandbox/tickets', { preValidation: readJson }, (_request, reply) =>
		reply.code(201).send({ id: `T-${next++}` }),
	);
}
