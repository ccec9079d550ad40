import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

import type * as Prism from '@stoplight/prism-http';

import { PRODUCTION_URLS } from '../../../nodes/Jelou/shared/environments';
import type { Sandbox } from '../../../sandbox';
import { PLATFORM, SUPPORT } from '../../../sandbox/api/document';

/** Loaded by Node itself: some of Prism's dependencies are ES modules, which jest cannot load. */
const { createInstance, getHttpOperationsFromSpec } = process
	.getBuiltinModule('node:module')
	.createRequire(__filename)('@stoplight/prism-http') as typeof Prism;

/** A request that went through Prism, and what its document does not allow in it or in its response. */
interface Exchange {
	/** Its ID in the document, or its method and path if it is not in the document. */
	operation: string;
	request: string[];
	answer: string[];
}

/** Prism between the nodes and a sandbox: it lets everything through, and checks it against the documents. */
export interface Contract {
	/** The sandbox as seen through Prism. */
	sandbox: Sandbox;
	/** The IDs of the operations of the external support panel's document. */
	operations: string[];
	/** The IDs of the platform's. */
	platformOperations: string[];
	exchanges: Exchange[];
	close(): Promise<void>;
}

const patternOf = (path: string) => new RegExp(`^${path.replace(/\{\w+\}/g, '[^/]+')}$`);
const messagesOf = (violations: Array<{ message: string }>) => violations.map(({ message }) => message);

export async function startContract(sandbox: Sandbox): Promise<Contract> {
	const support = await getHttpOperationsFromSpec(SUPPORT.file);
	const platform = await getHttpOperationsFromSpec(PLATFORM.file);
	const exchanges: Exchange[] = [];

	/** The part of the first document that belongs to one of Jelou's base URLs. */
	const supportAt = (baseUrl: string) =>
		support.filter(({ servers = [] }) => servers.some(({ url }) => url === baseUrl));

	/** These operations, in front of the sandbox. */
	function proxyTo(upstream: string, operations: typeof support) {
		const silent = () => undefined;
		const logger = { debug: silent, error: silent, info: silent, success: silent, warn: silent };
		const prism = createInstance(
			{
				isProxy: true,
				upstream: new URL(upstream),
				upstreamProxy: undefined,
				checkSecurity: true,
				validateRequest: true,
				validateResponse: true,
				// Sends no errors of its own, so that both directions of each request are seen.
				errors: false,
				mock: { dynamic: false },
			},
			{ logger: { child: () => logger, ...logger } as never },
		);

		async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
			const { headers, method = '', url = '' } = request;
			const { pathname, searchParams } = new URL(url, upstream);
			const body = (await buffer(request)).toString('utf8');
			const result = await prism.request(
				{
					method: method.toLowerCase() as 'get',
					url: { path: pathname, query: Object.fromEntries(searchParams) },
					headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)])),
					body: body === '' ? undefined : JSON.parse(body),
				},
				operations,
			)();
			if (result._tag === 'Left') throw result.left;
			const { output, validations } = result.right;
			const operation = operations.find(
				(each) => each.method === method.toLowerCase() && patternOf(each.path).test(pathname),
			);
			exchanges.push({
				operation: operation?.iid ?? `${method} ${pathname}`,
				request: messagesOf(validations.input),
				answer: messagesOf(validations.output),
			});
			response.writeHead(output.statusCode, output.headers);
			response.end(typeof output.body === 'string' ? output.body : JSON.stringify(output.body));
		}

		return createServer((request, response) => {
			handle(request, response).catch(() => response.destroy());
		});
	}

	const servers = [
		proxyTo(sandbox.gatewayUrl, supportAt(PRODUCTION_URLS.gateway)),
		proxyTo(sandbox.chatbotUrl, supportAt(PRODUCTION_URLS.chatbot)),
		proxyTo(sandbox.platformUrl, platform),
	];
	for (const server of servers) {
		await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	}
	const [gatewayUrl = '', chatbotUrl = '', platformUrl = ''] = servers.map(
		(server) => `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
	);
	return {
		sandbox: { ...sandbox, gatewayUrl, chatbotUrl, platformUrl },
		operations: support.map(({ iid = '' }) => iid),
		platformOperations: platform.map(({ iid = '' }) => iid),
		exchanges,
		close: async () => {
			for (const server of servers) {
				server.closeAllConnections();
				await new Promise((resolve) => server.close(resolve));
			}
		},
	};
}
