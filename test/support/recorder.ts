import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';

import { serve, type HttpServer } from './httpServer';

export interface Recorded {
	method: string;
	path: string;
	headers: IncomingHttpHeaders;
	body: Buffer;
}

interface Answer {
	status?: number;
	contentType?: string;
	body?: string | Buffer;
}

/** A service that records what it is sent. */
export interface Recorder extends HttpServer {
	requests: Recorded[];
}

/**
 * Starts a service that responds as it is told.
 *
 * @param answer returns the response, or sends it itself
 */
export async function startRecorder(
	answer: (request: Recorded, response: ServerResponse) => Answer | undefined = () => ({}),
): Promise<Recorder> {
	const requests: Recorded[] = [];
	const server = await serve((request, response) => {
		const { headers, method = '', url: path = '' } = request;
		const record = (body: Buffer) => {
			const recorded = { method, path, headers, body };
			requests.push(recorded);
			const given = answer(recorded, response);
			if (given === undefined) return;
			const { body: content, contentType = 'application/json', status = 200 } = given;
			response.writeHead(status, { 'Content-Type': contentType }).end(content);
		};
		// A request whose client is gone does not count.
		buffer(request).then(record, () => response.destroy());
	});
	return { ...server, requests };
}
