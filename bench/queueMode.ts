import { DEMO_PROJECT } from '../sandbox';
import { waitUntil } from '../scripts/n8n/waitUntil';
import { onEnd } from '../scripts/lifecycle';
import { integrationOf, startScaleStage, type ScaleStage } from '../test/scale/support/stage';
import { replyWorkflow } from '../test/scale/support/workflows';
import { MESSAGE_ID, type Delivery } from './delivery';
import { startLoadProcess, type LoadProcess } from './loadProcess';
import { median } from './measure';
import { environment, saveResults } from './report';
import { say } from './stage';
import { table, writeScaleTable } from './scaleTable';
import { HEADER } from './triggerFlows';
import { p99 } from './triggerReport';
import { processorTime } from './usage';

const WORKERS = [1, 2, 4];
const WARM_UP_SECONDS = 5;
const MOST = 1_000_000;

interface Round {
	perSecond: number;
	latencies: number[];
	/** Milliseconds of processor time that a delivery and its run cost, by the kind of process. */
	processorMs: Record<string, number>;
}

function deliveriesOf({ sandbox }: ScaleStage, secret: string): Delivery[] {
	const { store } = sandbox;
	const project = store.projects.get(DEMO_PROJECT.id);
	const [bot] = project?.bots ?? [];
	if (!project || !bot) throw new Error('The sandbox has no project or no bot.');
	return project.users.map((user) => {
		const room = store.roomOf(project, bot, user);
		const body = JSON.stringify({
			field: 'messages',
			object: 'message_event',
			event_type: 'message',
			timestamp: Date.now(),
			project_id: project.id,
			room_id: room.id,
			contact: { id: user.id, name: user.name },
			conversation: { id: store.openConversation(room).id },
			bot: { id: bot.id, name: bot.name },
			value: { id: MESSAGE_ID, type: 'text', content: { body: 'hola' } },
		});
		return { body, secret };
	});
}

/**
 * Sends deliveries as fast as they are answered, and waits until their runs are over.
 *
 * @throws Error when an answer is not 200, or a run does not succeed
 */
async function measureRound(
	{ cluster }: ScaleStage,
	load: LoadProcess,
	url: string,
	deliveries: Delivery[],
	seconds: number,
): Promise<Round> {
	const runsThat = async (are: string) => {
		const [[count] = []] = await cluster.postgres.query(
			`select count(*) from execution_entity where status in (${are})`,
		);
		return Number(count);
	};
	const pids = (name: RegExp) =>
		cluster
			.processes()
			.filter((each) => name.test(each.name))
			.map(({ pid }) => pid);
	const groups = {
		webhook: pids(/^webhook/),
		worker: pids(/^worker/),
		database: [cluster.postgres.service.pid, cluster.redis.pid],
	};
	const before = await runsThat("'success'");
	const timesBefore = processorTime(groups);
	const started = performance.now();
	const { latencies, statuses } = await load.fire({ url, header: HEADER, deliveries, seconds, most: MOST });
	if (Object.keys(statuses).some((status) => status !== '200'))
		throw new Error(`n8n answered deliveries with ${JSON.stringify(statuses)}.`);
	const isOver = async () => (await runsThat("'success'")) >= before + latencies.length;
	await waitUntil(`${String(latencies.length)} runs to end`, isOver, 300_000, 200);
	const ms = performance.now() - started;
	const times = Object.entries(processorTime(groups));
	const failed = await runsThat("'error', 'crashed'");
	if (failed > 0) throw new Error(`${String(failed)} runs failed.`);
	return {
		perSecond: (latencies.length * 1_000) / ms,
		latencies,
		processorMs: Object.fromEntries(
			times.map(([name, time]) => [name, ((time - (timesBefore[name] ?? 0)) * 1_000) / latencies.length]),
		),
	};
}

/** Deliveries per second in queue mode, received, run and replied to, with 1, 2 and 4 workers. */
export async function benchQueueMode(rounds: number, seconds: number): Promise<void> {
	const interrupting = new AbortController();
	const starting = startScaleStage({ signal: interrupting.signal });
	const load = startLoadProcess();
	// Also while it is still starting: then it ends by itself, and is waited for.
	const stop = async () => {
		await (await starting.catch(() => undefined))?.stop();
		await load.close();
	};
	const forget = onEnd(async () => {
		interrupting.abort();
		await stop();
	});
	const results = [];
	try {
		const stage = await starting;
		const credential = await stage.saveCredential('');
		const workflowId = await stage.client.createWorkflow(replyWorkflow('reply', credential));
		await stage.activate(workflowId);
		const { signingSecret = '', webhookUrl = '' } = integrationOf(stage.sandbox) ?? {};
		await stage.saveCredential(signingSecret);
		const deliveries = deliveriesOf(stage, signingSecret);
		for (const workers of WORKERS) {
			say(`Queue mode, ${String(workers)} workers`);
			await stage.cluster.resize(1, workers);
			const measured: Round[] = [];
			for (let round = 0; round <= rounds; round++) {
				const length = round === 0 ? WARM_UP_SECONDS : seconds;
				const result = await measureRound(stage, load, webhookUrl, deliveries, length);
				if (round > 0) measured.push(result);
				say(`  ${result.perSecond.toFixed(1)}/s${round === 0 ? ' (warm-up)' : ''}`);
			}
			const cost = (name: string) =>
				Number(median(measured.map(({ processorMs }) => processorMs[name] ?? 0)).toFixed(1));
			results.push({
				workers,
				perSecond: Number(median(measured.map(({ perSecond }) => perSecond)).toFixed(1)),
				p99Ms: Math.round(p99(measured.flatMap(({ latencies }) => latencies))),
				processorMs: { webhook: cost('webhook'), worker: cost('worker'), database: cost('database') },
			});
		}
	} finally {
		await stop();
		forget();
	}
	const where = environment();
	saveResults({ queueMode: { ...where, rounds, results } });
	const head = ['workers', 'per second', 'p99', 'webhook process', 'worker', 'PostgreSQL and Redis'];
	const rows = results.map(({ p99Ms, perSecond, processorMs: { database, webhook, worker }, workers }) => [
		workers,
		perSecond.toFixed(1),
		`${String(p99Ms)} ms`,
		...[webhook, worker, database].map((ms) => `${ms.toFixed(1)} ms`),
	]);
	const footer = `The last three columns are the processor time of one delivery with its reply. One webhook process; n8n ${where.n8n} with everything on one machine with ${String(where.cores)} cores, ${where.date}.`;
	writeScaleTable('scale rate', `${table(head, rows)}\n\n${footer}`);
}
