import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { LOOPBACK } from '../ports';
import { Service, findFolder, installed } from './service';

/** The path of `haproxy`, if there is one: queue mode runs without it, but less safely. Debian has it off the path. */
export function findHaproxy(env?: NodeJS.ProcessEnv, debian = '/usr/sbin'): string | undefined {
	const folder = findFolder(['haproxy'], env, [debian]);
	return folder && join(folder, 'haproxy');
}

/** `haproxy`, where what is measured or tested depends on it. @throws Error when there is none */
export function neededHaproxy(env?: NodeJS.ProcessEnv, debian?: string): string {
	return installed('HAProxy', 'haproxy', findHaproxy(env, debian));
}

/**
 * How HAProxy chooses: by the address, so that one process serves each trigger. A trigger keeps the open questions of its
 * rooms in static data, which n8n writes whole: of two processes that write at the same moment, one loses what it wrote.
 * While a process is away, only its own addresses go elsewhere.
 */
export const BY_ADDRESS = ['balance uri', 'hash-type consistent'];
/** As many balancers are set up; nothing but the measurement of what that costs runs with it. */
export const IN_TURN = ['balance roundrobin'];

/**
 * How HAProxy finds out which webhook processes take deliveries. A process that is starting answers everything with 200,
 * and loses it: n8n does so from the moment it listens until its database has been migrated.
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

/** Takes the deliveries, and gives them to the webhook processes that are ready. */
export interface Haproxy {
	service: Service;
	/** Gives deliveries to the processes on these ports, and to no others, from now on; by address when nothing is said. */
	use(webhookPorts: number[], balance?: string[]): Promise<void>;
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
