import { join } from 'node:path';

import { startSandbox } from '../../sandbox';
import { LOOPBACK } from '../n8n/ports';
import { N8nClient } from '../n8n/client';
import { installPackage } from '../n8n/installPackage';
import { startN8n } from '../n8n/server';
import { pack } from '../pack';
import { WORK_FOLDER } from '../paths';
import { DataFolder } from './dataFolder';
import { openExamples } from './examples';
import { endTests, keepIntegrations } from './keptIntegrations';
import { Lifecycle, say } from './lifecycle';
import { ownLogin, useLogin } from './login';
import { Made } from './made';
import { readPorts } from './options';
import { startProjects } from './projects';
import { sayReady } from './ready';
import { identify } from './startedProcess';

/** Kept from one start to the next; tests have one of their own. */
const FOLDER = process.env.N8N_JELOU_START_FOLDER ?? WORK_FOLDER;
const USER_FOLDER = join(FOLDER, 'user');
const LOG_FILE = join(FOLDER, 'n8n.log');
const LOGIN_FILE = join(FOLDER, 'login.json');

const program = new Lifecycle();

program.run(async () => {
	const data = await DataFolder.take(USER_FOLDER);
	program.add(() => Promise.resolve(data.release()));
	const ports = await readPorts(process.argv.slice(2));
	say('Building the nodes …');
	installPackage(USER_FOLDER, pack());
	say('Starting the Jelou sandbox …');
	const projects = startProjects();
	const sandbox = await startSandbox({ port: ports.sandbox, projects, allowInsecureWebhooks: true });
	program.add(() => sandbox.close());
	keepIntegrations(
		sandbox,
		join(USER_FOLDER, 'integrations.json'),
		`http://${LOOPBACK}:${String(ports.n8n)}`,
	);
	say('Starting n8n (up to a minute the first time) …');
	const { signal } = program.ending;
	const n8n = await startN8n({
		userFolder: USER_FOLDER,
		logFile: LOG_FILE,
		port: ports.n8n,
		// Else n8n holds an isolate for each delivery: a few hundred slow senders would take gigabytes.
		env: { N8N_EXPRESSION_ENGINE_LAZY_ACQUIRE: 'true' },
		signal,
		onSpawn: (pid) => data.note({ n8n: identify(pid) }),
	});
	program.add(() => n8n.stop());
	void n8n.exited.then(() => program.fail(`n8n stopped unexpectedly: see the end of ${LOG_FILE}.`));

	await endTests(sandbox, n8n.url);
	const client = new N8nClient(n8n.url);
	const login = ownLogin(LOGIN_FILE);
	await useLogin(client, login, LOGIN_FILE);
	data.note({ urls: { page: sandbox.url, n8n: n8n.url } });
	const made = new Made(join(USER_FOLDER, 'made.json'));
	if (made.published.length === 0) say('Adding the example workflows …');
	await openExamples({ client, sandbox, made });
	sayReady({ addresses: { 'Chat page': sandbox.url, n8n: n8n.url }, login });
});
