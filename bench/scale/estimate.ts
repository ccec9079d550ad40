import type { WorkersResult } from './parts';
import { table, writeScaleTable } from './tables';

/** Adds up what the parts used. */
export const sum = (values: Record<string, number>) =>
	Object.values(values).reduce((total, value) => total + value, 0);

/** What a process may be used to in the long run, so that a peak does not make a queue. */
const USED = 0.7;
const EVENTS_PER_CONVERSATION = 6;
const CONVERSATIONS = [1, 100, 10_000];

/** Cores that the processes whose names begin so kept busy. */
export const coresOf = ({ cores }: Pick<WorkersResult, 'cores'>, start: RegExp) =>
	sum(Object.fromEntries(Object.entries(cores).filter(([name]) => start.test(name))));

/** How many processes and cores it takes to serve so many conversations a minute. Arithmetic, from one result. */
export function reportEstimate(results: WorkersResult[]): void {
	const from = results.find(({ webhooks, workers }) => webhooks === 1 && workers === 2);
	if (from === undefined) return;
	const cost = (start: RegExp) => coresOf(from, start) / from.perSecond;
	const [webhook, worker, database] = [cost(/^webhook/), cost(/^worker/), cost(/^(PostgreSQL|Redis)/)];
	const rows = CONVERSATIONS.map((conversations) => {
		const rate = (conversations * EVENTS_PER_CONVERSATION) / 60;
		// One process of n8n uses one core.
		const processes = (seconds: number) => Math.ceil((rate * seconds) / USED);
		return [
			conversations.toLocaleString('en'),
			rate.toFixed(1),
			processes(webhook),
			processes(worker),
			((rate * database) / USED).toFixed(1),
			((rate * (webhook + worker + database)) / USED).toFixed(1),
			((rate * 86_400) / 1e6).toFixed(2),
		];
	});
	const head = ['conversations a minute', 'events a second', 'webhook processes', 'workers'];
	const more = ['cores for PostgreSQL and Redis', 'cores in all', 'million runs a day'];
	const ms = (seconds: number) => (seconds * 1_000).toFixed(1);
	const text = `Measured: a delivery with its reply costs ${ms(webhook)} ms of a core in the webhook process, ${ms(worker)} ms in a worker and ${ms(database)} ms in PostgreSQL and Redis (1 webhook process, 2 workers). Assumed: ${String(EVENTS_PER_CONVERSATION)} events with a reply each in a conversation, evenly over the minute, and processes used to ${String(USED * 100)} %. The rest is arithmetic: events a second × milliseconds ÷ ${String(USED)}. Nothing beyond one machine was tried.`;
	writeScaleTable('scale estimate', `${table([...head, ...more], rows)}\n\n${text}`);
}
