import type { FastifyInstance } from 'fastify';
import { ApiError } from '../errors';

const LOOPBACK = /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/i;

/**
 * Any web page that the person has open can send requests to the loopback address. So page and control API answer only
 * under a loopback name (a page on a domain that is made to point here comes with that domain's name), and nothing is
 * changed for another origin's page.
 */
export function guardControl(app: FastifyInstance): void {
	app.addHook('onRequest', (request, _reply, done) => {
		const { area } = request.info;
		if (area !== 'control' && (area !== 'page' || request.is404)) return done();
		const { host = '', origin } = request.headers;
		if (!LOOPBACK.test(host)) throw new ApiError(403, 'The sandbox answers on the loopback address only');
		if (origin !== undefined && origin !== `http://${host}`) {
			throw new ApiError(403, 'The sandbox takes orders from its own page only');
		}
		done();
	});
}
