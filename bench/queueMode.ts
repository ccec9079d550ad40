import { ends, onEnd, say } from '../scripts/lifecycle';
import { startScaleStage } from '../test/scale/support/stage';
import { activate, contender } from './customers';
import { jelouFlow, type Target } from './flows';
import { measure } from './measure';
import type { Result } from './report';

const WORKERS = [1, 2, 4];
const CUSTOMERS = 80;
const AT_ONCE = 16;
const EVENT = { event: 'a message with its reply', texts: ['hola'], reply: 're: hola', ended: 1 };

/** Measures what a message with its reply costs in queue mode, and how many a second are possible, by workers. */
export async function benchQueueMode(rounds: number): Promise<Result[]> {
	const starting = startScaleStage({ signal: ends, isPatient: true });
	// Works while the stage is still starting, too: it then ends by itself, and this waits for it.
	const stop = async () => (await starting.catch(() => undefined))?.stop();
	const forget = onEnd(stop);
	try {
		const { client, cluster, sandbox } = await starting;
		const all = () => cluster.processes();
		const pids = (kind: string) => all().flatMap(({ name, pid }) => (name.startsWith(kind) ? [pid] : []));
		const database = [cluster.postgres.service.pid, cluster.redis.pid];
		const processes = () => ({ webhook: pids('webhook'), worker: pids('worker'), database });
		const runs = async (workflowId: string, status: string) => {
			const runsThat = `execution_entity where "workflowId" = '${workflowId}' and status = '${status}'`;
			const [[count] = []] = await cluster.postgres.query(`select count(*) from ${runsThat}`);
			return Number(count);
		};
		const stage = { n8n: cluster.main, client, sandbox, runs };
		const Reply = { text: "={{ 're: ' + $json.value.content.body }}" };
		const build = (target: Target) => jelouFlow(target, { Reply });
		const active = await activate(stage, 'bench-queue-mode', CUSTOMERS, build);
		const results: Result[] = [];
		for (const workers of WORKERS) {
			say(`Queue mode, workers: ${String(workers)}`);
			await cluster.resize(1, workers);
			const each = { ...contender(active, [EVENT], AT_ONCE), processes, flow: String(workers) };
			results.push(...(await measure([each], rounds)));
		}
		return results;
	} finally {
		await stop();
		forget();
	}
}
