import { mkdirSync } from 'node:fs';

import { LOOPBACK } from '../n8n/ports';
import { findRedis } from './programs';
import { Service } from './service';

/**
 * A private Redis on the loopback address. It writes down every change: the queue is in it, and a Redis that forgets
 * turns waiting runs into crashed ones.
 */
export function redisService(folder: string, port: number, env?: NodeJS.ProcessEnv): Service {
	const program = findRedis(env);
	mkdirSync(folder, { recursive: true });
	const settings = ['--bind', LOOPBACK, '--port', String(port), '--dir', folder];
	return new Service({
		name: 'Redis',
		program,
		args: [...settings, '--save', '', '--appendonly', 'yes', '--daemonize', 'no'],
		folder,
		logFile: `${folder}.log`,
		stopSignal: 'SIGTERM',
		ready: /Ready to accept connections/,
		failed: /# (?!Warning|WARNING)(.*(?:Fatal|Failed|Could not|Can't|bind).*?)\.?$/m,
	});
}
