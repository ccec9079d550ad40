import { readFileSync, readdirSync, writeFileSync } from 'node:fs';

import { say } from '../scripts/lifecycle';
import type { Result } from './report';

/** Linux counts processor time in hundredths of a second. */
const TICK_MS = 10;

/** A part of a round. */
interface Step {
	/** The name of its events in the tables; a step without a name only prepares the next one. */
	event?: string | undefined;
	events: number;
	/** Makes the events happen; resolves when n8n is done with all of them. */
	run: () => Promise<void>;
}

/** Takes turns with the other contenders. */
export interface Contender {
	flow: string;
	nodes: number;
	/** The IDs of the processes whose time is measured, by their kind. */
	processes: () => Record<string, number[]>;
	steps: Step[];
}

/** What an event cost in one round. */
type Use = Omit<Result, 'processorMs'> & { processorMs: Record<string, number> };

/** A process's `stat` fields after its name, which may contain anything; none for a process that has ended. */
function statOf(pid: number): string[] {
	try {
		return readFileSync(`/proc/${String(pid)}/stat`, 'utf8')
			.replace(/^.*\) /s, '')
			.split(' ');
	} catch {
		return [];
	}
}

/** Processor time of processes and their children so far, in milliseconds: PostgreSQL has a child per connection. */
function processorTime(pids: number[]): number {
	const all = readdirSync('/proc').map(Number).filter(Boolean);
	const children = all.filter((pid) => pids.includes(Number(statOf(pid)[1])));
	const ticks = [...pids, ...children].flatMap((pid) => statOf(pid).slice(11, 15).map(Number));
	return ticks.reduce((sum, each) => sum + each, 0) * TICK_MS;
}

/** A process's peak memory since the last call, in megabytes. */
function peakOf(pid: number): number {
	const status = readFileSync(`/proc/${String(pid)}/status`, 'utf8');
	// Resets the peak.
	writeFileSync(`/proc/${String(pid)}/clear_refs`, '5');
	return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) / 1024;
}

export function median(values: number[]): number {
	return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

const rounded = (value: number) => Number(value.toFixed(1));

async function measureStep(contender: Contender, { event = '', events, run }: Step): Promise<Use> {
	const groups = Object.entries(contender.processes());
	const peak = () => groups.flatMap(([, pids]) => pids.map(peakOf)).reduce((sum, each) => sum + each, 0);
	peak();
	const before = groups.map(([, pids]) => processorTime(pids));
	const started = performance.now();
	await run();
	const ms = (performance.now() - started) / events;
	const costs = groups.map(([name, pids], n) => [name, (processorTime(pids) - (before[n] ?? 0)) / events]);
	const { flow, nodes } = contender;
	return { flow, nodes, event, ms, peakMb: peak(), processorMs: Object.fromEntries(costs) };
}

/** Combines all rounds into one result. */
function resultOf(event: Use, uses: Use[]): Result {
	const processorMs = Object.keys(event.processorMs).map((name) => {
		const all = uses.map((use) => use.processorMs[name] ?? Number.NaN);
		const [least, most] = [Math.min(...all), Math.max(...all)].map(rounded);
		return [name, { median: rounded(median(all)), least, most }];
	});
	const ms = rounded(median(uses.map((use) => use.ms)));
	const peakMb = Math.round(Math.max(...uses.map((use) => use.peakMb)));
	return { ...event, ms, peakMb, processorMs: Object.fromEntries(processorMs) };
}

/**
 * Measures what events cost: every contender in turn, so that whatever else the machine does affects them alike. The first
 * round only warms up.
 */
export async function measure(contenders: Contender[], rounds: number): Promise<Result[]> {
	const measured = new Map<string, Use[]>();
	for (let round = 0; round <= rounds; round++) {
		// The order alternates, so that no contender always follows the same one.
		for (const contender of round % 2 === 0 ? contenders : contenders.toReversed()) {
			for (const step of contender.steps) {
				const use = await measureStep(contender, step);
				if (step.event === undefined) continue;
				const key = `${step.event}, ${contender.flow}`;
				const costs = Object.entries(use.processorMs).map(([name, ms]) => `${ms.toFixed(1)} ms of ${name}`);
				const rate = `${(1_000 / use.ms).toFixed(1)}/s${round === 0 ? ' (warm-up)' : ''}`;
				say(`  ${key}: ${costs.join(', ')}; ${rate}`);
				measured.set(key, [...(measured.get(key) ?? []), ...(round > 0 ? [use] : [])]);
			}
		}
	}
	return [...measured.values()].flatMap((uses) => uses.slice(0, 1).map((event) => resultOf(event, uses)));
}
