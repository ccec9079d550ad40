import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';

import type { Sandbox } from '../../sandbox';
import { serve } from './httpServer';

/** What happens to a response; the request has been processed, except with `instead`. */
export type Fate =
	| { kind: 'drop' }
	| { kind: 'half' }
	| { kind: 'replace'; status: number; body: string }
	/** Jelou never sees the request. */
	| { kind: 'instead'; status: number; body: string };

/** A gateway in front of the sandbox that spoils responses to one method, each fate once, in order. */
export interface Gateway {
	/** The sandbox as seen through this gateway. */
	sandbox: Sandbox;
	spoil(method: string, ...fates: Fate[]): void;
	close(): Promise<void>;
}

export async function startGateway(sandbox: Sandbox): Promise<Gateway> {
	const fates = new Map<string, Fate[]>();
	const base = new URL(sandbox.gatewayUrl);

	async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
		const { method = 'GET', url = '/', headers } = request;
		const sent = await text(request);
		const fate = fates.get(method)?.shift();
		const reply = (status: number, body: string) => {
			response.writeHead(status, { 'content-type': 'application/json' }).end(body);
		};
		if (fate?.kind === 'instead') return reply(fate.status, fate.body);
		const forwarded = await fetch(`${base.origin}${url}`, {
			method,
			headers: {
				'x-api-key': String(headers['x-api-key']),
				...(sent === '' ? {} : { 'content-type': 'application/json' }),
			},
			...(sent === '' ? {} : { body: sent }),
		});
		const body = await forwarded.text();
		if (fate?.kind === 'drop') return void response.destroy();
		if (fate?.kind === 'half') {
			response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length });
			response.write(body.slice(0, body.length / 2), () => response.destroy());
			return;
		}
		if (fate?.kind === 'replace') return reply(fate.status, fate.body);
		reply(forwarded.status, body);
	}

	const server = await serve((request, response) => {
		handle(request, response).catch(() => response.destroy());
	});
	const gatewayUrl = `${server.url}${base.pathname}`.replace(/\/$/, '');
	return {
		sandbox: { ...sandbox, gatewayUrl },
		spoil: (method, ...given) => void fates.set(method, given),
		close: server.close,
	};
}
