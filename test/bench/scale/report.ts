import { join } from 'node:path';

import { environment, saveResults } from '../report';
import { coresOf, reportEstimate, sum } from './estimate';
import type { BatchResult, WorkersResult, WorkflowsResult } from './parts';
import { writePlot } from './plots';
import type { SoakResult } from './soak';
import { FOLDER, footer, table, writeScaleTable } from './tables';

interface Results {
	workers: WorkersResult[];
	soak: SoakResult;
	batch: BatchResult[];
	workflows: WorkflowsResult[];
}

const titleOf = ({ webhooks, workers }: WorkersResult) => `${String(workers)} w., ${String(webhooks)} wh.`;

function reportWorkers(results: WorkersResult[]): void {
	const sizes = [...new Set(results.map(({ workers }) => workers))];
	const kinds = [...new Set(results.map(({ webhooks }) => webhooks))];
	writePlot(join(FOLDER, 'workers.svg'), {
		title: 'Deliveries received, run and replied to',
		x: 'workers',
		y: 'deliveries per second',
		categories: sizes.map(String),
		series: kinds.map((webhooks) => ({
			name: `${String(webhooks)} webhook process${webhooks === 1 ? '' : 'es'}`,
			kind: 'bar',
			data: sizes.map(
				(size) => results.find((each) => each.workers === size && each.webhooks === webhooks)?.perSecond ?? 0,
			),
		})),
	});
	const names = [...new Set(results.flatMap(({ cores }) => Object.keys(cores)))];
	writePlot(join(FOLDER, 'cores.svg'), {
		title: 'Where the processor time goes',
		subtitle: `of ${String(environment().cores)} cores; w. = workers, wh. = webhook processes`,
		x: 'processes',
		y: 'cores kept busy',
		categories: results.map(titleOf),
		series: names.map((name) => ({
			name,
			kind: 'bar',
			stack: 'cores',
			data: results.map(({ cores }) => cores[name] ?? 0),
		})),
	});
	const rows = results.map((result) => [
		result.webhooks,
		result.workers,
		result.perSecond.toFixed(1),
		result.answeredPerSecond.toFixed(1),
		`${String(result.p50Ms)} ms`,
		`${String(result.p99Ms)} ms`,
		...[/^main/, /^webhook/, /^worker/, /^(PostgreSQL|Redis)/, /^sandbox/].map((start) =>
			coresOf(result, start).toFixed(2),
		),
		sum(result.cores).toFixed(2),
	]);
	const head = ['webhook processes', 'workers', 'per second', 'answered per second', 'p50', 'p99'];
	const cores = ['main', 'webhooks', 'workers', 'PostgreSQL, Redis', 'sandbox, client', 'cores busy'];
	writeScaleTable('scale workers', `${table([...head, ...cores], rows)}\n\nMedians; ${footer()}`);
}

function reportSoak({
	errors,
	fullRate,
	minutes,
	rate,
	round,
	samples,
	slopes,
	warmUpMinutes,
}: SoakResult): void {
	writePlot(join(FOLDER, 'soak.svg'), {
		title: `Memory during ${String(minutes)} minutes at ${String(rate)} deliveries per second`,
		subtitle: `70 % of the ${String(fullRate)} per second measured before`,
		x: 'minutes',
		y: 'memory in use, MB',
		series: Object.keys(slopes).map((name) => ({
			name,
			data: samples.map((each): [number, number] => [each.minute, each.memoryMb[name] ?? 0]),
		})),
	});
	const last = samples.at(-1)?.memoryMb ?? {};
	const rows = Object.entries(slopes).map(([name, value]) => [
		name,
		`${String(last[name])} MB`,
		value.toFixed(2),
	]);
	const text = `${String(round.deliveries)} deliveries, ${String(errors)} errors. The slope is of the line that fits best after a warm-up of ${String(warmUpMinutes)} minutes. ${footer()}`;
	writeScaleTable('scale soak', `${table(['process', 'at the end', 'MB a minute'], rows)}\n\n${text}`);
}

function reportBatch(results: BatchResult[]): void {
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

function reportWorkflows(results: WorkflowsResult[]): void {
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

/** Writes results to `docs/scale/benchmark.json`, their plots, and their tables into `docs/scale.md`. */
export function saveScale({ batch, soak, workers, workflows }: Partial<Results>): void {
	const parts = Object.entries({ batch, soak, workers, workflows }).filter(([, part]) => part !== undefined);
	const saved = parts.map(([name, results]) => [name, { ...environment(), results }]);
	saveResults(Object.fromEntries(saved), join(FOLDER, 'benchmark.json'));
	if (workers) {
		reportWorkers(workers);
		reportEstimate(workers);
	}
	if (soak) reportSoak(soak);
	if (batch) reportBatch(batch);
	if (workflows) reportWorkflows(workflows);
}
