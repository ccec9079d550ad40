import { setTimeout as sleep } from 'node:timers/promises';

import { waitUntil } from '../../scripts/n8n/waitUntil';
import { IN_TURN } from '../../scripts/scale/haproxy';
import { LAST, NOTHING_HIDDEN, Talk, fiveQuestions, withCustomers } from '../server/support/fiveQuestions';
import { PAUSED, STARTED, handOver, roomOf } from '../server/support/rooms';
import { Conversations } from './faults/conversations';
import { FaultBench } from './faults/rows';
import { SHORT } from './faults/sizes';
import { openScaled, servedBy, servingOf } from './support/addresses';
import { startScaleStage, type ScaleStage } from './support/stage';

const FIVE_QUESTIONS = 20;
/** Long enough that the process that was killed is back before the last answers. */
const THINKING_MS = 3_000;

let stage: ScaleStage;
let bench: FaultBench;
beforeAll(async () => {
	stage = await startScaleStage({ webhooks: 2 });
	bench = new FaultBench(stage, SHORT);
});
afterAll(async () => stage?.stop());

/** Where the package itself has something to lose; in the other rows it is n8n, and `FAULTS=all` runs these too. */
const EVERY_TIME = [
	'the webhook process killed',
	'Redis away',
	'Jelou answers 500',
	'Jelou sends half a body',
	'n8n restarted',
	'dialogues, messages held',
	'dialogues, questions open',
	'dialogues, n8n restarted',
	'dialogues, questions in one node, the webhook process killed',
	'dialogues, a question that waits its turn, n8n restarted',
	'desk, a webhook process killed',
];
// The rows by name, so that one can be run alone; the bench is created later.
const named = new FaultBench({} as ScaleStage, SHORT);
const isRun = (name: string) => process.env.FAULTS === 'all' || EVERY_TIME.includes(name);
const ROWS = named
	.rows()
	.map(([name]) => name)
	.filter(isRun);
const DESK_ROWS = named
	.deskRows()
	.map(([name]) => name)
	.filter(isRun);

const KILLED = 'a worker killed in mid-batch';

test('what runs every time is among the rows', () => {
	expect([...ROWS, ...DESK_ROWS]).toEqual(expect.arrayContaining(EVERY_TIME));
});

test.each(ROWS)(
	'%s: nothing is lost silently, nothing forged runs, and no answer goes astray',
	async (name) => {
		const [, run] = bench.rows().find(([each]) => each === name) ?? [];
		const row = await run?.();
		process.stdout.write(`${JSON.stringify(row)}\n`);
		const { dialogues } = row ?? {};
		expect(row).toMatchObject({
			lostSilently: 0,
			forgedRuns: 0,
			retriedWell: row?.retried,
			unreplied: dialogues?.failed ?? 0,
		});
		expect(row?.forged).toBeGreaterThan(0);
		if (name.startsWith('the clock')) expect(row).toMatchObject({ accepted: 0, refused: row?.events });
		// What n8n itself loses: the input of a run on a killed worker, of runs that it asks a Redis about that is still
		// loading, and of runs that a worker cannot read from the database, also because it is stopping and has closed its
		// connections. All of them fail, visibly.
		const isClosed = /n8n restarted/.test(name) && row?.errors.includes('Connection terminated') === true;
		if (!/a worker killed|Redis|dialogues, PostgreSQL/.test(name))
			expect(row?.withoutInput).toBeLessThanOrEqual((isClosed && row.runs.error) || 0);
		// Chance decides whether n8n first considers the run lost or gives it to the other worker.
		if (name === KILLED) expect((row?.withoutInput ?? 0) + (row?.retried ?? 0)).toBe(1);
		if (dialogues) expect(dialogues.crossed).toBe(0);
		const right = { finished: SHORT.customers, failed: 0, askedTwice: 0, runsTooMany: 0 };
		if (name === 'dialogues, nothing fails') expect(dialogues).toMatchObject({ ...right, repeated: 0 });
		if (name === 'dialogues, questions open') expect(dialogues).toMatchObject(right);
		// Shows that it held some.
		if (name === 'dialogues, messages held') expect(dialogues?.repeated).toBeGreaterThan(0);
	},
);

