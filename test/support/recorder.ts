import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';

import { serve, type HttpServer } from './httpServer';

export interface Recorded {
	method: string;
	path: string;
	headers: IncomingHttpHeaders;
	body: Buffer;
}

export interface Answer {
	status?: number;
	contentType?: string;
	body?: string | Buffer;
}

/** A service that keeps what it is sent. */
export interface Recorder extends HttpServer {
	requests: Recorded[];
}

/**
 * Starts a service that answers as it is told.
 *
 * @param answer gives the answer, or deals with the response itself
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
		// A client that is gone again has sent nothing that counts.
		buffer(request).then(record, () => response.destroy());
	});
	return { ...server, requests };
}
