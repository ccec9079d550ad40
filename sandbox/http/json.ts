import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ApiError } from '../errors';
import type { Store } from '../store';

const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Keeps every body as the bytes that arrived. Nothing is parsed here, so that a request is authenticated and recorded
 * before its contents are checked.
 */
export function keepRawBodies(app: FastifyInstance, store: Store): void {
	app.removeAllContentTypeParsers();
	app.addContentTypeParser('*', { parseAs: 'buffer' }, (request, body, done) => {
		request.rawBody = Buffer.from(body);
		if (request.info.record) store.setRequestBody(request.info.record, request.rawBody);
		done(null, undefined);
	});
}

/** Throws a 400 for what is not JSON in UTF-8. */
export function parseJson(raw: Buffer): unknown {
	try {
		const parsed: unknown = JSON.parse(utf8.decode(raw));
		return parsed;
	} catch {
		throw new ApiError(
			400,
			raw.length === 0 ? 'The body is empty' : 'The body is not valid JSON',
			'INVALID_JSON',
		);
	}
}

/** Throws a 415 unless the body is declared as JSON. */
export function requireJsonType(request: FastifyRequest): void {
	const type = request.headers['content-type'] ?? '';
	if (!/^application\/(json|[\w.-]+\+json)\s*(;|$)/i.test(type)) {
		throw new ApiError(415, `Content-Type must be application/json, not "${type}"`);
	}
}

/** For routes with a body: parses it, so that fastify can check it against the route's schema. */
export function readJson(request: FastifyRequest, _reply: FastifyReply, done: () => void): void {
	requireJsonType(request);
	request.body = parseJson(request.rawBody);
	done();
}
