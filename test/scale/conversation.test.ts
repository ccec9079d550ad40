import { waitUntil } from '../../scripts/n8n/waitUntil';
import { IN_TURN } from '../../scripts/scale/haproxy';
import type { N8nProcess } from '../../scripts/scale/n8nProcess';
import { Dialogues, type Outcome } from './support/dialogues';
import { startScaleStage, type ScaleStage } from './support/stage';

const DIALOGUES = Number(process.env.DIALOGUES ?? 20);

jest.setTimeout(600_000);

let stage: ScaleStage;
beforeAll(async () => {
	// Jelou waits 20 s; a busy machine may need longer, and how fast it is is not what is tested.
	stage = await startScaleStage({ webhooks: 2, deliveryTimeoutMs: 120_000 });
});
afterAll(async () => stage?.stop());

function say(what: string, outcome: Outcome): void {
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
		const [name] = await dialogues.servedBy();
		const serving = stage.cluster.webhooks.find((one) => one.name === name);
		if (serving === undefined) throw new Error('No webhook process has served the address.');
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
