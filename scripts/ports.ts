import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { parseArgs } from 'node:util';

export const LOOPBACK = '127.0.0.1';

/**
 * Where to look for free ports: below those that systems give to outgoing connections, which could take a port after it
 * was found free and before it is used.
 */
const RANGE = { from: 20_000, to: 32_000 };
const TRIES = 1_000;
const given = new Set<number>();

/** The preferred port of the loopback address if it is free, else any free one that was not given before. */
export async function freePort(preferred = 0): Promise<number> {
	if (preferred !== 0 && (await isFree(preferred))) return preferred;
	for (let tries = 0; tries < TRIES; tries++) {
		const port = randomInt(RANGE.from, RANGE.to);
		if (given.has(port)) continue;
		given.add(port);
		if (await isFree(port)) return port;
	}
	throw new Error('There is no free port on 127.0.0.1.');
}

/** Whether nobody listens on this port of the loopback address. */
export function isFree(port: number): Promise<boolean> {
	return new Promise((resolve) => {
		const server = createServer();
		server.once('error', () => resolve(false));
		server.listen(port, LOOPBACK, () => server.close(() => resolve(true)));
	});
}

/**
 * The ports to listen on: those asked for with `--<name>-port`, else the preferred ones where they are free, else any
 * free ones (as for a preferred port of 0).
 *
 * @param command how the program is called, for its usage
 * @throws Error in one sentence for a port that is taken or invalid, and for an unknown argument
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