test.each(DESK_ROWS)('%s: nothing is lost silently, nothing is mixed up', async (name) => {
	const [, run] = bench.deskRows().find(([each]) => each === name) ?? [];
	const row = await run?.();
	process.stdout.write(`${JSON.stringify(row)}\n`);
	expect(row).toMatchObject({ lostSilently: 0, crossed: 0 });
	if (name === 'desk, nothing fails')
		expect(row).toMatchObject({ arrived: row?.written, twice: 0, failed: 0 });
});

test('by address one webhook process holds all messages of a room, which are one run; in turn none is lost', async () => {
	const { haproxy, webhooks } = stage.cluster;
	const ports = webhooks.map(({ port }) => port);
	const talk = async () => {
		const conversations = await Conversations.open(stage, 'combined', SHORT.customers);
		const serving = await servedBy(stage, conversations.dialogue.projectId);
		await conversations.take(0);
		const { lostSilently, runs } = await conversations.begun();
		return { serving: serving.length, lostSilently, runs: runs.waiting ?? 0 };
	};
	expect(await talk()).toEqual({ serving: 1, lostSilently: 0, runs: SHORT.customers });
	await haproxy?.use(ports, IN_TURN);
	try {
		// The number of runs is then a matter of chance.
		expect(await talk()).toMatchObject({ serving: 2, lostSilently: 0 });
	} finally {
		await haproxy?.use(ports);
	}
});

test('dialogues of five questions all finish when the webhook process that asks them is killed and comes back', async () => {
	const dialogue = await openScaled(stage, [fiveQuestions()], withCustomers(FIVE_QUESTIONS));
	const talk = new Talk(stage, dialogue, FIVE_QUESTIONS);
	const asking = await servingOf(stage, dialogue.projectId);
	await talk.begin(FIVE_QUESTIONS);
	const answering = talk.customers.map(async (one) => {
		for (let step = 1; step <= LAST; step++) {
			await sleep(THINKING_MS);
			await one.says(step);
		}
	});
	const isUnderWay = () => talk.heard > FIVE_QUESTIONS * 1.2;
	await waitUntil('the first answers', isUnderWay, 5);
	await asking.kill();
	await Promise.all([asking.start(), ...answering]);
	const counts = await talk.end();
	process.stdout.write(`${JSON.stringify(counts)}\n`);
	// An impatient n8n takes a run for lost that it is about to queue, and shows it as crashed.
	expect(counts).toMatchObject(NOTHING_HIDDEN);
	expect(counts.unfinished).toBeLessThanOrEqual(counts.crashed);
	expect(counts.refused).toBeGreaterThan(0);
});

test('a paused conversation starts nothing on either webhook process, and is given back on both', async () => {
	const dialogue = await openScaled(stage, [], { change: handOver });
	const all = stage.cluster.webhooks.map(({ port }) => port);
	const finished = async (count: number) => {
		const isSo = async () => (await stage.client.executionCount(dialogue.workflowId)) === count;
		await waitUntil(`${String(count)} finished runs`, isSo);
	};
	/** What one process says, what the other says, and the first again. */
	const answers = async () => {
		const said: Array<string | undefined> = [];
		for (const port of [...all, ...all.slice(0, 1)]) {
			await stage.cluster.haproxy?.use([port]);
			said.push((await dialogue.writes('user-0', 'hola')).answer);
		}
		return said;
	};
	try {
		await stage.cluster.haproxy?.use(all.slice(0, 1));
		expect(await dialogue.writes('user-0', 'persona')).toMatchObject(STARTED);
		await dialogue.hears('user-0', 1);
		await finished(1);
		expect(await answers()).toEqual(Array(3).fill(PAUSED.answer));
		expect(await dialogue.runs()).toHaveLength(1);
		expect(await dialogue.writes('user-1', 'hola')).toMatchObject(STARTED);
		await finished(2);

		const room = roomOf(stage, dialogue, 'user-0');
		expect(await dialogue.writes('user-2', `back ${room}`)).toMatchObject(STARTED);
		await finished(3);
		expect(await answers()).toEqual(Array(3).fill(STARTED.answer));
		await finished(6);
		expect(await dialogue.runs()).toHaveLength(6);
	} finally {
		await stage.cluster.haproxy?.use(all);
	}
});
