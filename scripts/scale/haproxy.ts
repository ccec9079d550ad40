import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { LOOPBACK } from '../n8n/ports';
import { Service, isProgram, notInstalled, pathFolders } from './service';

/** The path of `haproxy`, if there is one: queue mode runs without it, but less safely. Debian has it off the path. */
export function findHaproxy(env: NodeJS.ProcessEnv = process.env, debian = '/usr/sbin'): string | undefined {
	return [...pathFolders(env), debian].map((folder) => join(folder, 'haproxy')).find(isProgram);
}

/** `haproxy`, where what is measured or tested depends on it. @throws ScaleError when there is none */
export function neededHaproxy(env?: NodeJS.ProcessEnv, debian?: string): string {
	const found = findHaproxy(env, debian);
	if (found !== undefined) return found;
	throw notInstalled('HAProxy', 'haproxy');
}

/**
 * How HAProxy finds out which webhook processes take deliveries. A process that is starting answers everything with 200,
 * and loses it: n8n does so from the moment it listens until its database has been migrated.
 */
export const READINESS = [
	'option httpchk GET /healthz/readiness',
	'http-check expect status 200',
	'default-server check inter 1s fall 2 rise 1',
];

const settings = (port: number, webhooks: number[]) => `global
  maxconn 1000

defaults
  mode http
  option redispatch
  timeout connect 5s
  timeout client 60s
  timeout server 60s
  timeout check 5s

frontend deliveries
  bind ${LOOPBACK}:${String(port)}
  default_backend webhooks

backend webhooks
  balance roundrobin
  ${READINESS.join('\n  ')}
${webhooks.map((webhook, n) => `  server webhook-${String(n + 1)} ${LOOPBACK}:${String(webhook)}`).join('\n')}
`;

/** Takes the deliveries, and gives them to the webhook processes that are ready. */
export interface Haproxy {
	service: Service;
	/** Gives deliveries to the processes on these ports, and to no others, from now on. */
	use(webhookPorts: number[]): Promise<void>;
}

/** HAProxy on the loopback address, before the webhook processes. */
export function haproxyService(program: string, folder: string, port: number): Haproxy {
	mkdirSync(folder, { recursive: true });
	const file = join(folder, 'haproxy.cfg');
	const service = new Service({
		name: 'HAProxy',
		program,
		args: ['-W', '-f', file],
		folder,
		logFile: `${folder}.log`,
		stopSignal: 'SIGTERM',
		ready: /Loading success/,
		failed: /\[ALERT\].*? : (.*)/,
	});
	return {
		service,
		use: async (webhookPorts) => {
			await service.stop();
			writeFileSync(file, settings(port, webhookPorts));
			await service.start();
		},
	};
}
