import type { ServerResponse } from 'node:http';

import { startRecorder, type Recorded, type Recorder } from '../../support/recorder';

/** An address in front of n8n, like that of a proxy. It records what it is sent. */
export interface Front extends Recorder {
	/** Passes everything on to this address from now on; without one, nothing. */
	leadTo(url?: string): void;
	/** Responds with 503 instead of n8n where this is true. */
	refuse(isRefused: (request: Recorded) => boolean): void;
}

/** Headers of a connection, not of what goes over it. */
const HOP_BY_HOP = new Set(['host', 'connection', 'keep-alive', 'content-length', 'transfer-encoding']);

async function forward(url: string, { body, headers, method }: Recorded, response: ServerResponse) {
	const given = Object.entries(headers).filter(([name]) => !HOP_BY_HOP.has(name));
	const answer = await fetch(url, {
		method,
		headers: given.map(([name, value]): [string, string] => [name, String(value)]),
		body: body.length > 0 ? new Uint8Array(body) : null,
		redirect: 'manual',
	});
	const content = Buffer.from(await answer.arrayBuffer());
	const type = answer.headers.get('content-type');
	response.writeHead(answer.status, type === null ? {} : { 'content-type': type }).end(content);
}

/** @param prefix what it strips from the beginning of a path, like a proxy with a sub-path */
export async function startFront(prefix = ''): Promise<Front> {
	let target: string | undefined;
	let isRefused: (request: Recorded) => boolean = () => false;
	const recorder = await startRecorder((request, response) => {
		if (target === undefined) return { status: 502 };
		if (isRefused(request)) return { status: 503 };
		const path = request.path.startsWith(prefix) ? request.path.slice(prefix.length) : request.path;
		forward(`${target}${path}`, request, response).catch(() => response.destroy());
		return undefined;
	});
	return {
		...recorder,
		leadTo: (url) => void (target = url),
		refuse: (chosen) => void (isRefused = chosen),
	};
}
