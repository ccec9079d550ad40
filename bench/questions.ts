import { randomUUID } from 'node:crypto';
import { basename } from 'node:path';

import type { IDataObject } from 'n8n-workflow';

import { MAX_ENTRIES, RoomRegister, storeRooms } from '../nodes/Jelou/trigger/rooms/register';
import { isObject } from '../nodes/Jelou/shared/json';
import { activate, contender, type Active, type Line } from './customers';
import { jelouFlow, TRIGGER, type Target } from './flows';
import { measure, type Contender } from './measure';
import type { Result } from './report';
import { withEachEngine, withStage, type BenchStage } from './stage';

const OPEN = [0, 100, 1_000, 5_000];
const CUSTOMERS = 20;
const ASKED = 10;
const DAY_MS = 24 * 60 * 60 * 1_000;
const QUESTION = '¿Cómo te llamas?';

const MESSAGE: Line[] = [{ event: 'answers no question', texts: ['hola'], ended: 1 }];
const DIALOGUE: Line[] = [
	{ event: 'is asked something', texts: ['hola'], reply: QUESTION, ended: 0, waits: true },
	{ event: 'answers', texts: ['Ana'], ended: 1 },
];

export const EVENTS = [...MESSAGE, ...DIALOGUE].map(({ event = '' }) => event);

/** Opens questions in rooms that nobody writes to, at once: a note for each would take minutes. */
async function openQuestions({ project, stage, workflowId }: Active, count: number): Promise<void> {
	const register = new RoomRegister();
	const askedAt = Date.now();
	const expects = { type: 'any' as const, choices: [], invalidMessage: '¿Perdón?', maxAttempts: 3 };
	const always = { botId: 'demo-bot', projectId: project.id, askedAt, until: askedAt + DAY_MS, expects };
	for (let n = 0; n < count; n++) {
		const resumeUrl = `${stage.n8n.url}/webhook-waiting/${String(n)}/node?signature=${randomUUID()}`;
		const ids = { id: randomUUID(), roomId: randomUUID(), userId: `waiting-user-${String(n)}` };
		register.questions.add({ ...always, ...ids, resumeUrl, attempts: 0 });
	}
	const { staticData } = await stage.client.workflow(workflowId);
	const global: IDataObject = isObject(staticData) && isObject(staticData.global) ? staticData.global : {};
	storeRooms(register, global, TRIGGER);
	// n8n's API takes no static data.
	const update = stage.database?.prepare('update workflow_entity set staticData = ? where id = ?');
	update?.run(JSON.stringify({ global }), workflowId);
	const saved = JSON.stringify((await stage.client.workflow(workflowId)).staticData);
	if (saved.split('webhook-waiting').length - 1 !== count) throw new Error('The questions were not stored.');
}

async function contendersOf(stage: BenchStage, open: number): Promise<Contender[]> {
	const name = String(open);
	const trigger = (target: Target) => jelouFlow(target, {}, {}, { name });
	const alone = await activate(stage, `none-${name}`, CUSTOMERS, trigger);
	const Ask = { operation: 'sendAndWait', message: QUESTION };
	const dialogue = (target: Target) => jelouFlow(target, { Ask }, {}, { name });
	const asking = await activate(stage, `ask-${name}`, ASKED, dialogue);
	await openQuestions(alone, open);
	// With those that are asked while it is measured, there are as many as there may be.
	await openQuestions(asking, Math.min(open, MAX_ENTRIES - ASKED));
	return [contender(alone, MESSAGE), contender(asking, DIALOGUE)];
}

/**
 * Measures what a delivery costs while questions are open in other rooms.
 *
 * @param previous the tarball of an earlier version to compare with, in an n8n of its own
 */
export async function benchQuestions(rounds: number, previous?: string): Promise<Result[]> {
	return await withEachEngine('Open questions', async (stage, env) => {
		const contenders: Contender[] = [];
		for (const open of OPEN) contenders.push(...(await contendersOf(stage, open)));
		if (previous === undefined) return await measure(contenders, rounds);
		const work = async (other: BenchStage) => {
			const name = basename(previous, '.tgz').replace(/^.*-(?=\d)/, '');
			const build = (target: Target) => jelouFlow(target, {}, {}, { name, version: 1 });
			const active = await activate(other, 'previous', CUSTOMERS, build);
			return await measure([contender(active, MESSAGE), ...contenders], rounds);
		};
		return await withStage(env, work, previous);
	});
}
