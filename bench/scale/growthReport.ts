import { join } from 'node:path';

import { coresOf, sum } from './estimate';
import type { BatchResult, WorkflowsResult } from './parts';
import { writePlot } from './plots';
import type { QueueResult } from './queue';
import type { SoakResult } from './soak';
import { FOLDER, footer, table, writeScaleTable } from './tables';

export function reportSoak(result: SoakResult): void {
	const { errors, fullRate, minutes, rate, residentMb, round, samples, slopes, warmUpMinutes } = result;
	writePlot(join(FOLDER, 'soak.svg'), {
		title: `Memory over ${String(minutes)} min at ${String(rate)} deliveries per second`,
		subtitle: `70 % of the ${String(fullRate)} per second measured before; garbage is collected before each reading`,
		x: 'minutes',
		y: 'memory in use, MB',
		series: Object.keys(slopes).map((name) => ({
			name,
			data: samples.map((each): [number, number] => [each.minute, each.memoryMb[name] ?? 0]),
		})),
	});
	const warm = samples.find(({ minute }) => minute >= warmUpMinutes)?.memoryMb ?? {};
	const last = samples.at(-1)?.memoryMb ?? {};
	const megabytes = (value: number | undefined) => `${String(Math.round(value ?? 0))} MB`;
	const rows = Object.entries(slopes).map(([name, value]) => [
		name,
		megabytes(warm[name]),
		megabytes(last[name]),
		`${value.toFixed(2)} MB`,
		megabytes(residentMb[name]),
	]);
	const head = ['process', 'in use, warm', 'in use at the end', 'growth a minute', 'with garbage'];
	const text = `${String(round.deliveries)} deliveries, ${String(errors)} errors; p99 ${String(round.p99Ms)} ms. Growth is the slope of the line that fits best after a warm-up of ${String(warmUpMinutes)} minutes. ${footer()}`;
	writeScaleTable('scale soak', `${table(head, rows)}\n\n${text}`);
}

export function reportQueue(results: QueueResult[]): void {
	writePlot(join(FOLDER, 'queue.svg'), {
		title: 'A full queue, emptied',
		subtitle: 'nothing is delivered meanwhile',
		x: 'workers',
		y: 'runs per second',
		categories: results.map(({ workers }) => String(workers)),
		series: [{ name: 'runs per second', kind: 'bar', data: results.map(({ perSecond }) => perSecond) }],
	});
	const rows = results.map((result) => [
		result.workers,
		result.perSecond.toFixed(1),
		coresOf(result, /^worker/).toFixed(2),
		coresOf(result, /^(PostgreSQL|Redis)/).toFixed(2),
		sum(result.cores).toFixed(2),
	]);
	const head = ['workers', 'runs per second', 'cores: workers', 'PostgreSQL and Redis', 'cores busy'];
	writeScaleTable('scale queue', `${table(head, rows)}\n\nMedians; ${footer()}`);
}

export function reportBatch(results: BatchResult[]): void {
	writePlot(join(FOLDER, 'batch.svg'), {
		title: 'One run that sends many messages',
		subtitle: 'both axes logarithmic: a straight line is a cost that grows in proportion',
		x: 'messages in the run',
		y: 'seconds',
		isLogarithmic: true,
		series: [{ name: 'seconds', data: results.map(({ messages, seconds }) => [messages, seconds]) }],
	});
	const rows = results.map(({ memoryBeforeMb, messages, peakMemoryMb, seconds }) => [
		messages,
		`${seconds.toFixed(1)} s`,
		`${((seconds * 1_000) / messages).toFixed(2)} ms`,
		`${String(peakMemoryMb - memoryBeforeMb)} MB`,
		`${String(peakMemoryMb)} MB`,
	]);
	const head = ['messages', 'one run', 'one message', 'more memory', 'peak memory of the worker'];
	writeScaleTable(
		'scale batch',
		`${table(head, rows)}\n\nAll to one room, so one after the other. ${footer()}`,
	);
}

export function reportWorkflows(results: WorkflowsResult[]): void {
	writePlot(join(FOLDER, 'workflows.svg'), {
		title: 'Active workflows, each on a project of its own',
		subtitle: '1 webhook process, 2 workers, written to in turn',
		x: 'active workflows',
		y: 'deliveries per second',
		categories: results.map(({ workflows }) => String(workflows)),
		series: [{ name: 'deliveries per second', kind: 'bar', data: results.map(({ perSecond }) => perSecond) }],
	});
	const rows = results.map(({ memoryMb, p99Ms, perSecond, workflows }) => [
		workflows,
		perSecond.toFixed(1),
		`${String(p99Ms)} ms`,
		...['main', 'webhook-1', 'worker-1'].map((name) => `${String(memoryMb[name])} MB`),
	]);
	const head = ['active workflows', 'per second', 'p99', 'main', 'webhook process', 'a worker'];
	writeScaleTable('scale workflows', `${table(head, rows)}\n\nMedians; ${footer()}`);
}
