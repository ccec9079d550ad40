import { randomBytes } from 'node:crypto';

import { waitUntil } from '../scripts/n8n/waitUntil';
import { startGithubStub, type GithubStub } from './githubStub';
import { startLoadProcess, type LoadProcess } from './loadProcess';
import { connectJelou, say, withStage, type BenchStage } from './stage';
import { GITHUB, triggerFlows, visibleCheck } from './triggerFlows';
import {
	COUNT_RUNS,
	KINDS,
	activate,
	deliveriesOf,
	measureRound,
	post,
	type Active,
	type Round,
} from './triggerMeasure';
import { writeTriggerReport, type EngineResult } from './triggerReport';
import { measureVerification } from './verification';

const BODIES = 200;

const ENGINES: Array<{ name: string; env: Record<string, string> }> = [
	{ name: "n8n's defaults", env: {} },
	{ name: 'lazy acquisition', env: { N8N_EXPRESSION_ENGINE_LAZY_ACQUIRE: 'true' } },
];

/** Messages as Jelou sends them. */
function bodies(): string[] {
	return Array.from({ length: BODIES }, (_, n) =>
		JSON.stringify({
			field: 'messages',
			object: 'message_event',
			event_type: 'message',
			timestamp: Date.now(),
			project_id: 'demo-project',
			room_id: `room-${String(n % 50)}`,
			contact: { id: `user-${String(n % 50)}`, name: 'Ana Torres' },
			conversation: { id: `conversation-${String(n % 50)}` },
			bot: { id: 'bot', name: 'Soporte' },
			value: {
				id: `message-${String(n)}`,
				type: 'text',
				content: { body: `¿A qué hora abren? ${String(n)}` },
			},
		}),
	);
}

/** Sees, untimed, that the check by hand lets the genuine through and refuses the forged. */
async function checkByHand(stage: BenchStage, secret: string): Promise<void> {
	const active = await activate(stage, visibleCheck(secret), () => deliveriesOf(bodies(), secret));
	const ended = async () =>
		(await stage.client.executions(active.workflowId))
			.map(({ status }) => String(status))
			.sort()
			.join();
	await waitUntil('the genuine run', async () => (await ended()) === 'success');
	await post(stage, active, 'forged');
	await waitUntil('the forged run to be refused', async () => (await ended()) === 'error,success');
	await stage.client.deactivate(active.workflowId);
}

async function activateAll(stage: BenchStage, github: GithubStub): Promise<Active[]> {
	const { id: jelou, secret } = await connectJelou(stage);
	const githubApi = { server: github.url, user: 'bench', accessToken: 'bench' };
	const credentials = { jelou, github: await stage.client.saveCredential('github', 'githubApi', githubApi) };
	await checkByHand(stage, secret);
	const all: Active[] = [];
	for (const flow of triggerFlows(credentials, secret)) {
		const secretOf = () => (flow.name === GITHUB ? github.secret() : secret);
		all.push(await activate(stage, flow, () => deliveriesOf(bodies(), secretOf())));
	}
	return all;
}

/** Every flow in turn, genuine and forged, so that whatever else the machine does hits them alike. */
async function measureAll(
	stage: BenchStage,
	load: LoadProcess,
	all: Active[],
	rounds: number,
	seconds: number,
): Promise<EngineResult['series']> {
	const series = KINDS.flatMap((kind) =>
		all
			.filter(({ flow }) => flow.answers[kind] !== undefined)
			.map((active) => ({ active, kind, measured: [] as Round[] })),
	);
	for (let round = 0; round <= rounds; round++) {
		// There and back, so that none always follows the same one.
		for (const { active, kind, measured } of round % 2 === 0 ? series : series.toReversed()) {
			const result = await measureRound(stage, load, active, kind, seconds);
			if (round > 0) measured.push(result);
			const rates = `${result.perSecond.toFixed(1)}/s (answered: ${result.answeredPerSecond.toFixed(1)}/s)`;
			say(`  ${active.flow.name}, ${kind}: ${rates}${round === 0 ? ' (warm-up)' : ''}`);
		}
	}
	return series.map(({ active, kind, measured }) => ({ flow: active.flow.name, kind, rounds: measured }));
}

/** Compares the trigger with n8n's own, each alone in its workflow: the first round only warms up. */
export async function benchTriggers(rounds: number, seconds: number): Promise<void> {
	const verification = measureVerification(bodies(), randomBytes(32).toString('hex'));
	const results: EngineResult[] = [];
	for (const { env, name } of ENGINES) {
		say(name);
		const github = await startGithubStub();
		const load = startLoadProcess();
		try {
			const series = await withStage({ ...env, ...COUNT_RUNS }, async (stage) =>
				measureAll(stage, load, await activateAll(stage, github), rounds, seconds),
			);
			results.push({ engine: name, series });
		} finally {
			await load.close();
			await github.close();
		}
	}
	writeTriggerReport(results, verification);
}
