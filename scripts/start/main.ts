import { join } from 'node:path';

import { startSandbox } from '../../sandbox';
import { ends, fail, onEnd, runServers, say } from '../lifecycle';
import { LOOPBACK, readPorts } from '../ports';
import { N8nClient } from '../n8n/client';
import { installPackage } from '../n8n/installPackage';
import { startN8n } from '../n8n/server';
import { pack } from '../pack';
import { WORK_FOLDER } from '../paths';
import { identify } from '../process';
import { takeDataFolder } from './dataFolder';
import { openExamples } from './examples';
import { readMade } from './kept';
import { keepChats } from './keptChats';
import { endTests, keepIntegrations } from './keptIntegrations';
import { logIn, sayReady } from './login';
import { startProjects } from './projects';

/** Kept from one start to the next; tests have one of their own. */
const FOLDER = process.env.N8N_JELOU_START_FOLDER ?? WORK_FOLDER;
const USER_FOLDER = join(FOLDER, 'user');
const LOG_FILE = join(FOLDER, 'n8n.log');

runServers(async () => {
	const data = await takeDataFolder(USER_FOLDER);
	onEnd(() => Promise.resolve(data.release()));
	const ports = await readPorts('npm start', { n8n: 5678, sandbox: 8040 });
	installPackage(USER_FOLDER, await pack(() => say('Building the nodes …')));
	say('Starting the Jelou sandbox …');
	const projects = startProjects();
	const sandbox = await startSandbox({ port: ports.sandbox, projects, allowInsecureWebhooks: true });
	onEnd(() => sandbox.close());
	const n8nUrl = `http://${LOOPBACK}:${String(ports.n8n)}`;
	onEnd(keepChats(sandbox, join(USER_FOLDER, 'chats.json'), n8nUrl));
	keepIntegrations(sandbox, join(USER_FOLDER, 'integrations.json'), n8nUrl);
	say('Starting n8n (up to a minute the first time) …');
	const n8n = await startN8n({
		userFolder: USER_FOLDER,
		logFile: LOG_FILE,
		port: ports.n8n,
		// Otherwise n8n holds an isolate for each delivery: a few hundred slow senders would take gigabytes.
		env: { N8N_EXPRESSION_ENGINE_LAZY_ACQUIRE: 'true' },
		signal: ends,
		onSpawn: (pid) => data.record({ n8n: identify(pid) }),
	});
	onEnd(() => n8n.stop());
	void n8n.exited.then(() => fail(`n8n stopped unexpectedly: see the end of ${LOG_FILE}.`));

	await endTests(sandbox, n8n.url);
	const client = new N8nClient(n8n.url);
	const login = await logIn(client, join(FOLDER, 'login.json'));
	data.record({ urls: { page: sandbox.url, n8n: n8n.url } });
	const made = readMade(join(USER_FOLDER, 'made.json'));
	if (made.published.length === 0) say('Adding the example workflows …');
	await openExamples({ client, sandbox, made });
	sayReady({ 'Chat page': sandbox.url, n8n: n8n.url }, login);
});
