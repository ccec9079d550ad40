import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import type { FastifyInstance } from 'fastify';

const FOLDER = join(__dirname, '..', 'page');

const TYPES: Record<string, string> = {
	'.html': 'text/html; charset=utf-8',
	'.css': 'text/css; charset=utf-8',
	'.js': 'text/javascript; charset=utf-8',
	'.svg': 'image/svg+xml',
	'.jpg': 'image/jpeg',
	'.pdf': 'application/pdf',
	'.ogg': 'audio/ogg',
};

/** Only the sandbox's own files, and the media of messages, which must be on HTTPS. */
const POLICY = [
	"default-src 'none'",
	"script-src 'self'",
	"style-src 'self'",
	"connect-src 'self'",
	"img-src 'self' https:",
	"media-src 'self'",
	"form-action 'self'",
	"base-uri 'none'",
	"frame-ancestors 'none'",
].join('; ');

const HEADERS = {
	'Cache-Control': 'no-cache',
	'Content-Security-Policy': POLICY,
	'Referrer-Policy': 'no-referrer',
	'X-Content-Type-Options': 'nosniff',
};

/**
 * The chat page at `/`. Its few files have one route each, so no address can lead anywhere else. Not `@fastify/static`,
 * whose dependencies are ES modules only, which jest cannot load without Node flags. Files are read on each request, so
 * that a change shows on reload.
 */
export function servePage(app: FastifyInstance): void {
	for (const file of readdirSync(FOLDER)) {
		const type = TYPES[extname(file)];
		if (type === undefined) continue;
		const route = file === 'index.html' ? '/' : `/${file}`;
		app.get(route, (_request, reply) =>
			reply
				.headers(HEADERS)
				.type(type)
				.send(readFileSync(join(FOLDER, file))),
		);
	}
}
