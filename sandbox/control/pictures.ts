import type { FastifyInstance } from 'fastify';

/** What WhatsApp takes at most for an image, with room to spare. */
const MAX_BYTES = 16_000_000;

/** A storage, for a workflow that puts pictures somewhere, as WebDAV does: it takes each, and keeps none. */
export function pictureRoutes(app: FastifyInstance): void {
	app.put<{ Params: { name: string } }>(
		'/sandbox/pictures/:name',
		{ bodyLimit: MAX_BYTES },
		(_request, reply) => reply.code(201).send(),
	);
}
