import { join } from 'node:path';

import { startSandbox } from '../../sandbox';
import { pack } from '../pack';
import { WORK_FOLDER } from '../paths';
import { Lifecycle, say } from '../start/lifecycle';
import { readPortsOf } from '../start/options';
import { sayReady } from '../start/ready';
import { prepareExample } from './prepare';
import { startCluster } from './cluster';
import { findHaproxy } from './haproxy';
import { findPostgres } from './postgres';
import { findRedis } from './redis';

/** Kept from one start to the next; tests have one of their own. */
const FOLDER = process.env.N8N_JELOU_SCALE_FOLDER ?? join(WORK_FOLDER, 'scale');
/** Those of `npm start` are left to it, so that both can run. 0: any free one. */
const PREFERRED = { n8n: 5688, webhook: 5689, sandbox: 8041, postgres: 0, redis: 0 };

const program = new Lifecycle();

program.run(async () => {
	const ports = await readPortsOf('npm run start:scale', PREFERRED, process.argv.slice(2));
	// Before the build, which takes a while.
	findPostgres();
	findRedis();
	const haproxy = findHaproxy();
	if (haproxy === undefined)
		say('HAProxy is not installed, so events that arrive while n8n starts can be lost: see docs/scale.md.');
	say('Building the nodes …');
	const tarball = pack();
	say('Starting the Jelou sandbox …');
	const sandbox = await startSandbox({ port: ports.sandbox, allowInsecureWebhooks: true });
	program.add(() => sandbox.close());
	const { signal } = program.ending;
	const cluster = await startCluster({ folder: FOLDER, tarball, haproxy, ports, say, signal });
	program.add(() => cluster.stop());
	const { main, webhookUrl } = cluster;
	const login = await prepareExample(main.url, sandbox, join(FOLDER, 'login.json'));
	const services = ['PostgreSQL', 'Redis', ...(cluster.haproxy ? ['HAProxy'] : [])];
	const running = [...services, ...cluster.processes().map(({ name }) => name)];
	sayReady({
		addresses: { 'Chat page': sandbox.url, n8n: main.url, Webhooks: webhookUrl },
		login,
		hints: [
			'Write "hola" on the chat page: the workflow "Echo support" replies.',
			`Running: ${running.join(', ')}. Logs: ${FOLDER}`,
		],
	});
});
