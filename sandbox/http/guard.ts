import type { FastifyInstance } from 'fastify';
import { ApiError } from '../errors';

const LOOPBACK = /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/i;

/**
 * Any web page that the person has open can send requests to the loopback address. So the sandbox answers only under a
 * loopback name (a page on a domain that is made to point here comes with that domain's name), and never to the page
 * of another origin. This goes for Jelou's own paths too: their keys are the same on every machine.
 */
export function guardEveryRoute(app: FastifyInstance): void {
	app.addHook('onRequest', (request, _reply, done) => {
		const { host = '', origin } = request.headers;
		if (!LOOPBACK.test(host)) {
			throw new ApiError(403, 'The sandbox only answers requests to 127.0.0.1 or localhost');
		}
		if (origin !== undefined && origin !== `http://${host}`) {
			throw new ApiError(403, 'The sandbox only accepts requests from its own page');
		}
		done();
	});
}
