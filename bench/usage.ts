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

function memoryOf(pid: number): number {
	try {
		const status = readFileSync(`/proc/${String(pid)}/status`, 'utf8');
		return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
	} catch {
		return 0;
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

/** Megabytes that the processes of each group have in use, without their children. */
export function memory(groups: Groups): Record<string, number> {
	return Object.fromEntries(
		Object.entries(groups).map(([name, pids]) => [name, pids.reduce((sum, pid) => sum + memoryOf(pid), 0)]),
	);
}

/** How many cores each group kept busy between two readings so many seconds apart. */
export function coresBetween(before: Record<string, number>, after: Record<string, number>, seconds: number) {
	return Object.fromEntries(
		Object.entries(after).map(([name, value]) => [
			name,
			Number((Math.max(0, value - (before[name] ?? 0)) / seconds).toFixed(3)),
		]),
	);
}

/** The slope of the straight line that fits best (least squares), in units of y per unit of x. */
export function slope(points: Array<[x: number, y: number]>): number {
	const mean = (at: 0 | 1) => points.reduce((sum, point) => sum + point[at], 0) / points.length;
	const [x, y] = [mean(0), mean(1)];
	const above = points.reduce((sum, point) => sum + (point[0] - x) * (point[1] - y), 0);
	const below = points.reduce((sum, point) => sum + (point[0] - x) ** 2, 0);
	return above / below;
}
