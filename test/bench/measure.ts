import { readFileSync } from 'node:fs';

import { parse } from 'flatted';

import type { N8nClient } from '../../scripts/n8n/client';
import { waitUntil } from '../../scripts/n8n/waitUntil';
import type { SandboxProcess } from '../../scripts/sandboxProcess';
import type { Traffic } from '../../sandbox';
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

type Json = Record<string, unknown>;

function isRecord(value: unknown): value is Json {
	return typeof value === 'object' && value !== null;
}

/** The memory that a process has in use, in megabytes. */
function memoryOf(pid: number): number {
	const kilobytes = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${String(pid)}/status`, 'utf8'))?.[1];
	return Number(kilobytes) / 1024;
}

/** Adds up the times of the measured nodes. They run one after the other, each over all items. */
function timeOf(execution: Json, nodes: string[]): number {
	const data: unknown = typeof execution.data === 'string' ? parse(execution.data) : execution.data;
	const result = isRecord(data) && isRecord(data.resultData) ? data.resultData : {};
	const runData = isRecord(result.runData) ? result.runData : {};
	return nodes
		.map((name) => {
			const runs = runData[name];
			const first: unknown = Array.isArray(runs) ? runs[0] : undefined;
			if (!isRecord(first) || first.executionStatus !== 'success')
				throw new Error(`${name} did not succeed.`);
			return Number(first.executionTime);
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
