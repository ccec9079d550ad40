import { table } from '../scripts/markdown';
import { BY_HAND, JELOU } from './flows';
import { EVENTS } from './questions';
import type { Part, Report, Result } from './report';
import { DEFAULTS, LAZY } from './stage';

/** A document, by its path from the project's root, a marker in it, and the table to put there. */
type Block = [page: string, marker: string, text: string];

const BENCHMARKS = 'docs/benchmark.md';
const ENGINES = [DEFAULTS, LAZY];

const costOf = (result?: Result) => result?.processorMs.n8n?.median ?? Number.NaN;
const short = (ms = Number.NaN) => ms.toFixed(ms < 20 ? 1 : 0);
const seconds = ({ ms }: Result) => `${(ms / 1_000).toFixed(1)} s`;
const unique = <Value>(values: Value[]) => [...new Set(values)];

/** Milliseconds per event: the median, and the least and the most of all rounds. */
function spread(result?: Result): string {
	const { least, median, most } = result?.processorMs.n8n ?? {};
	return median === undefined ? '' : `${short(median)} ms (${short(least)}–${short(most)})`;
}

function find(results: Result[], event: string, flow: string, engine: string): Result | undefined {
	return results.find((each) => each.event === event && each.flow === flow && each.engine === engine);
}

/** A table, and where and how its figures were measured. */
function measured(parts: Part[], head: string[], rows: Array<Array<string | number>>): string {
	const all = (of: (part: Part) => unknown) => unique(parts.map((part) => String(of(part)))).join(', ');
	const where = `n8n ${all(({ n8n }) => n8n)} on ${all(({ cores }) => cores)} cores`;
	const footer = `Medians of ${all(({ rounds }) => rounds)} rounds, ${where}, ${all(({ date }) => date)}.`;
	return `${table(head, rows)}\n\n${footer}`;
}

function costTable(parts: Part[]): string {
	const rows = parts.flatMap(({ results }) => {
		const flows = results.filter(({ engine }) => engine === DEFAULTS);
		return flows.map(({ event, flow, nodes }, index) => {
			const cells = ENGINES.flatMap((engine) => {
				const [result, byHand] = [flow, BY_HAND].map((each) => find(results, event, each, engine));
				return [spread(result), (costOf(result) / costOf(byHand)).toFixed(2)];
			});
			return [index === 0 ? event : '', flow, nodes, ...cells];
		});
	});
	return measured(parts, ['', 'built with', 'nodes', DEFAULTS, '× by hand', LAZY, '× by hand'], rows);
}

function actionsTable(part: Part): string {
	const rows = part.results.map((result, index) => {
		const { event, flow, overtaking = 0, peakMb } = result;
		return [index % 2 === 0 ? event : '', flow, seconds(result), overtaking, `${String(peakMb)} MB`];
	});
	return measured([part], ['', 'built with', 'time', 'messages that overtake', 'peak memory'], rows);
}

function questionsTable(part: Part): string {
	const kinds = EVENTS.flatMap((event) => ENGINES.map((engine) => ({ event, engine })));
	const rows = unique(part.results.map(({ flow }) => flow)).map((flow) => [
		flow,
		...kinds.map(({ engine, event }) => spread(find(part.results, event, flow, engine))),
	]);
	return measured([part], ['open', ...kinds.map(({ engine, event }) => `${event}, ${engine}`)], rows);
}

function queueTable(part: Part): string {
	const rows = part.results.map(({ flow, ms, processorMs }) => {
		const costs = Object.values(processorMs).map(({ median }) => `${median.toFixed(1)} ms`);
		return [flow, (1_000 / ms).toFixed(1), ...costs];
	});
	const head = ['workers', 'per second', ...Object.keys(part.results[0]?.processorMs ?? {})];
	const note =
		'The last three columns are the processor time of a message with its reply; the database includes Redis.';
	return `<!-- prettier-ignore -->\n${measured([part], head, rows)} ${note}`;
}

/** The main figures at a glance. */
function summary(parts: Part[], { results }: Part): string {
	const columns = ENGINES.flatMap((engine) => [JELOU, BY_HAND].map((flow) => ({ engine, flow })));
	const costs = parts.map((part) => {
		const event = part.results[0]?.event ?? '';
		const cells = columns.map(({ engine, flow }) => costOf(find(part.results, event, flow, engine)));
		return [event, ...cells.map((ms) => `${short(ms)} ms`)];
	});
	const batches = unique(results.map(({ event }) => event)).map((event) => {
		const times = results.filter((each) => each.event === event).map(seconds);
		return [`${event}: time until done`, ...times, '', ''];
	});
	return table(['', ...columns.map(({ engine, flow }) => `${flow}, ${engine}`)], [...costs, ...batches]);
}

/** Every table of measurements in the documents. */
export function blocks({
	actions,
	combined,
	delivery,
	dialogue,
	questions,
	reply,
	...rest
}: Report): Block[] {
	const costs = [delivery, reply, dialogue, combined];
	return [
		[BENCHMARKS, 'benchmark cost', costTable(costs)],
		[BENCHMARKS, 'benchmark actions', actionsTable(actions)],
		[BENCHMARKS, 'benchmark questions', questionsTable(questions)],
		[BENCHMARKS, 'measured', summary(costs, actions)],
		['docs/scale.md', 'scale rate', queueTable(rest['queue-mode'])],
	];
}
