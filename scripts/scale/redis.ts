import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { LOOPBACK } from '../ports';
import { Service, findFolder, installed, keptSecret } from './service';

/** A private Redis. */
interface Redis {
	service: Service;
	/** The settings with which n8n uses it. */
	env: Record<string, string>;
}

/** The path of `redis-server`. @throws Error when there is none */
export function findRedis(env?: NodeJS.ProcessEnv): string {
	return join(installed('Redis', 'redis-server', findFolder(['redis-server'], env)), 'redis-server');
}

/**
 * A private Redis on the loopback address, with a password: other users of the machine can reach the port. It writes every
 * change to disk: it holds the queue, and a Redis that forgets turns waiting runs into crashed ones.
 */
export function redisService(folder: string, port: number): Redis {
	const program = findRedis();
	mkdirSync(folder, { recursive: true });
	chmodSync(folder, 0o700);
	const password = keptSecret(`${folder}.secret`);
	// In a file: every user can see a program's arguments.
	const configuration = `${folder}.conf`;
	writeFileSync(configuration, `requirepass ${password}\n`, { mode: 0o600 });
	const settings = ['--bind', LOOPBACK, '--port', String(port), '--dir', folder];
	const service = new Service({
		name: 'Redis',
		program,
		args: [configuration, ...settings, '--save', '', '--appendonly', 'yes', '--daemonize', 'no'],
		folder,
		ready: /Ready to accept connections/,
		failed: /# (?!Warning|WARNING)(.*(?:Fatal|Failed|Could not|Can't|bind).*?)\.?$/m,
	});
	return {
		service,
		env: {
			QUEUE_BULL_REDIS_HOST: LOOPBACK,
			QUEUE_BULL_REDIS_PORT: String(port),
			QUEUE_BULL_REDIS_PASSWORD: password,
		},
	};
}
