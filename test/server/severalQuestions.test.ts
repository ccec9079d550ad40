import type { Json } from '../../scripts/json';
import { waitUntil } from '../../scripts/n8n/waitUntil';
import { openDialogue } from './support/dialogue';
import { LAST, RIGHT, Talk, fiveQuestions, withCustomers, type Customer } from './support/fiveQuestions';
import { inParts } from './support/inParts';
import { startStage, type Stage } from './support/stage';

/** One shows that it works; more (`KILLS=10`) show how often a question is asked twice. */
const KILLS = Number(process.env.KILLS ?? 1);
/** A short form; the full size (`DIALOGUES=300`) takes some minutes. */
const MANY = Number(process.env.DIALOGUES ?? 30);
/** As many deliveries as a gateway has in flight. */
const AT_ONCE = 16;
/** Nobody was asked twice, since nothing was cut off. */
const ALL_RIGHT = { ...RIGHT, refused: 0, askedTwice: 0 };

let stage: Stage;
beforeAll(async () => {
	stage = await startStage();
});
afterAll(async () => stage?.stop());

/** All have the first question, and their runs wait. */
async function begin(users: number, options: Json = {}): Promise<Talk> {
	const dialogue = await openDialogue(stage, [fiveQuestions(options)], withCustomers(users));
	const talk = new Talk(stage, dialogue, users);
	await talk.begin(AT_ONCE);
	return talk;
}

test('continue where they were when n8n is restarted after each answer', async () => {
	const talk = await begin(5);
	for (let step = 1; step <= LAST; step++) {
		await Promise.all(talk.customers.map(async (one) => one.says(step)));
		if (step === LAST) break;
		await stage.restart('stop');
		await talk.dialogue.listens();
	}
	expect(await talk.end()).toMatchObject(ALL_RIGHT);
});

test.each(Array.from({ length: KILLS }, (_, n) => n + 1))(
	'all finish when n8n is killed halfway through (%i)',
	async () => {
		const talk = await begin(20);
		const { customers, dialogue } = talk;
		let restart = Promise.resolve();
		const isUp = async () => restart;
		const answering = customers.map(async (one) => {
			for (let step = 1; step < LAST; step++) await one.says(step, isUp);
		});
		const inTheMiddle = () => talk.heard > customers.length * 2;
		await waitUntil('the middle', inTheMiddle, 5);
		restart = stage.restart('kill').then(async () => dialogue.listens());
		await Promise.all([restart, ...answering]);
		await Promise.all(customers.map(async (one) => one.says(LAST)));
		const counts = await talk.end();
		process.stdout.write(`killed: ${JSON.stringify(counts)}\n`);
		expect(counts).toMatchObject(RIGHT);
		expect(counts.refused).toBeGreaterThan(0);
	},
);

describe('while the time of a dialogue runs out,', () => {
	let late: Talk;
	beforeAll(async () => {
		const values = { limitType: 'afterTimeInterval', resumeAmount: 1, resumeUnit: 'minutes' };
		late = await begin(1, { limitWaitTime: { values } });
		for (const step of [1, 2]) await late.customers[0]?.says(step);
	});
	afterAll(() => stage.sandbox.setFaults({}));

	test('a question that Jelou refuses is asked when the answer before it is delivered again', async () => {
		const talk = await begin(1);
		const [one] = talk.customers as [Customer];
		await one.says(1);
		const naming = `"${talk.dialogue.projectId}"`;
		stage.sandbox.setFaults({ path: 'chatbot', naming, respond: { status: 422 }, times: 1 });
		const refused = await one.writes(2);
		expect(refused.status).toBe(503);
		expect(await one.repeats(refused)).toMatchObject({ status: 200 });
		for (let step = 3; step <= LAST; step++) await one.says(step);
		expect(await talk.end()).toMatchObject(ALL_RIGHT);
	});

	test(`${String(MANY)} others at once are one run each, with each customer's own answers`, async () => {
		const talk = await begin(MANY);
		for (let step = 1; step <= LAST; step++) {
			await inParts(talk.customers, AT_ONCE, async (one) => one.says(step));
		}
		// A busy machine may take longer than Jelou waits for a response.
		expect(await talk.end()).toMatchObject(RIGHT);
	});

	test('its run continues with its input and the answers so far, and the next message starts the workflow', async () => {
		const { dialogue } = late;
		const [one] = late.customers as [Customer];
		const given: unknown = JSON.parse((await dialogue.hears(one.userId, 4)) ?? '');
		const answers = { name: expect.any(String) as string, topic: expect.any(String) as string };
		expect(given).toEqual({ text: 'hola', answers });
		await late.allAre('success');
		expect(one.heard.slice(0, 3)).toEqual(one.expected.slice(0, 3));
		await one.says(0);
		expect(await dialogue.hears(one.userId, 5)).toBe(one.expected[0]);
	});
});
