import { join } from 'node:path';

import { environment, saveResults } from '../report';
import { coresOf, reportEstimate, sum } from './estimate';
import type { ExpressionsResult } from './expressions';
import type { BatchResult, WorkersResult, WorkflowsResult } from './parts';
import { reportBatch, reportQueue, reportSoak, reportWorkflows } from './growthReport';
import { writePlot } from './plots';
import type { QueueResult } from './queue';
import type { SettingsResult } from './settings';
import type { SoakResult } from './soak';
import { FOLDER, footer, table, writeScaleTable } from './tables';

interface Results {
	settings: SettingsResult[];
	expressions: ExpressionsResult[];
	workers: WorkersResult[];
	queue: QueueResult[];
	soak: SoakResult;
	batch: BatchResult[];
	workflows: WorkflowsResult[];
}

/** Processes of a kind, by how their names begin. */
const KINDS = {
	main: /^main/,
	'webhook processes': /^webhook/,
	workers: /^worker/,
	'PostgreSQL, Redis, HAProxy': /^(PostgreSQL|Redis|HAProxy)/,
	'sandbox and client': /^sandbox/,
};

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
	writePlot(join(FOLDER, 'cores.svg'), {
		title: 'Where the processor time goes',
		subtitle: `of ${String(environment().cores)} cores; w. = workers, wh. = webhook processes`,
		x: 'processes',
		y: 'cores kept busy',
		categories: results.map(titleOf),
		series: Object.entries(KINDS).map(([name, start]) => ({
			name,
			kind: 'bar',
			stack: 'cores',
			data: results.map((result) => Number(coresOf(result, start).toFixed(3))),
		})),
	});
	const rows = results.map((result) => [
		result.webhooks,
		result.workers,
		result.perSecond.toFixed(1),
		result.answeredPerSecond.toFixed(1),
		`${String(result.p50Ms)} ms`,
		`${String(result.p99Ms)} ms`,
		...Object.values(KINDS).map((start) => coresOf(result, start).toFixed(2)),
		sum(result.cores).toFixed(2),
	]);
	const head = ['webhook processes', 'workers', 'per second', 'answered per second', 'p50', 'p99'];
	const cores = [...Object.keys(KINDS), 'cores busy'];
	writeScaleTable('scale workers', `${table([...head, ...cores], rows)}\n\nMedians; ${footer()}`);
}

function reportSettings(results: SettingsResult[]): void {
	const rows = results.map(({ answeredPerSecond, p99Ms, perSecond, setting }) => [
		setting,
		perSecond.toFixed(1),
		answeredPerSecond.toFixed(1),
		`${String(p99Ms)} ms`,
	]);
	const head = ['1 webhook process, 1 worker', 'per second', 'answered per second', 'p99'];
	writeScaleTable('scale settings', `${table(head, rows)}\n\n${footer()}`);
}

function reportExpressions(results: ExpressionsResult[]): void {
	const rows = results.map((result) => [
		result.reply,
		result.perSecond.toFixed(1),
		`${((coresOf(result, KINDS.workers) * 1_000) / result.perSecond).toFixed(0)} ms`,
	]);
	const head = ['text and message ID of the reply', 'per second', 'processor time of the worker, each run'];
	writeScaleTable('scale expressions', `${table(head, rows)}\n\n1 webhook process, 1 worker. ${footer()}`);
}

/** Writes results to `docs/scale/benchmark.json`, their plots, and their tables into `docs/scale.md`. */
export function saveScale(results: Partial<Results>): void {
	const { batch, expressions, queue, settings, soak, workers, workflows } = results;
	const parts = Object.entries(results);
	const saved = parts.map(([name, part]) => [name, { ...environment(), results: part }]);
	saveResults(Object.fromEntries(saved), join(FOLDER, 'benchmark.json'));
	if (settings) reportSettings(settings);
	if (expressions) reportExpressions(expressions);
	if (workers) {
		reportWorkers(workers);
		reportEstimate(workers);
	}
	if (queue) reportQueue(queue);
	if (soak) reportSoak(soak);
	if (batch) reportBatch(batch);
	if (workflows) reportWorkflows(workflows);
}
