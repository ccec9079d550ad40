import { spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, createWriteStream, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { N8N_FOLDER } from '../paths';
import { whyNoN8n } from '../problems';
import { LOOPBACK, freePort } from './ports';

const START_TIMEOUT_MS = 180_000;
const STOP_TIMEOUT_MS = 15_000;
/** How much of n8n's output is looked through, in characters, when it did not start. */
const LAST_WORDS = 20_000;

/** What an n8n process does: everything, or in queue mode one of the other two. */
export type N8nCommand = 'start' | 'webhook' | 'worker';

export interface N8nOptions {
	/** `start` when absent. */
	command?: N8nCommand;
	/** n8n's home: its database, its key and the installed package live below it. */
	userFolder: string;
	/** Where everything that n8n prints is kept. */
	logFile: string;
	/** What it listens on; a worker answers there with its health only. */
	port?: number;
	env?: Record<string, string>;
	/** Whether a Ctrl-C in the terminal must not reach it, because somebody else ends it in good order. */
	detached?: boolean;
	/** Gives up starting. */
	signal?: AbortSignal;
	/** Told the process ID at once, before n8n answers. */
	onSpawn?: (pid: number) => void;
}

/** A running n8n. */
export interface N8nServer {
	url: string;
	/** Its process ID. */
	pid: number;
	/** What n8n has printed so far. */
	log(): string;
	/** Resolves with the exit code when the process ends, for whatever reason. */
	exited: Promise<number | null>;
	/** Ends it gracefully, and after a while by force. */
	stop(): Promise<void>;
	/** Ends it at once, as a crash would. */
	kill(): Promise<void>;
}

async function environment({ userFolder, env }: N8nOptions, port: number): Promise<NodeJS.ProcessEnv> {
	return {
		...process.env,
		// Jest says "test" here, and then n8n ends without a word.
		NODE_ENV: 'production',
		N8N_USER_FOLDER: userFolder,
		N8N_PORT: String(port),
		QUEUE_HEALTH_CHECK_PORT: String(port),
		N8N_WORKER_SERVER_ADDRESS: LOOPBACK,
		N8N_LISTEN_ADDRESS: LOOPBACK,
		N8N_HOST: LOOPBACK,
		// Two servers on one machine would otherwise meet on the same port.
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

async function answers(url: string, command: N8nCommand): Promise<boolean> {
	try {
		if (!(await fetch(`${url}/healthz/readiness`)).ok) return false;
		return command !== 'start' || (await fetch(`${url}/rest/settings`)).ok;
	} catch {
		return false;
	}
}

async function end(
	child: ChildProcess,
	exited: Promise<number | null>,
	signal: NodeJS.Signals,
): Promise<void> {
	if (child.exitCode !== null || child.signalCode !== null) return;
	child.kill(signal);
	const force = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
	await exited;
	clearTimeout(force);
}

/**
 * Starts n8n on a port of the loopback address and waits until it answers.
 *
 * @throws Error when it ends or does not answer; nothing is left running then
 */
export async function startN8n(options: N8nOptions): Promise<N8nServer> {
	const { command = 'start', detached = false } = options;
	const port = options.port ?? (await freePort());
	const url = `http://${LOOPBACK}:${String(port)}`;
	mkdirSync(dirname(options.logFile), { recursive: true });
	mkdirSync(options.userFolder, { recursive: true });
	// The database and the key are in it, the addresses of all that was asked for in the log.
	chmodSync(options.userFolder, 0o700);
	const file = createWriteStream(options.logFile, { mode: 0o600 });
	const child = spawn(process.execPath, [join(N8N_FOLDER, 'node_modules', 'n8n', 'bin', 'n8n'), command], {
		detached,
		cwd: options.userFolder,
		env: await environment(options, port),
		stdio: ['ignore', 'pipe', 'pipe'],
	});
	if (child.pid !== undefined) options.onSpawn?.(child.pid);
	child.stdout.pipe(file, { end: false });
	child.stderr.pipe(file, { end: false });
	// On a full disk the log is not kept, and n8n's last words have to be.
	file.on('error', () => undefined);
	let lastWords = '';
	for (const stream of [child.stdout, child.stderr])
		stream.on('data', (chunk: Buffer) => (lastWords = (lastWords + chunk.toString()).slice(-LAST_WORDS)));
	const exited = new Promise<number | null>((resolve) => {
		child.once('error', () => resolve(1));
		child.once('exit', (code) => {
			file.end();
			resolve(code);
		});
	});
	const server: N8nServer = {
		url,
		pid: child.pid ?? 0,
		exited,
		log: () => readFileSync(options.logFile, 'utf8'),
		stop: async () => end(child, exited, 'SIGTERM'),
		kill: async () => end(child, exited, 'SIGKILL'),
	};
	const deadline = Date.now() + START_TIMEOUT_MS;
	while (!(await answers(url, command))) {
		const hasEnded = child.exitCode !== null || child.signalCode !== null;
		if (hasEnded || options.signal?.aborted === true || Date.now() > deadline) {
			await server.kill();
			throw new Error(whyNoN8n(lastWords, options.logFile));
		}
		await sleep(250);
	}
	return server;
}
