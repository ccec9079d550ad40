import { parseArgs } from 'node:util';

import { freePort, isFree } from '../n8n/ports';

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
		const wanted = values[option];
		const port = wanted === undefined ? await freePort(preferred[name]) : Number(wanted);
		if (!Number.isInteger(port) || port < 1 || port > 65_535)
			throw new Error(`--${option} ${String(wanted)} is not a valid port: choose a number from 1 to 65535.`);
		if (wanted !== undefined && !(await isFree(port)))
			throw new Error(
				`Port ${wanted} is already in use: choose another with --${option}, or omit --${option} to use a free one.`,
			);
		chosen[name] = port;
	}
	if (new Set(Object.values(chosen)).size < names.length)
		throw new Error(`Each port must be a different one: ${Object.values(chosen).join(', ')}.`);
	return chosen;
}
