import { join } from 'node:path';

import { DEMO_PROJECT, startSandbox, type Sandbox } from '../../sandbox';
import { ends, onEnd, runServers, say } from '../lifecycle';
import { N8nClient } from '../n8n/client';
import { importExample, publishAgain, readExample } from '../n8n/examples';
import { waitUntil } from '../n8n/waitUntil';
import { pack } from '../pack';
import { WORK_FOLDER } from '../paths';
import { sandboxCredential } from '../sandboxCredential';
import { logIn, sayReady } from '../start/login';
import { readPorts } from '../ports';
import { startCluster } from './cluster';
import { findHaproxy } from './haproxy';
import { findPostgres } from './postgres';
import { findRedis } from './redis';

/** Kept from one start to the next; tests have one of their own. */
const FOLDER = process.env.N8N_JELOU_SCALE_FOLDER ?? join(WORK_FOLDER, 'scale');
/** Not those of `npm start`, so that both can run. 0: any free one. */
const PREFERRED = { n8n: 5688, webhook: 5689, sandbox: 8041, postgres: 0, redis: 0 };
const CREDENTIAL = 'Jelou sandbox';

/** Gives n8n the sandbox's credential and the published example. */
async function prepareExample(client: N8nClient, sandbox: Sandbox): Promise<void> {
	const id = await client.saveCredential(CREDENTIAL, 'jelouApi', sandboxCredential(sandbox));
	const example = readExample('echo-support.json', { id, name: CREDENTIAL });
	await publishAgain(client, await importExample(client, example));
	const integration = () => sandbox.store.projects.get(DEMO_PROJECT.id)?.integration;
	await waitUntil('the workflow to register with the sandbox', () => integration() != null);
}

runServers(async () => {
	const ports = await readPorts('npm run start:scale', PREFERRED);
	// What is missing is reported before the build, which takes a while.
	findPostgres();
	findRedis();
	const haproxy = findHaproxy();
	if (haproxy === undefined)
		say('HAProxy is not installed, so events that arrive while n8n starts can be lost: see docs/scale.md.');
	const tarball = await pack(() => say('Building the nodes …'));
	say('Starting the Jelou sandbox …');
	const sandbox = await startSandbox({ port: ports.sandbox, allowInsecureWebhooks: true });
	onEnd(() => sandbox.close());
	const cluster = await startCluster({ folder: FOLDER, tarball, haproxy, ports, say, signal: ends });
	onEnd(() => cluster.stop());
	const { main, webhookUrl } = cluster;
	const client = new N8nClient(main.url);
	const login = await logIn(client, join(FOLDER, 'login.json'));
	await prepareExample(client, sandbox);
	const services = ['PostgreSQL', 'Redis', ...(cluster.haproxy ? ['HAProxy'] : [])];
	const running = [...services, ...cluster.processes().map(({ name }) => name)];
	sayReady(
		{ 'Chat page': sandbox.url, n8n: main.url, Webhooks: webhookUrl },
		login,
		'Write "hola" on the chat page: the workflow "Echo support" replies.',
		`Running: ${running.join(', ')}. Logs: ${FOLDER}`,
	);
});
