import { parseArgs } from 'node:util';

import { freePort, isFree } from '../n8n/ports';

/** Something wrong in how the command was called, described in one sentence. */
export class UsageError extends Error {}

export type Ports = Record<'n8n' | 'sandbox', number>;

const PREFERRED: Ports = { n8n: 5678, sandbox: 8040 };

/** The port asked for, or the preferred one if it is free, or any. @throws UsageError when it is taken or no port */
async function choose(name: string, wanted: string | undefined, preferred: number): Promise<number> {
	if (wanted === undefined) return await freePort(preferred);
	const port = Number(wanted);
	if (!Number.isInteger(port) || port < 1 || port > 65_535) {
		throw new UsageError(`--${name} ${wanted} is not a valid port: choose a number from 1 to 65535.`);
	}
	if (!(await isFree(port))) {
		throw new UsageError(
			`Port ${wanted} is already in use: choose another with --${name}, or omit --${name} to use a free one.`,
		);
	}
	return port;
}

/**
 * The ports to listen on: those asked for with `--<name>-port`, else the preferred ones where they are free, else any
 * free ones (so for a preferred port of 0).
 *
 * @param command how the program is called, for its usage
 * @throws UsageError for a port that is taken or none, and for an unknown argument
 */
export async function readPortsOf<Name extends string>(
	command: string,
	preferred: Record<Name, number>,
	args: string[],
): Promise<Record<Name, number>> {
	const names = Object.keys(preferred) as Name[];
	const options = Object.fromEntries(names.map((name) => [`${name}-port`, { type: 'string' as const }]));
	let values: Record<string, string | undefined>;
	try {
		({ values } = parseArgs({ args, options }));
	} catch {
		throw new UsageError(`Usage: ${command} -- ${names.map((name) => `[--${name}-port N]`).join(' ')}`);
	}
	const chosen = { ...preferred };
	for (const name of names) {
		const option = `${name}-port`;
		chosen[name] = await choose(option, values[option], preferred[name]);
		const same = names.find(
			(other) => other !== name && values[`${other}-port`] !== undefined && chosen[other] === chosen[name],
		);
		if (same) throw new UsageError(`--${same}-port and --${option} must be two different ports.`);
	}
	return chosen;
}

/** The ports of `npm start`. */
export async function readPorts(args: string[]): Promise<Ports> {
	return await readPortsOf('npm start', PREFERRED, args);
}
