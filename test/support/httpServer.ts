import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A test's own HTTP server. */
export interface HttpServer {
	/** Its origin. */
	url: string;
	/** Ends it at once, whatever is under way. */
	close(): Promise<void>;
}

/** Serves HTTP on a free port of the loopback address. */
export async function serve(listener: RequestListener): Promise<HttpServer> {
	const server = createServer(listener);
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const { port } = server.address() as AddressInfo;
	return {
		url: `http://127.0.0.1:${String(port)}`,
		close: () =>
			new Promise((resolve) => {
				server.close(() => resolve());
				server.closeAllConnections();
			}),
	};
}
