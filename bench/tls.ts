import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { connect, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createServer, type TLSSocket } from 'node:tls';

import { LOOPBACK } from '../scripts/ports';

/** What a client has to trust, and what the server has: for `localhost`, for a day. */
interface Certificate {
	keyFile: string;
	certificateFile: string;
}

/** Makes a certificate that signs itself. @throws Error where there is no `openssl` */
export function makeCertificate(folder: string): Certificate {
	const [keyFile, certificateFile] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')];
	const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
	const files = ['-keyout', keyFile, '-out', certificateFile];
	const options = ['-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1', ...files, ...subject];
	execFileSync('openssl', ['req', ...options], { stdio: 'pipe' });
	return { keyFile, certificateFile };
}

/** An HTTPS address in front of an HTTP one. */
interface TlsFront {
	url: string;
	/** How many connections there were so far, and in how many of them a TLS session was resumed. */
	connections: () => { all: number; resumed: number };
	close: () => Promise<void>;
}

export async function startTlsFront(
	target: string,
	{ certificateFile, keyFile }: Certificate,
): Promise<TlsFront> {
	const counts = { all: 0, resumed: 0 };
	const open = new Set<TLSSocket>();
	const settings = { key: readFileSync(keyFile), cert: readFileSync(certificateFile), noDelay: true };
	const server = createServer(settings, (client) => {
		counts.all++;
		if (client.isSessionReused()) counts.resumed++;
		open.add(client);
		const behind = connect({ port: Number(new URL(target).port), host: LOOPBACK, noDelay: true });
		client.pipe(behind).pipe(client);
		const end = () => {
			open.delete(client);
			client.destroy();
			behind.destroy();
		};
		for (const socket of [client, behind]) socket.on('error', end).on('close', end);
	});
	await new Promise<void>((resolve) => server.listen(0, LOOPBACK, resolve));
	const { port } = server.address() as AddressInfo;
	return {
		url: `https://localhost:${String(port)}`,
		connections: () => ({ ...counts }),
		close: async () => {
			for (const client of open) client.destroy();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}
