import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { LOOPBACK } from '../n8n/ports';
import { Service, isProgram, notInstalled, pathFolders } from './service';

/** A private Redis. */
export interface Redis {
	service: Service;
	/** What n8n has to know to use it. */
	env: Record<string, string>;
}

/**
 * The path of `redis-server`.
 *
 * @throws ScaleError when there is none
 */
export function findRedis(env: NodeJS.ProcessEnv = process.env): string {
	const found = pathFolders(env)
		.map((folder) => join(folder, 'redis-server'))
		.find(isProgram);
	if (found !== undefined) return found;
	throw notInstalled('Redis', 'redis-server');
}

/** Made once, and in a file that no other user can read: the arguments of a program are shown to everybody. */
function passwordFile(file: string): string {
	if (!existsSync(file))
		writeFileSync(file, `requirepass ${randomBytes(24).toString('hex')}\n`, { mode: 0o600 });
	return readFileSync(file, 'utf8').replace('requirepass', '').trim();
}

/**
 * A private Redis on the loopback address, with a password: other users of the machine can reach the port. It writes down
 * every change: the queue is in it, and a Redis that forgets turns waiting runs into crashed ones.
 */
export function redisService(folder: string, port: number, env?: NodeJS.ProcessEnv): Redis {
	const program = findRedis(env);
	mkdirSync(folder, { recursive: true });
	chmodSync(folder, 0o700);
	const configuration = `${folder}.conf`;
	const password = passwordFile(configuration);
	const settings = ['--bind', LOOPBACK, '--port', String(port), '--dir', folder];
	const service = new Service({
		name: 'Redis',
		program,
		args: [configuration, ...settings, '--save', '', '--appendonly', 'yes', '--daemonize', 'no'],
		folder,
		logFile: `${folder}.log`,
		stopSignal: 'SIGTERM',
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
