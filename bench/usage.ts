import { readFileSync, readdirSync } from 'node:fs';

/** Linux counts processor time in these. */
const TICKS_PER_SECOND = 100;

/** Some processes under one name. */
export type Groups = Record<string, number[]>;

interface Stat {
	parent: number;
	/** Seconds of processor time, of children that have ended too. */
	seconds: number;
}

function statOf(pid: number): Stat | undefined {
	try {
		// The name, in parentheses, may hold anything.
		const fields =
			readFileSync(`/proc/${String(pid)}/stat`, 'utf8')
				.split(') ')
				.at(-1)
				?.split(' ') ?? [];
		const ticks = [11, 12, 13, 14].reduce((sum, at) => sum + Number(fields[at]), 0);
		return { parent: Number(fields[1]), seconds: ticks / TICKS_PER_SECOND };
	} catch {
		// It has ended.
		return undefined;
	}
}

/** PostgreSQL serves each connection with a process of its own, and n8n runs code in one. */
function withChildren(pids: number[]): number[] {
	const all = readdirSync('/proc')
		.filter((name) => /^\d+$/.test(name))
		.map(Number);
	const children = all.filter((pid) => pids.includes(statOf(pid)?.parent ?? -1));
	return [...pids, ...children];
}

/** Seconds of processor time that each group has used so far. */
export function processorTime(groups: Groups): Record<string, number> {
	return Object.fromEntries(
		Object.entries(groups).map(([name, pids]) => [
			name,
			withChildren(pids).reduce((sum, pid) => sum + (statOf(pid)?.seconds ?? 0), 0),
		]),
	);
}
