import { parseArgs } from 'node:util';

import { freePort, isFree } from '../n8n/ports';

/** Something wrong in how the command was called, told in one sentence. */
export class UsageError extends Error {}

export interface Ports {
	n8n: number;
	sandbox: number;
}

const PREFERRED: Ports = { n8n: 5678, sandbox: 8040 };

async function choose(name: string, wanted: string | undefined, preferred: number): Promise<number> {
	if (wanted === undefined) return await freePort(preferred);
	const port = Number(wanted);
	if (!Number.isInteger(port) || port < 1 || port > 65_535) {
		throw new UsageError(`--${name} ${wanted} is not a port: choose a number from 1 to 65535.`);
	}
	if (!(await isFree(port))) {
		throw new UsageError(
			`Port ${wanted} is taken: choose another with --${name}, or leave it out to get a free one.`,
		);
	}
	return port;
}

/**
 * The ports to listen on: those asked for, else the usual ones where they are free, else any free ones.
 *
 * @throws UsageError for a port that is taken or none, and for an unknown argument
 */
export async function readPorts(args: string[]): Promise<Ports> {
	let values: { 'n8n-port'?: string; 'sandbox-port'?: string };
	try {
		({ values } = parseArgs({
			args,
			options: { 'n8n-port': { type: 'string' }, 'sandbox-port': { type: 'string' } },
		}));
	} catch {
		throw new UsageError('Use: npm start -- [--n8n-port N] [--sandbox-port N]');
	}
	const n8n = await choose('n8n-port', values['n8n-port'], PREFERRED.n8n);
	const sandbox = await choose('sandbox-port', values['sandbox-port'], PREFERRED.sandbox);
	if (n8n === sandbox) throw new UsageError('--n8n-port and --sandbox-port are the same: choose two ports.');
	return { n8n, sandbox };
}
