import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

import { serve, type HttpServer } from '../../support/httpServer';

/** A server on the loopback address that misbehaves. */
export interface RawServer extends HttpServer {
	/** How many requests have arrived. */
	readonly requests: number;
	/** How many bytes of bodies have been written. */
	readonly written: number;
	/** How many connections that carried a request are open. */
	readonly open: number;
}

type Answer = (request: IncomingMessage, response: ServerResponse, server: Counters) => void;

interface Counters {
	requests: number;
	written: number;
}

const DRIP_MS = 50;
/** Well beyond what may be read, and small enough for a reader that reads it all to survive. */
const MOST_BYTES = 64 * 1024 * 1024;

/** Begins to answer, and goes on a byte at a time for as long as the reader listens. */
function drip(write: (first: boolean) => void, socket: Socket): void {
	write(true);
	const timer = setInterval(() => write(false), DRIP_MS);
	socket.on('close', () => clearInterval(timer));
}

export const ANSWERS = {
	'a body that comes a byte at a time': (request, response) => {
		response.writeHead(200, { 'content-type': 'application/json' });
		drip((first) => response.write(first ? '{"data":{"a":1' : ' '), request.socket);
	},
	'headers that come a byte at a time': ({ socket }) => {
		drip((first) => socket.write(first ? 'HTTP/1.1 200 OK\r\nconnection: close\r\nx: ' : 'x'), socket);
	},
	'a body without end': (_request, response, server) => {
		const chunk = Buffer.alloc(64 * 1024, 0x20);
		response.writeHead(200, { 'content-type': 'application/json' });
		const pour = () => {
			while (!response.destroyed && server.written < MOST_BYTES) {
				server.written += chunk.length;
				if (!response.write(chunk)) return;
			}
			response.end('{"data":{"a":1}}');
		};
		response.on('drain', pour);
		pour();
	},
} satisfies Record<string, Answer>;

export async function startRawServer(answer: Answer): Promise<RawServer> {
	const counters: Counters = { requests: 0, written: 0 };
	const sockets = new Set<Socket>();
	const server = await serve((request, response) => {
		counters.requests++;
		sockets.add(request.socket);
		request.socket.on('close', () => sockets.delete(request.socket));
		request.resume();
		answer(request, response, counters);
	});
	return {
		...server,
		get requests() {
			return counters.requests;
		},
		get written() {
			return counters.written;
		},
		get open() {
			return sockets.size;
		},
	};
}
