import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

import { LOOPBACK, freePort } from '../ports';
import { haproxyService, type Haproxy } from './haproxy';
import { n8nProcessMaker, type N8nProcess } from './n8nProcess';
import { postgresService, type Postgres } from './postgres';
import { redisService } from './redis';
import { keptSecret, type Service } from './service';

interface ClusterOptions {
	/** Contains everything: data, logs, n8n's homes. */
	folder: string;
	/** The packed nodes. */
	tarball: string;
	/** How many processes of each kind; one webhook process and two workers when absent. */
	webhooks?: number;
	workers?: number;
	/** HAProxy's program, for in front of the webhook processes; without it, the first of them takes the deliveries. */
	haproxy?: string | undefined;
	/** `webhook` is where deliveries go. */
	ports?: Partial<Record<'postgres' | 'redis' | 'n8n' | 'webhook', number>>;
	/** Further settings for every n8n process. */
	env?: Record<string, string>;
	/** Reports what is being started, in words. */
	say?: (text: string) => void;
	/** Aborts the start; what has been started is stopped. */
	signal?: AbortSignal;
}

/** A complete n8n in queue mode. */
export interface Cluster {
	postgres: Postgres;
	redis: Service;
	haproxy: Haproxy | undefined;
	/** Where deliveries go. */
	webhookUrl: string;
	main: N8nProcess;
	webhooks: N8nProcess[];
	workers: N8nProcess[];
	/** Starts or stops processes until there are this many. */
	resize(webhooks: number, workers: number): Promise<void>;
	/** Every n8n process. */
	processes(): N8nProcess[];
	stop(): Promise<void>;
}

async function stopAll(processes: N8nProcess[]): Promise<void> {
	await Promise.all(processes.map((one) => one.stop()));
}

/** Waits for all of them even when one fails, so that none is still starting afterwards. */
async function startAll(processes: N8nProcess[]): Promise<void> {
	const started = await Promise.allSettled(processes.map((one) => one.start()));
	const failed = started.find((result) => result.status === 'rejected');
	if (failed) throw failed.reason;
}

/**
 * Starts PostgreSQL, Redis, n8n in queue mode (one main process, webhook processes, workers), and HAProxy in front.
 *
 * @throws Error saying what did not start; nothing is left running then
 */
export async function startCluster(options: ClusterOptions): Promise<Cluster> {
	const { folder, ports = {}, say = () => undefined, signal, tarball } = options;
	const running = new AsyncDisposableStack();
	try {
		mkdirSync(folder, { recursive: true });
		const { env, service: redis } = redisService(join(folder, 'redis'), ports.redis ?? (await freePort()));
		const postgres = postgresService(join(folder, 'postgres'), ports.postgres ?? (await freePort()));
		say('Starting PostgreSQL and Redis …');
		running.defer(() => postgres.service.stop());
		await postgres.service.start();
		running.defer(() => redis.stop());
		await redis.start();

		signal?.throwIfAborted();
		const webhookPort = ports.webhook ?? (await freePort());
		const webhookUrl = `http://${LOOPBACK}:${String(webhookPort)}`;
		const haproxy = options.haproxy
			? haproxyService(options.haproxy, join(folder, 'haproxy'), webhookPort)
			: undefined;
		const make = n8nProcessMaker(folder, tarball, {
			...postgres.env,
			EXECUTIONS_MODE: 'queue',
			...env,
			QUEUE_HEALTH_CHECK_ACTIVE: 'true',
			// Credentials in the database can only be read with this key.
			N8N_ENCRYPTION_KEY: keptSecret(join(folder, 'encryption-key')),
			N8N_EXPRESSION_ENGINE_LAZY_ACQUIRE: 'true',
			// The address given to Jelou: deliveries go to webhook processes, never to the main process.
			WEBHOOK_URL: `${webhookUrl}/`,
			...options.env,
		});
		const main = make('main', 'start', ports.n8n ?? (await freePort()));
		const webhooks: N8nProcess[] = [];
		const workers: N8nProcess[] = [];
		const processes = () => [main, ...webhooks, ...workers];
		running.defer(() => stopAll(processes()));
		running.defer(async () => haproxy?.service.stop());
		signal?.addEventListener('abort', () => void stopAll(processes()), { once: true });
		say('Starting the main process (up to a minute the first time) …');
		await main.start();

		const resize = async (webhookCount: number, workerCount: number) => {
			// Taken off the list only when they have ended, so that stopping the cluster meanwhile waits for them, too.
			await stopAll([...webhooks.slice(webhookCount), ...workers.slice(workerCount)]);
			if (running.disposed) return;
			webhooks.splice(webhookCount);
			workers.splice(workerCount);
			const before = processes();
			for (let n = webhooks.length; n < webhookCount; n++)
				webhooks.push(
					make(`webhook-${String(n + 1)}`, 'webhook', n === 0 && !haproxy ? webhookPort : await freePort()),
				);
			for (let n = workers.length; n < workerCount; n++)
				workers.push(make(`worker-${String(n + 1)}`, 'worker', await freePort()));
			await startAll(processes().filter((one) => !before.includes(one)));
			if (haproxy) await haproxy.use(webhooks.map(({ port }) => port));
		};
		signal?.throwIfAborted();
		say('Starting the webhook process and the workers …');
		await resize(options.webhooks ?? 1, options.workers ?? 2);
		const stop = () => running.disposeAsync();
		return { postgres, redis, haproxy, webhookUrl, main, webhooks, workers, resize, processes, stop };
	} catch (error) {
		await running.disposeAsync();
		throw error;
	}
}
