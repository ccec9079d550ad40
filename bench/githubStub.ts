import { createServer, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';

import { LOOPBACK } from '../scripts/n8n/ports';

export interface GithubStub {
	url: string;
	/** The secret that n8n's GitHub Trigger registered last. */
	secret(): string;
	close(): Promise<void>;
}

async function secretIn(request: IncomingMessage): Promise<string> {
	const hook: unknown = JSON.parse(await text(request));
	const config = typeof hook === 'object' && hook !== null && 'config' in hook ? hook.config : undefined;
	return typeof config === 'object' && config !== null && 'secret' in config ? String(config.secret) : '';
}

/** As much of GitHub's API as n8n's GitHub Trigger needs to register its webhook. */
export async function startGithubStub(): Promise<GithubStub> {
	let secret = '';
	const server = createServer((request, response) => {
		void (async () => {
			if (request.method === 'POST') secret = await secretIn(request);
			response.writeHead(request.method === 'DELETE' ? 204 : 200, { 'content-type': 'application/json' });
			response.end(request.method === 'DELETE' ? '' : '{"id":1,"active":true,"events":["push"]}');
		})();
	});
	const port = await new Promise<number>((resolve) => {
		server.listen(0, LOOPBACK, () => {
			const address = server.address();
			resolve(typeof address === 'object' && address !== null ? address.port : 0);
		});
	});
	return {
		url: `http://${LOOPBACK}:${String(port)}`,
		secret: () => secret,
		close: async () => {
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}
