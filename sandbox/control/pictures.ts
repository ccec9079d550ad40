import type { FastifyInstance } from 'fastify';

/** More than WhatsApp's limit for an image. */
const MAX_BYTES = 16_000_000;

/** A WebDAV-like store, for a workflow that uploads pictures: it accepts each and keeps none. */
export function pictureRoutes(app: FastifyInstance): void {
	app.put<{ Params: { name: string } }>(
		'/sandbox/pictures/:name',
		{ bodyLimit: MAX_BYTES },
		(_request, reply) => reply.code(201).send(),
	);
}
