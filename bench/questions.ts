import { randomUUID } from 'node:crypto';
import { basename } from 'node:path';

import { writeNote } from '../nodes/Jelou/shared/roomNote';
import { DEMO_PROJECT } from '../sandbox';
import { isRecord } from '../scripts/json';
import { startLoadProcess, type LoadProcess } from './loadProcess';
import { writeQuestionReport, type QuestionResult } from './questionReport';
import { ENGINES, connectJelou, say, withStage, type BenchStage } from './stage';
import { HEADER, jelouFlow } from './triggerFlows';
import { COUNT_RUNS, activate, deliveriesOf, measureAll, type Active } from './triggerMeasure';

const OPEN = [0, 100, 1_000];
/** So few at once that a note is not too old when it arrives. */
const NOTES = 100;
const DAY_MS = 24 * 60 * 60 * 1_000;

async function activateTrigger(
	stage: BenchStage,
	name: string,
	id: string,
): Promise<{ active: Active; secret: string }> {
	const project = { ...DEMO_PROJECT, id, apiKey: `key-${id}` };
	await stage.sandbox.openRooms(1, project);
	const { id: credential, secret } = await connectJelou(stage, project);
	const flow = jelouFlow(name, id, credential);
	return { active: await activate(stage, flow, () => deliveriesOf(secret)), secret };
}

/** Opens questions in rooms that nobody writes to, as the node does it: with notes to the trigger. */
async function openQuestions(
	load: LoadProcess,
	{ flow, stage, workflowId }: Active,
	secret: string,
	count: number,
): Promise<void> {
	const { client, n8n } = stage;
	const settings = await client.call('GET', '/settings');
	const instanceId = isRecord(settings) ? String(settings.instanceId) : '';
	const ids = Array.from({ length: count }, () => randomUUID());
	const note = (id: string, n: number, now = Date.now()) =>
		writeNote({
			note: 'ask',
			instanceId,
			sentAt: now,
			question: {
				id,
				roomId: `waiting-room-${String(n)}`,
				userId: `waiting-user-${String(n)}`,
				botId: 'bot',
				projectId: DEMO_PROJECT.id,
				resumeUrl: `${n8n.url}/webhook-waiting/${String(n)}/node?signature=${randomUUID()}`,
				askedAt: now,
				until: now + DAY_MS,
				expects: { type: 'any', choices: [], invalidMessage: 'Por favor, responde.', maxAttempts: 3 },
			},
		});
	for (let from = 0; from < count; from += NOTES) {
		const { statuses } = await load.fire({
			url: `${n8n.url}/webhook/${flow.path}`,
			header: HEADER,
			deliveries: ids
				.slice(from, from + NOTES)
				.map((id, n) => ({ body: JSON.stringify(note(id, from + n)), secret })),
			seconds: 60,
			most: NOTES,
		});
		if (statuses['200'] !== NOTES) throw new Error(`The notes were answered ${JSON.stringify(statuses)}.`);
	}
	const stored = JSON.stringify((await client.workflow(workflowId)).staticData ?? {});
	const missing = ids.filter((id) => !stored.includes(id));
	if (missing.length > 0) throw new Error(`${String(missing.length)} questions were not stored.`);
}

async function measure(
	stage: BenchStage,
	previous: { stage: BenchStage; version: string } | undefined,
	rounds: number,
	seconds: number,
): Promise<QuestionResult['series']> {
	const load = startLoadProcess();
	try {
		const opened: Active[] = [];
		for (const count of OPEN) {
			const name = `${String(count)} open`;
			const { active, secret } = await activateTrigger(stage, name, `open-${String(count)}`);
			await openQuestions(load, active, secret, count);
			opened.push(active);
		}
		const base = previous && (await activateTrigger(previous.stage, previous.version, 'previous')).active;
		// Each next to what it is compared with, so that both n8n are as warm and the machine is as busy.
		const all = opened.flatMap((active) => [base ?? opened[0] ?? active, active]);
		return await measureAll(load, all, ['genuine'], rounds, seconds);
	} finally {
		await load.close();
	}
}

/**
 * Measures deliveries that answer no question while others wait for theirs.
 *
 * @param previous the tarball of an earlier version to compare with, in an n8n of its own
 */
export async function benchQuestions(rounds: number, seconds: number, previous?: string): Promise<void> {
	const results: QuestionResult[] = [];
	for (const engine of ENGINES) {
		const env = { ...engine.env, ...COUNT_RUNS };
		say(`Open questions, ${engine.name}`);
		const series = await withStage(env, async (stage) => {
			if (previous === undefined) return await measure(stage, undefined, rounds, seconds);
			const version = basename(previous, '.tgz').replace(/^.*-(?=\d)/, '');
			return await withStage(
				env,
				async (other) => measure(stage, { stage: other, version }, rounds, seconds),
				previous,
			);
		});
		results.push({ engine: engine.name, series });
	}
	writeQuestionReport(results);
}
