import { randomBytes } from 'node:crypto';

import { waitUntil } from '../scripts/n8n/waitUntil';
import { startGithubStub, type GithubStub } from './githubStub';
import { startLoadProcess } from './loadProcess';
import { ENGINES, connectJelou, say, withStage, type BenchStage } from './stage';
import { GITHUB, triggerFlows, visibleCheck } from './triggerFlows';
import {
	COUNT_RUNS,
	KINDS,
	activate,
	deliveriesOf,
	measureAll,
	messages,
	post,
	type Active,
} from './triggerMeasure';
import { writeTriggerReport, type EngineResult } from './triggerReport';
import { measureVerification } from './verification';

/** Sees, untimed, that the check by hand lets the genuine through and refuses the forged. */
async function checkByHand(stage: BenchStage, secret: string): Promise<void> {
	const active = await activate(stage, visibleCheck(secret), () => deliveriesOf(secret));
	const ended = async () =>
		(await stage.client.executions(active.workflowId))
			.map(({ status }) => String(status))
			.sort()
			.join();
	await waitUntil('the genuine run', async () => (await ended()) === 'success');
	await post(active, 'forged');
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
		all.push(await activate(stage, flow, () => deliveriesOf(secretOf())));
	}
	return all;
}

/** Compares the trigger with n8n's own, each alone in its workflow: the first round only warms up. */
export async function benchTriggers(rounds: number, seconds: number): Promise<void> {
	const verification = measureVerification(messages(), randomBytes(32).toString('hex'));
	const results: EngineResult[] = [];
	for (const { env, name } of ENGINES) {
		say(name);
		const github = await startGithubStub();
		const load = startLoadProcess();
		try {
			const series = await withStage({ ...env, ...COUNT_RUNS }, async (stage) =>
				measureAll(load, await activateAll(stage, github), KINDS, rounds, seconds),
			);
			results.push({ engine: name, series });
		} finally {
			await load.close();
			await github.close();
		}
	}
	writeTriggerReport(results, verification);
}
