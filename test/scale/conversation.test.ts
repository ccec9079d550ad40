import { waitUntil } from '../../scripts/n8n/waitUntil';
import { IN_TURN } from '../../scripts/scale/haproxy';
import type { N8nProcess } from '../../scripts/scale/n8nProcess';
import { PAUSED, STARTED, handOver, roomOf } from '../server/support/rooms';
import { Bursts, type BurstOutcome } from './support/bursts';
import { Dialogues, openTyped, servedBy, type Outcome } from './support/dialogues';
import { startScaleStage, type ScaleStage } from './support/stage';

const DIALOGUES = Number(process.env.DIALOGUES ?? 20);

jest.setTimeout(600_000);

let stage: ScaleStage;
beforeAll(async () => {
	// Jelou waits 20 s; a busy machine may need longer, and how fast it is is not what is tested.
	stage = await startScaleStage({ webhooks: 2, deliveryTimeoutMs: 120_000 });
});
afterAll(async () => stage?.stop());

function say(what: string, outcome: Outcome | BurstOutcome): void {
	process.stdout.write(`${what}: ${JSON.stringify(outcome)}\n`);
}

const ALL_RIGHT: Outcome = {
	finished: DIALOGUES,
	finishedAfterRefusal: 0,
	refused: 0,
	failed: 0,
	lostSilently: 0,
	mixed: 0,
	runsTooMany: 0,
	runs: { success: DIALOGUES },
	errors: [],
};

function processNamed([name]: string[]): N8nProcess {
	const found = stage.cluster.webhooks.find((one) => one.name === name);
	if (found === undefined) throw new Error('No webhook process has served the address.');
	return found;
}

/** Ends a process in the middle of the dialogues, and starts it again as a container would be. */
async function talkWhileKilled(dialogues: Dialogues, find: () => Promise<N8nProcess>): Promise<Outcome> {
	const talking = dialogues.talkAll();
	await waitUntil(
		'half of the customers to be asked',
		() => Promise.resolve(dialogues.haveHeard(1) >= DIALOGUES / 2),
		120_000,
		20,
	);
	const found = await find();
	await found.kill();
	await found.start();
	return await talking;
}

/** The worker that runs most at this moment. */
async function busyWorker(): Promise<N8nProcess> {
	const times = (log: string, what: string) => log.split(`Worker ${what} execution`).length - 1;
	let busiest: { worker: N8nProcess; busy: number } | undefined;
	await waitUntil(
		'a worker to be in the middle of a run',
		() => {
			const all = stage.cluster.workers.map((worker) => {
				const log = worker.log();
				return { worker, busy: times(log, 'started') - times(log, 'finished') };
			});
			[busiest] = all.sort((a, b) => b.busy - a.busy);
			return Promise.resolve((busiest?.busy ?? 0) > 0);
		},
		60_000,
		20,
	);
	if (busiest === undefined) throw new Error('There is no worker.');
	return busiest.worker;
}

describe(`${String(DIALOGUES)} dialogues of two questions at once, with two webhook processes and two workers`, () => {
	test("are one run each, with each customer's own answers, and one process serves the address", async () => {
		const dialogues = await Dialogues.open(stage, DIALOGUES);
		const outcome = await dialogues.talkAll();
		say('nothing fails', outcome);
		expect(outcome).toEqual(ALL_RIGHT);
		expect(await dialogues.servedBy()).toHaveLength(1);
	});

	test('lose none silently when the webhook process that serves the address is killed', async () => {
		const dialogues = await Dialogues.open(stage, DIALOGUES);
		const serving = processNamed(await dialogues.servedBy());
		const outcome = await talkWhileKilled(dialogues, () => Promise.resolve(serving));
		say('the webhook process killed', outcome);
		expect(outcome).toMatchObject({ lostSilently: 0, mixed: 0 });
	});

	test('lose none silently when a worker is killed in the middle of a run', async () => {
		const dialogues = await Dialogues.open(stage, DIALOGUES);
		const outcome = await talkWhileKilled(dialogues, busyWorker);
		say('a worker killed', outcome);
		expect(outcome).toMatchObject({ lostSilently: 0, mixed: 0 });
	});

	// What a balancer costs that takes no notice of the address. It is written down, and differs from time to time.
	if (process.env.IN_TURN === '1') {
		test('are counted when deliveries go to the two webhook processes in turn', async () => {
			const { haproxy, webhooks } = stage.cluster;
			const ports = webhooks.map(({ port }) => port);
			await haproxy?.use(ports, IN_TURN);
			const dialogues = await Dialogues.open(stage, DIALOGUES);
			say('in turn', await dialogues.talkAll());
			expect(await dialogues.servedBy()).toHaveLength(2);
			await haproxy?.use(ports);
		});
	}
});

