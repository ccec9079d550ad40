import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { LOOPBACK } from '../ports';
import { Service, findFolder, installed } from './service';

/** The path of `haproxy`, if it is installed: queue mode runs without it, but less safely. Debian keeps it off the path. */
export function findHaproxy(env?: NodeJS.ProcessEnv, debian = '/usr/sbin'): string | undefined {
	const folder = findFolder(['haproxy'], env, [debian]);
	return folder && join(folder, 'haproxy');
}

/** The same for measurements and tests that depend on it. @throws Error when it is not installed */
export function neededHaproxy(env?: NodeJS.ProcessEnv, debian?: string): string {
	return installed('HAProxy', 'haproxy', findHaproxy(env, debian));
}

/**
 * How HAProxy chooses: by the address, so that one process serves each trigger. A trigger keeps the open questions of its
 * rooms in static data, which n8n writes as a whole: when two processes write at the same moment, one write is lost.
 * While a process is down, only its own addresses go elsewhere.
 */
export const BY_ADDRESS = ['balance uri', 'hash-type consistent'];
/** How load balancers often choose; used only to measure what that costs. */
export const IN_TURN = ['balance roundrobin'];

/**
 * How HAProxy finds out which webhook processes take deliveries. From the moment it listens until its database has been
 * migrated, an n8n process responds to everything with 200, and loses it.
 */
export const READINESS = [
	'option httpchk GET /healthz/readiness',
	'http-check expect status 200',
	'default-server check inter 1s fall 2 rise 1',
];

const settings = (port: number, webhooks: number[], balance: string[]) => `global
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
  ${[...balance, ...READINESS].join('\n  ')}
${webhooks.map((webhook, n) => `  server webhook-${String(n + 1)} ${LOOPBACK}:${String(webhook)}`).join('\n')}
`;

/** Takes the deliveries, and passes them to the webhook processes that are ready. */
export interface Haproxy {
	service: Service;
	/** From now on, passes deliveries only to the processes on these ports; by address unless told otherwise. */
	use(webhookPorts: number[], balance?: string[]): Promise<void>;
}

/** HAProxy on the loopback address, in front of the webhook processes. */
export function haproxyService(program: string, folder: string, port: number): Haproxy {
	mkdirSync(folder, { recursive: true });
	const file = join(folder, 'haproxy.cfg');
	const service = new Service({
		name: 'HAProxy',
		program,
		args: ['-W', '-f', file],
		folder,
		ready: /Loading success/,
		failed: /\[ALERT\].*? : (.*)/,
	});
	return {
		service,
		use: async (webhookPorts, balance = BY_ADDRESS) => {
			await service.stop();
			writeFileSync(file, settings(port, webhookPorts, balance));
			await service.start();
		},
	};
}
