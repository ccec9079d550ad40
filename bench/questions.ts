import { randomUUID } from 'node:crypto';
import { basename } from 'node:path';

import type { IDataObject } from 'n8n-workflow';

import { isObject } from '../nodes/Jelou/shared/json';
import { integrationKey } from '../nodes/Jelou/shared/registration';
import type { Step } from '../nodes/Jelou/shared/triggerNote';
import { RoomStore } from '../nodes/Jelou/trigger/rooms/roomStore';
import { activate, contender, type Active, type Line } from './customers';
import { jelouFlow, type Target } from './flows';
import { measure, type Contender } from './measure';
import type { Result } from './report';
import { withEachEngine, withStage, type BenchStage } from './stage';

/** How many questions are open, and whether each has choices that no other has. */
interface Open {
	/** At most as many as fit. */
	count: number;
	ownChoices?: true;
}

const OPEN: Open[] = [
	{ count: 0 },
	{ count: 100 },
	{ count: 1_000 },
	{ count: 5_000 },
	{ count: 5_000, ownChoices: true },
];
const CHOICES = 20;
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

function expectation(n: number, ownChoices = false): Step {
	const nameOf = (choice: number) =>
		`Pedido ${String(n * CHOICES + choice)}, del 3 de mayo, por 128.400 pesos, para la sucursal del centro`;
	const choices = Array.from({ length: CHOICES }, (_, choice) => nameOf(choice));
	const always = { name: '', text: '', invalidMessage: '¿Perdón?', maxAttempts: 3, exitWords: [] };
	return ownChoices ? { ...always, type: 'choice', choices } : { ...always, type: 'any', choices: [] };
}

/** A store with questions in rooms that nobody writes to, and how many of them fit. */
function storeWith(project: string, projectId: string, { count, ownChoices }: Open) {
	const store = new RoomStore(project);
	const askedAt = Date.now();
	const always = { botId: 'demo-bot', projectId, askedAt, until: askedAt + DAY_MS };
	for (let n = 0; n < count; n++) {
		const runId = String(1_000_000 + n);
		// As long as n8n's: the node's ID, and a SHA-256.
		const resumePath = `/webhook-waiting/${runId}/${randomUUID()}?signature=${'0'.repeat(64)}`;
		const ids = { id: randomUUID(), roomId: randomUUID(), userId: `waiting-user-${String(n)}`, runId };
		const question = {
			...always,
			...ids,
			resumePath,
			title: 'x'.repeat(80),
			steps: [expectation(n, ownChoices)],
		};
		if (store.add(question, 'open') === undefined) return { store, count: n };
	}
	return { store, count };
}

/** How many fit at most, in a project whose ID is longer than any here. */
const mostOf = (open: Open): number => storeWith('', 'a'.repeat(40), open).count;

/** Opens all questions at once: a note for each would take minutes. */
async function openQuestions({ project, stage, workflowId }: Active, open: Open): Promise<void> {
	const baseUrls = { gateway: stage.sandbox.gatewayUrl, chatbot: stage.sandbox.chatbotUrl };
	const { count, store } = storeWith(integrationKey({ baseUrls, projectId: project.id }), project.id, open);
	const { staticData } = await stage.client.workflow(workflowId);
	const global: IDataObject = isObject(staticData) && isObject(staticData.global) ? staticData.global : {};
	store.save(global);
	// n8n's API does not accept static data.
	const update = stage.database?.prepare('update workflow_entity set staticData = ? where id = ?');
	update?.run(JSON.stringify({ global }), workflowId);
	const saved = JSON.stringify((await stage.client.workflow(workflowId)).staticData);
	if (saved.split('webhook-waiting').length - 1 !== count) throw new Error('The questions were not stored.');
}

async function contendersOf(stage: BenchStage, open: Open): Promise<Contender[]> {
	const most = mostOf(open);
	const name = open.ownChoices
		? `${String(most)}, each with ${String(CHOICES)} choices of its own`
		: String(most);
	const path = `${String(most)}${open.ownChoices ? '-own' : ''}`;
	const trigger = (target: Target) => jelouFlow(target, {}, {}, { name });
	const alone = await activate(stage, `none-${path}`, CUSTOMERS, trigger);
	const Ask = { operation: 'sendAndWait', message: QUESTION };
	const dialogue = (target: Target) => jelouFlow(target, { Ask }, {}, { name });
	const asking = await activate(stage, `ask-${path}`, ASKED, dialogue);
	await openQuestions(alone, { ...open, count: most });
	// Leaves room for the questions asked during the measurement.
	const limit = mostOf({ ...open, count: Infinity });
	await openQuestions(asking, { ...open, count: Math.min(most, limit - ASKED) });
	return [contender(alone, MESSAGE), contender(asking, DIALOGUE)];
}

/**
 * Measures what a delivery costs while questions are open in other rooms.
 *
 * @param previous the tarball of an earlier version to compare with, which runs in an n8n of its own
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
