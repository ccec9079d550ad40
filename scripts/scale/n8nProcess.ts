import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { installPackage } from '../n8n/installPackage';
import { LOOPBACK } from '../n8n/ports';
import { isReady, startN8n, type N8nCommand, type N8nOptions, type N8nServer } from '../n8n/server';

const PAUSE_MS = 500;

/**
 * One n8n process of a cluster. It is started again when it ends by itself, as a container would be: n8n ends itself
 * when it has been without Redis for ten seconds.
 */
export class N8nProcess {
	private server: N8nServer | undefined;
	private starting: Promise<void> | undefined;
	private giveUp = new AbortController();
	private isWanted = false;
	/** How often it had to be started again. */
	restarts = 0;

	constructor(
		readonly name: string,
		private readonly options: N8nOptions & { port: number },
	) {}

	get port(): number {
		return this.options.port;
	}

	get url(): string {
		return `http://${LOOPBACK}:${String(this.port)}`;
	}

	/** Its process ID, or 0 while it is not there. */
	get pid(): number {
		return this.server?.pid ?? 0;
	}

	/** Whether it takes work at this moment. */
	async isReady(): Promise<boolean> {
		return await isReady(this.url);
	}

	/** What it has printed since it was started last. */
	log(): string {
		return this.server?.log() ?? '';
	}

	/** Starts it and waits until it answers. @throws Error when it does not */
	async start(): Promise<void> {
		if (!this.isWanted) this.giveUp = new AbortController();
		this.isWanted = true;
		this.starting ??= this.launch().finally(() => (this.starting = undefined));
		await this.starting;
	}

	private async launch(): Promise<void> {
		const server = await startN8n({ ...this.options, signal: this.giveUp.signal });
		this.server = server;
		void server.exited.then(() => this.revive(server));
	}

	private async revive(ended: N8nServer): Promise<void> {
		while (this.isWanted && this.server === ended) {
			this.restarts++;
			await sleep(PAUSE_MS);
			if (this.isWanted) await this.start().catch(() => undefined);
		}
	}

	async stop(): Promise<void> {
		await this.end('stop');
	}

	/** Ends it at once, as a crash would, and leaves it so. */
	async kill(): Promise<void> {
		await this.end('kill');
	}

	/** Holds it in mid-work; `resume` lets it go on. */
	pause(): void {
		this.server?.pause();
	}

	resume(): void {
		this.server?.resume();
	}

	private async end(how: 'stop' | 'kill'): Promise<void> {
		this.isWanted = false;
		this.giveUp.abort();
		await this.starting?.catch(() => undefined);
		await this.server?.[how]();
		this.server = undefined;
	}
}

/** Gives n8n processes with the same settings and package, each with a home of its own. */
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
		return new N8nProcess(name, { command, userFolder, logFile, port, env, detached: true });
	};
}
