import { parseArgs } from 'node:util';

import { freePort, isFree } from '../n8n/ports';

/** The port asked for, or the preferred one if it is free, or any. */
async function choose(option: string, wanted: string | undefined, preferred: number): Promise<number> {
	if (wanted === undefined) return await freePort(preferred);
	const port = Number(wanted);
	if (!Number.isInteger(port) || port < 1 || port > 65_535) {
		throw new Error(`--${option} ${wanted} is not a valid port: choose a number from 1 to 65535.`);
	}
	if (await isFree(port)) return port;
	throw new Error(
		`Port ${wanted} is already in use: choose another with --${option}, or omit --${option} to use a free one.`,
	);
}

/**
 * The ports to listen on: those asked for with `--<name>-port`, else the preferred ones where they are free, else any
 * free ones (so for a preferred port of 0).
 *
 * @param command how the program is called, for its usage
 * @throws Error in one sentence for a port that is taken or none, and for an unknown argument
 */
export async function readPorts<Name extends string>(
	command: string,
	preferred: Record<Name, number>,
): Promise<Record<Name, number>> {
	const names = Object.keys(preferred) as Name[];
	const options = Object.fromEntries(names.map((name) => [`${name}-port`, { type: 'string' as const }]));
	let values: Record<string, string | undefined>;
	try {
		({ values } = parseArgs({ options }));
	} catch {
		throw new Error(`Usage: ${command} -- ${names.map((name) => `[--${name}-port N]`).join(' ')}`);
	}
	const chosen = { ...preferred };
	for (const name of names) {
		const option = `${name}-port`;
		chosen[name] = await choose(option, values[option], preferred[name]);
	}
	if (new Set(Object.values(chosen)).size < names.length)
		throw new Error(`Each port must be a different one: ${Object.values(chosen).join(', ')}.`);
	return chosen;
}
