import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Recorded {
	method: string;
	path: string;
	contentType: string;
	body: Buffer;
}

export interface Answer {
	status: number;
	contentType: string;
	body: string | Buffer;
}

/** A service on the loopback address that keeps what it is sent. */
export interface Recorder {
	url: string;
	requests: Recorded[];
	close(): Promise<void>;
}

async function read(request: IncomingMessage): Promise<Recorded> {
	const chunks: Buffer[] = [];
	for await (const chunk of request) chunks.push(Buffer.from(chunk));
	const { headers, method = '', url = '' } = request;
	return { method, path: url, contentType: headers['content-type'] ?? '', body: Buffer.concat(chunks) };
}

/** Starts a service that answers as it is told, on a free port. */
export async function startRecorder(answer: (request: Recorded) => Answer): Promise<Recorder> {
	const requests: Recorded[] = [];
	const server = createServer((request, response) => {
		void read(request).then((recorded) => {
			requests.push(recorded);
			const { status, contentType, body } = answer(recorded);
			response.writeHead(status, { 'Content-Type': contentType }).end(body);
		});
	}).listen(0, '127.0.0.1');
	await new Promise((resolve) => server.once('listening', resolve));
	const { port } = server.address() as AddressInfo;
	return {
		url: `http://127.0.0.1:${String(port)}`,
		requests,
		close: () =>
			new Promise((resolve) => {
				server.close(() => resolve());
				server.closeAllConnections();
			}),
	};
}
