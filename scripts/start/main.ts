import { join } from 'node:path';

import { startSandbox, type Sandbox } from '../../sandbox';
import { N8nClient } from '../n8n/client';
import { installPackage } from '../n8n/installPackage';
import { startN8n, type N8nServer } from '../n8n/server';
import { pack } from '../pack';
import { WORK_FOLDER } from '../paths';
import { exampleProjects, openExamples } from './examples';
import { ownLogin } from './login';
import { readPorts } from './options';

const USER_FOLDER = join(WORK_FOLDER, 'user');

const say = (text: string) => process.stdout.write(`${text}\n`);

/** What runs, in the order in which it has to be ended. */
const running: Array<() => Promise<void>> = [];
let isStopping = false;

async function stopAll(): Promise<void> {
	isStopping = true;
	for (const stop of running.splice(0).reverse()) await stop();
}

/** Logs in to n8n, gives it the examples, and says how to go on. */
async function prepare(n8n: N8nServer, sandbox: Sandbox): Promise<void> {
	const client = new N8nClient(n8n.url);
	const login = ownLogin(join(WORK_FOLDER, 'login.json'));
	await client.login(login);
	const active = await openExamples({ client, n8nUrl: n8n.url, sandbox });
	say('');
	say(`  Log in to n8n with  ${login.email}  and  ${login.password}`);
	say('  Then write "hola" on the chat page: the workflow "Echo support" answers.');
	say(`  Every example has a project of its own on the chat page. Active: ${active.join(', ')}.`);
	say('  Ctrl-C stops everything.');
	say('');
}

async function main(): Promise<void> {
	const ports = await readPorts(process.argv.slice(2));
	say('Building the nodes …');
	const tarball = pack();
	installPackage(USER_FOLDER, tarball);
	say('Starting the Jelou sandbox …');
	const sandbox = await startSandbox({
		port: ports.sandbox,
		projects: exampleProjects(),
		allowInsecureWebhooks: true,
	});
	running.push(() => sandbox.close());
	say('Starting n8n (the first time it prepares its database, up to a minute) …');
	const n8n = await startN8n({
		userFolder: USER_FOLDER,
		logFile: join(WORK_FOLDER, 'n8n.log'),
		port: ports.n8n,
	});
	running.push(() => n8n.stop());
	void n8n.exited.then(async () => {
		if (isStopping) return;
		process.stderr.write(
			`n8n ended by itself: the reason is at the end of ${join(WORK_FOLDER, 'n8n.log')}.\n`,
		);
		process.exitCode = 1;
		await stopAll();
	});
	await prepare(n8n, sandbox);
	say(`Ready. Chat page: ${sandbox.url}  n8n: ${n8n.url}`);
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
	process.on(signal, () => {
		if (isStopping) return;
		say('\nStopping …');
		void stopAll().then(() => process.exit(process.exitCode ?? 0));
	});
}

main().catch(async (error: unknown) => {
	if (isStopping) return;
	process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
	process.exitCode = 1;
	await stopAll();
});