// All of their messages can be held at once: the trigger holds 50.
const ROOMS = 15;

describe(`${String(ROOMS)} rooms of three short messages, combined at 2 s`, () => {
	const NOTHING_LOST = { rooms: ROOMS, lostSilently: 0, twice: 0, ranAlthoughRefused: 0 };
	const ALL_TAKEN = { ...NOTHING_LOST, messagesByStatus: { 200: 3 * ROOMS } };

	test('are one run each, with all of its messages', async () => {
		const bursts = await Bursts.open(stage, ROOMS);
		const outcome = await bursts.writeAll();
		say('combined', outcome);
		expect(outcome).toEqual({ ...ALL_TAKEN, roomsByRuns: { 1: ROOMS } });
		expect(await bursts.servedBy()).toHaveLength(1);
	});

	test('are in several runs when deliveries go to the two webhook processes in turn, and none is lost', async () => {
		const { haproxy, webhooks } = stage.cluster;
		const ports = webhooks.map(({ port }) => port);
		await haproxy?.use(ports, IN_TURN);
		try {
			const bursts = await Bursts.open(stage, ROOMS);
			const outcome = await bursts.writeAll();
			say('combined, in turn', outcome);
			expect(outcome).toMatchObject(ALL_TAKEN);
			expect(outcome.roomsByRuns[1] ?? 0).toBeLessThan(ROOMS);
			expect(await bursts.servedBy()).toHaveLength(2);
		} finally {
			await haproxy?.use(ports);
		}
	});

	test('have failed or are in a run when the webhook process that holds them is killed; repeated, all are', async () => {
		const bursts = await Bursts.open(stage, ROOMS);
		const holding = processNamed(await bursts.servedBy());
		const outcome = await bursts.writeAll(async () => {
			await holding.kill();
			await holding.start();
		});
		say('combined, the webhook process killed', outcome);
		expect(outcome).toMatchObject({ lostSilently: 0, twice: 0 });
		const { 200: taken = 0, 503: unavailable = 0, 502: cut = 0, none = 0 } = outcome.messagesByStatus;
		expect(taken).toBeGreaterThan(0);
		expect(unavailable + cut + none).toBe(3 * ROOMS - taken);
		expect(taken).toBeLessThan(3 * ROOMS);
		expect(await bursts.repeatRefused()).toEqual([]);
	});
});

describe('a conversation that a person has, paused by a worker', () => {
	test('starts nothing on either webhook process, and is given back on both', async () => {
		const dialogue = await openTyped(stage, [], { change: handOver });
		const usual = processNamed(await servedBy(stage, dialogue));
		/** Writes until there is an answer: while the balancer finds out who is there, it is a 503. */
		const write = async () => {
			let answer = await dialogue.writes('user-0', 'hola');
			await waitUntil(
				'a delivery to be taken',
				async () =>
					answer.status === 200 || (answer = await dialogue.writes('user-0', 'hola')).status === 200,
				60_000,
			);
			return answer;
		};
		const runs = async () => stage.client.executionCount(dialogue.workflowId);
		const finished = async (count: number) =>
			waitUntil(`${String(count)} finished runs`, async () => (await runs()) === count, 60_000);
		/** What the trigger says on the process that serves the address, on the other, and on the first again. */
		const answers = async () => {
			const usually = await write();
			await usual.kill();
			const otherwise = await write();
			expect(await servedBy(stage, dialogue)).not.toContain(usual.name);
			await usual.start();
			await waitUntil('the usual process to serve again', async () =>
				(await servedBy(stage, dialogue)).includes(usual.name),
			);
			return [usually, otherwise, await write()].map(({ answer }) => answer);
		};
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
	});
});
