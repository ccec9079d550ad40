import { setTimeout as sleep } from 'node:timers/promises';

import type { Json } from '../../scripts/json';
import { waitUntil } from '../../scripts/n8n/waitUntil';
import { openDialogue, type Dialogue } from './support/dialogue';
import {
	COMBINED,
	PAUSED,
	STARTED,
	handOver,
	onlyListens,
	roomOf,
	startedWith,
	textIn,
	textsOf,
} from './support/rooms';
import { startStage, type Stage } from './support/stage';

let stage: Stage;
beforeAll(async () => {
	stage = await startStage();
});
afterAll(async () => stage?.stop());

const listens = async (options: Json, users: number) =>
	openDialogue(stage, [], { users, trigger: { options }, change: onlyListens });
const started = async (dialogue: Dialogue) => startedWith(stage, dialogue);
const runCount = async (dialogue: Dialogue, count: number) =>
	waitUntil(`${String(count)} runs`, async () => (await dialogue.runs()).length === count);

test('three messages in a row are one run with all of them, and the next is another', async () => {
	const dialogue = await listens({ combineMessages: 2 }, 1);
	// The first message opens the conversation, whose event comes before it.
	const deliveries = ['hola', 'soy Ana', '¿llegó mi pedido?'].map(async (text) =>
		dialogue.writes('user-0', text),
	);
	const outcomes = await Promise.all(deliveries);
	expect(outcomes.filter(({ answer }) => answer === STARTED.answer)).toHaveLength(1);
	expect(outcomes.filter(({ answer }) => answer === COMBINED.answer)).toHaveLength(2);
	expect(await dialogue.writes('user-0', 'gracias')).toMatchObject(STARTED);
	await runCount(dialogue, 2);
	const runs = await started(dialogue);
	expect(runs.map(textsOf).map((texts) => texts.sort())).toEqual([
		['hola', 'soy Ana', '¿llegó mi pedido?'],
		['gracias'],
	]);
	expect(runs[0]).toMatchObject({ event: 'message', chatInput: expect.stringContaining('soy Ana') });
});

/** A conversation that a person already has before n8n ends. */
let handed: Dialogue;
const handedRuns = async (count: number) =>
	waitUntil(
		`${String(count)} finished runs`,
		async () => (await stage.client.executionCount(handed.workflowId, ['success'])) === count,
	);

test('a conversation that a person has starts nothing', async () => {
	handed = await openDialogue(stage, [], { change: handOver });
	expect(await handed.writes('user-0', 'persona')).toMatchObject(STARTED);
	await handed.hears('user-0', 1);
	await handedRuns(1);
	expect(await handed.writes('user-0', 'hola')).toMatchObject(PAUSED);
});

describe.each(['stop', 'kill'] as const)('when n8n ends (%s) while deliveries are held', (how) => {
	const USERS = 20;

	test('the conversation that a person has still starts nothing; each held delivery has failed, or its message is in a run; repeated, each is in one', async () => {
		const dialogue = await listens({ combineMessages: 10 }, USERS);
		/** Half of the customers write, and every second one writes twice. */
		const write = (from: number) =>
			Array.from({ length: USERS / 2 }, (_, n) =>
				(n % 2 === 0 ? ['a', 'b'] : ['a']).map(async (text) =>
					dialogue.writes(`user-${String(from + n)}`, text + String(from + n)),
				),
			).flat();
		const first = write(0);
		// A run under way when n8n is killed is for n8n to report.
		await waitUntil(
			'the runs of the first half',
			async () => (await stage.client.executionCount(dialogue.workflowId, ['success'])) === USERS / 2,
		);
		const deliveries = [...first, ...write(USERS / 2)];
		await sleep(1_000);
		await stage.restart(how);
		const outcomes = await Promise.all(deliveries);
		await Promise.all([handed.listens(), dialogue.listens()]);
		expect(await handed.writes('user-0', 'hola')).toMatchObject(PAUSED);
		const saved = (await started(dialogue)).flatMap(textsOf);
		const taken = outcomes.filter(({ status }) => status === 200).map(textIn);
		const failed = outcomes.filter(({ status }) => status !== 200);
		process.stdout.write(
			`${how}: ${String(outcomes.length)} deliveries, ${String(taken.length)} taken, ${String(failed.length)} failed, ${String(saved.length)} messages in runs\n`,
		);
		expect(failed.length).toBeGreaterThan(0);
		expect(taken.filter((text) => !saved.includes(text))).toEqual([]);
		expect(new Set(saved).size).toBe(saved.length);

		const again = await Promise.all(
			failed.map(async ({ rawBody, signature }) =>
				stage.sandbox.deliver(dialogue.projectId, { body: rawBody, signature }),
			),
		);
		expect(again.map(({ status }) => status)).toEqual(failed.map(() => 200));
		await waitUntil('the repeated messages to be in runs', async () => {
			const texts = new Set((await started(dialogue)).flatMap(textsOf));
			return outcomes.every((outcome) => texts.has(textIn(outcome)));
		});
	});
});

test('a conversation that a person had starts runs again when it is given back', async () => {
	expect(await handed.writes('user-1', 'hola')).toMatchObject(STARTED);
	await handedRuns(2);
	expect(await handed.writes('user-2', `back ${roomOf(stage, handed, 'user-0')}`)).toMatchObject(STARTED);
	await handedRuns(3);
	expect(await handed.writes('user-0', 'hola')).toMatchObject(STARTED);
	await handedRuns(4);
	expect(await handed.runs()).toHaveLength(4);
});
