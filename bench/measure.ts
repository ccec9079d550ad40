import { readFileSync } from 'node:fs';

import type { Json } from '../scripts/json';
import type { N8nClient } from '../scripts/n8n/client';
import { nodeRuns } from '../scripts/n8n/execution';
import { waitUntil } from '../scripts/n8n/waitUntil';
import type { SandboxProcess } from '../scripts/sandboxProcess';
import type { Traffic } from '../sandbox';
import type { Flow } from './flows';

export interface Stage {
	url: string;
	/** The process ID of n8n. */
	pid: number;
	client: N8nClient;
	sandbox: SandboxProcess;
}

/** One run of one flow. */
export interface Run {
	/** Time that n8n spent in the measured nodes, in milliseconds, as its execution says. */
	ms: number;
	/** The most memory that n8n had in use meanwhile, in megabytes. */
	peakMemory: number;
	traffic: Traffic;
}

/** The memory that a process has in use, in megabytes. */
function memoryOf(pid: number): number {
	const kilobytes = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${String(pid)}/status`, 'utf8'))?.[1];
	return Number(kilobytes) / 1024;
}

/** Adds up the times of the measured nodes. They run one after the other, each over all items. */
function timeOf(execution: Json, nodes: string[]): number {
	const runs = nodeRuns(execution);
	return nodes
		.map((name) => {
			const run = runs.get(name);
			if (run?.executionStatus !== 'success') throw new Error(`${name} did not succeed.`);
			return Number(run.executionTime);
		})
		.reduce((sum, ms) => sum + ms, 0);
}

/** Runs a flow over these items and measures it. */
export async function runOnce(
	{ client, pid, sandbox, url }: Stage,
	workflowId: string,
	{ measured, path }: Flow,
	items: unknown[],
): Promise<Run> {
	const before = (await client.executions(workflowId)).length;
	const since = await sandbox.mark();
	let peakMemory = memoryOf(pid);
	const watch = setInterval(() => (peakMemory = Math.max(peakMemory, memoryOf(pid))), 20);
	try {
		const response = await fetch(`${url}/webhook/${path}`, {
			method: 'POST',
			headers: { 'content-type': 'application/json' },
			body: JSON.stringify({ items }),
		});
		if (!response.ok) throw new Error(`n8n answered ${String(response.status)}: ${await response.text()}`);
	} finally {
		clearInterval(watch);
	}
	await waitUntil(
		'the execution to be saved',
		async () => (await client.executions(workflowId)).length > before,
	);
	const [latest] = await client.executions(workflowId);
	const execution = await client.execution(String(latest?.id));
	return { ms: timeOf(execution, measured), peakMemory, traffic: await sandbox.traffic(since) };
}

export function median(values: number[]): number {
	return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
