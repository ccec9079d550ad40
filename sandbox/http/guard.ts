import type { FastifyInstance } from 'fastify';
import { ApiError } from '../errors';

const LOOPBACK = /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/i;

/**
 * Any web page that the person has open can send requests to the loopback address. So the sandbox responds only under a
 * loopback name (requests from a domain made to point here carry that domain's name), and never to a page of another
 * origin. This includes Jelou's own paths: their keys are the same on every machine.
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
