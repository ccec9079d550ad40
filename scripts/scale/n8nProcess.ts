import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { installPackage } from '../n8n/installPackage';
import { LOOPBACK } from '../ports';
import { isReady, startN8n, type N8nCommand, type N8nOptions, type N8nServer } from '../n8n/server';

const PAUSE_MS = 500;
/** Below a worker's home. */
const EVENT_LOG = 'event-log';

/**
 * One n8n process of a cluster. It is restarted when it exits by itself, as a container would be: n8n exits after ten
 * seconds without Redis.
 */
export class N8nProcess {
	private server: N8nServer | undefined;
	private starting: Promise<void> | undefined;
	/** Set while it should run; its abort ends a start. */
	private wanted: AbortController | undefined;
	/** How often it had to be restarted. */
	restarts = 0;
	readonly port: number;
	readonly url: string;

	constructor(
		readonly name: string,
		private readonly options: N8nOptions & { port: number },
	) {
		this.port = options.port;
		this.url = `http://${LOOPBACK}:${String(options.port)}`;
	}

	/** Its process ID, or 0 while it is not running. */
	get pid(): number {
		return this.server?.pid ?? 0;
	}

	/** Whether it is ready for work. */
	readonly isReady = async () => isReady(this.url);
	/** What it has printed since its last start. */
	readonly log = () => this.server?.log() ?? '';
	readonly stop = async () => this.end('stop');
	/** Kills it at once, as a crash would, without a restart. */
	readonly kill = async () => this.end('kill');

	/** Starts it and waits until it responds. @throws Error when it does not */
	async start(): Promise<void> {
		this.wanted ??= new AbortController();
		this.starting ??= this.launch(this.wanted.signal).finally(() => (this.starting = undefined));
		await this.starting;
	}

	private async launch(signal: AbortSignal): Promise<void> {
		// On start, a worker takes the runs that its event log shows as begun for crashed, even those still in the queue.
		rmSync(join(this.options.userFolder, EVENT_LOG), { recursive: true, force: true });
		const server = await startN8n({ ...this.options, signal });
		this.server = server;
		void server.exited.then(() => this.revive(server));
	}

	private async revive(ended: N8nServer): Promise<void> {
		while (this.wanted && this.server === ended) {
			this.restarts++;
			await sleep(PAUSE_MS);
			if (this.wanted) await this.start().catch(() => undefined);
		}
	}

	private async end(how: 'stop' | 'kill'): Promise<void> {
		this.wanted?.abort();
		this.wanted = undefined;
		await this.starting?.catch(() => undefined);
		await this.server?.[how]();
		this.server = undefined;
	}
}

/** Returns a function that makes n8n processes with the same settings and package, each with a home of its own. */
export function n8nProcessMaker(folder: string, tarball: string, env: Record<string, string>) {
	const packed = join(folder, 'package');
	installPackage(packed, tarball);
	return (name: string, command: N8nCommand, port: number) => {
		const userFolder = join(folder, name);
		const nodes = join('.n8n', 'nodes');
		mkdirSync(join(userFolder, '.n8n'), { recursive: true });
		rmSync(join(userFolder, nodes), { recursive: true, force: true });
		cpSync(join(packed, nodes), join(userFolder, nodes), { recursive: true });
		const logFile = join(folder, `${name}.log`);
		const eventLog = { N8N_EVENTBUS_LOGWRITER_LOGFULLPATH: join(userFolder, EVENT_LOG, 'events.log') };
		const settings = command === 'worker' ? { ...env, ...eventLog } : env;
		return new N8nProcess(name, { command, userFolder, logFile, port, env: settings, detached: true });
	};
}
