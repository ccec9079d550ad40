import { chmodSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { N8N_FOLDER, WORK_FOLDER } from '../paths';
import { whyNoN8n } from '../problems';
import { KeptProcess, type ProcessOptions } from '../process';
import { LOOPBACK, freePort } from '../ports';

const START_TIMEOUT_MS = 180_000;
/** How much of the end of the log the error about a failed start shows, in characters. */
const SHOWN_OF_LOG = 2_000;

/** What an n8n process does: everything, or in queue mode one of the other two. */
export type N8nCommand = 'start' | 'webhook' | 'worker';

export interface N8nOptions extends Pick<ProcessOptions, 'detached'> {
	/** `start` when absent. */
	command?: N8nCommand;
	/** n8n's home: its database, its key and the installed package live below it. */
	userFolder: string;
	/** Gets everything that n8n prints. */
	logFile: string;
	/** What it listens on; a worker only reports its health there. */
	port?: number;
	env?: Record<string, string>;
	/** Aborts the start. */
	signal?: AbortSignal;
	/** Gets the process ID at once, before n8n responds. */
	onSpawn?: (pid: number) => void;
}

/** A running n8n. */
export class N8nServer extends KeptProcess {
	constructor(
		readonly url: string,
		...started: ConstructorParameters<typeof KeptProcess>
	) {
		super(...started);
	}
}

async function environment({ userFolder, env }: N8nOptions, port: number): Promise<NodeJS.ProcessEnv> {
	return {
		...process.env,
		// With Jest's "test", n8n exits without a message.
		NODE_ENV: 'production',
		N8N_USER_FOLDER: userFolder,
		// What Node.js has compiled of n8n: later starts take about a fifth less.
		NODE_COMPILE_CACHE: join(WORK_FOLDER, 'compiled'),
		N8N_PORT: String(port),
		QUEUE_HEALTH_CHECK_PORT: String(port),
		N8N_WORKER_SERVER_ADDRESS: LOOPBACK,
		N8N_LISTEN_ADDRESS: LOOPBACK,
		N8N_HOST: LOOPBACK,
		// Two servers on one machine would otherwise use the same port.
		N8N_RUNNERS_BROKER_PORT: String(await freePort()),
		N8N_DIAGNOSTICS_ENABLED: 'false',
		N8N_VERSION_NOTIFICATIONS_ENABLED: 'false',
		N8N_TEMPLATES_ENABLED: 'false',
		N8N_PERSONALIZATION_ENABLED: 'false',
		N8N_HIRING_BANNER_ENABLED: 'false',
		N8N_SECURE_COOKIE: 'false',
		...env,
	};
}

/** Whether an n8n process is ready for work. */
export async function isReady(url: string, command: N8nCommand = 'webhook'): Promise<boolean> {
	try {
		if (!(await fetch(`${url}/healthz/readiness`)).ok) return false;
		// n8n 1.x says that it is ready before its REST API responds.
		return command !== 'start' || (await fetch(`${url}/rest/login`)).status === 401;
	} catch {
		return false;
	}
}

/**
 * Starts n8n on a port of the loopback address and waits until it responds.
 *
 * @throws Error when it ends or does not respond; nothing is left running then
 */
export async function startN8n(options: N8nOptions): Promise<N8nServer> {
	const { command = 'start', detached, logFile, onSpawn, signal, userFolder } = options;
	const port = options.port ?? (await freePort());
	const url = `http://${LOOPBACK}:${String(port)}`;
	mkdirSync(dirname(logFile), { recursive: true });
	mkdirSync(userFolder, { recursive: true });
	// It contains the database and the key; its log has the address of every request.
	chmodSync(userFolder, 0o700);
	const program = [join(N8N_FOLDER, 'node_modules', 'n8n', 'bin', 'n8n'), command];
	const env = await environment(options, port);
	const server = new N8nServer(url, process.execPath, program, { cwd: userFolder, detached, env, logFile });
	onSpawn?.(server.pid);
	if (await server.becomes(() => isReady(url, command), START_TIMEOUT_MS, signal)) return server;
	// The end of the log is in the error, since a test deletes the file with its folder.
	throw new Error(whyNoN8n(server.log(), logFile), { cause: server.log().slice(-SHOWN_OF_LOG) });
}
