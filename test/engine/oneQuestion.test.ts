import type { IDataObject, INodeParameters } from 'n8n-workflow';

import type { Question } from '../../nodes/Jelou/shared/triggerNote';
import * as held from '../../nodes/Jelou/trigger/rooms/held';
import type { Sandbox } from '../../sandbox';
import { pass, passTime, passUntil, stopTime } from '../support/time';
import { ANSWERED, STARTED, RoomStage, status } from './support/roomStage';
import { BOT, PROJECT, USER, openRoom, sandboxWithIntegration } from './support/setup';
import { FAILED, RUNNING, UNAVAILABLE } from './support/waitingRuns';

/** A room has one open question: one that is being sent is not open yet, and one from another run waits its turn. */

let sandbox: Sandbox;
let secret: string;
let roomId: string;
let stage: RoomStage;

beforeAll(async () => {
	({ sandbox, secret } = await sandboxWithIntegration());
});
afterAll(async () => sandbox.close());
beforeEach(async () => {
	stopTime();
	({ roomId } = openRoom(sandbox));
	before = messages().length;
	await open();
});
afterEach(async () => {
	sandbox.setFaults({});
	// Waits in the background end with their room.
	await passTime(stage.closes());
	await pass(11_000);
	jest.useRealTimers();
	await stage.close();
});

async function open(options: INodeParameters = {}) {
	stage = await RoomStage.open({ sandbox, secret, roomId }, options);
}

/** n8n ends, and starts again with what it had stored by then. */
async function restarted(stored = stage.stored) {
	const { receiver, runs } = stage;
	await receiver.close();
	stage = await RoomStage.open({ sandbox, secret, roomId }, {}, ['*'], runs);
	stage.restore(stored);
}

const KEPT = status('kept');

const sent = async (question: Question) =>
	stage.deliver(stage.note({ note: 'sent', question, openedAt: Date.now() }));
const withdraws = async ({ id: questionId }: Question) =>
	stage.deliver(stage.note({ note: 'withdraw', roomId, questionId }));
const messages = () => (sandbox.store.messages.get(roomId) ?? []).filter(({ from }) => from === 'agent');
let before: number;
/** What the customer has read in this test. */
const read = () => messages().slice(before);

/** Waits until the trigger has begun this many deliveries, and a moment longer. */

async function arrived(deliveries: number): Promise<void> {
	while (stage.receiver.begun < deliveries) await new Promise(setImmediate);
	await pass(200);
}

/** Does something while a question is being sent. */
async function whilePending(): Promise<Question> {
	const question = stage.question('q', {}, { until: Date.now() + 120_000 });
	expect(await stage.tell(question)).toEqual(status('registered'));
	return question;
}

describe('while a question is being sent, a message', () => {
	test('is not its answer and starts nothing: it goes to the run with the answer', async () => {
		const question = await whilePending();
		const early = [stage.says('hola'), stage.says('y una cosa más')];
		await arrived(3);
		await sent(question);
		expect(await Promise.all(early)).toEqual([KEPT, KEPT]);
		expect(stage.receiver.runs).toEqual([]);
		expect(await stage.says('Ana')).toEqual(ANSWERED);
		expect(stage.answers()).toMatchObject([{ answered: true, answer: 'Ana' }]);
		const event = stage.runs.resumed[0]?.answer.event ?? {};
		expect(event).toMatchObject({
			chatInput: 'Ana',
			messagesBefore: [{ chatInput: 'hola' }, { chatInput: 'y una cosa más' }],
		});
	});

	test('is its answer when it came after Jelou had accepted the question, though the trigger was told later', async () => {
		const question = await whilePending();
		await pass(200);
		const openedAt = Date.now();
		await pass(100);
		const quick = stage.says('Ana');
		await arrived(2);
		await stage.deliver(stage.note({ note: 'sent', question, openedAt }));
		expect(await quick).toEqual(ANSWERED);
	});

	test('is its answer when sending takes so long that the customer may have the question', async () => {
		const question = await whilePending();
		const early = stage.says('hola');
		await arrived(2);
		await pass(3_100);
		const late = stage.says('Ana');
		await arrived(3);
		await pass(5_000);
		await sent(question);
		expect(await Promise.all([early, late])).toEqual([KEPT, ANSWERED]);
		expect(stage.runs.resumed[0]?.answer.event).toMatchObject({
			chatInput: 'Ana',
			messagesBefore: [{ chatInput: 'hola' }],
		});
	});

	test('starts the workflow when the question could not be sent', async () => {
		const question = await whilePending();
		const early = stage.says('hola');
		await arrived(2);
		await withdraws(question);
		expect(await early).toEqual(STARTED);
		expect(stage.receiver.runs).toMatchObject([{ chatInput: 'hola' }]);
		expect(await stage.says('Ana')).toEqual(STARTED);
	});

	test('fails when that takes longer than Jelou waits, so that it is not lost silently', async () => {
		await whilePending();
		expect(await passTime(stage.says('hola'))).toEqual(status('not passed on', 503));
		expect(stage.engine.warnings).toEqual([expect.stringContaining('a question was being sent')]);
		expect(stage.receiver.runs).toEqual([]);
	});

	test('is its answer after a minute, because the run that was sending it is gone', async () => {
		await whilePending();
		await pass(60_100);
		expect(await stage.says('Ana')).toEqual(ANSWERED);
	});

	test('of several that are combined is kept apart from those that came after', async () => {
		await stage.close();
		await open({ combineMessages: 1 });
		const question = await whilePending();
		const early = stage.says('hola');
		await pass(500);
		await sent(question);
		await pass(100);
		const late = stage.says('Ana');
		expect(await passTime(Promise.all([early, late]))).toEqual([status('combined'), ANSWERED]);
		expect(stage.answers()).toMatchObject([{ answer: 'Ana' }]);
		expect(stage.runs.resumed[0]?.answer.event).toMatchObject({ messagesBefore: [{ chatInput: 'hola' }] });
	});

	test('is stored at once, by a note of the trigger to itself', async () => {
		const question = await whilePending();
		const early = stage.says('a la calle 7');
		await arrived(2);
		await sent(question);
		await early;
		// The first of them stored the question.
		expect(stage.runs.ownNotes).toMatchObject([{ note: 'keep' }, { note: 'keep' }]);
		expect(JSON.stringify(stage.stored)).toContain('a la calle 7');
	});

	test('starts the workflow later, with the next one, when the run is gone by then', async () => {
		const question = await whilePending();
		const early = stage.says('hola');
		await arrived(2);
		await sent(question);
		await early;
		stage.runs.replies.push(FAILED);
		expect(await stage.says('¿hay alguien?')).toEqual(STARTED);
		expect(stage.receiver.runs).toMatchObject([
			{ chatInput: '¿hay alguien?', messagesBefore: [{ chatInput: 'hola' }] },
		]);
	});

	test('starts the workflow when twenty are already kept', async () => {
		const question = await whilePending();
		const early = Array.from({ length: 21 }, async (_, n) => stage.says(String(n)));
		await arrived(22);
		await pass(1_000);
		await sent(question);
		const replies = await Promise.all(early);
		expect(replies.filter(({ body }) => (body as IDataObject).status === 'kept')).toHaveLength(20);
		expect(replies.at(-1)).toEqual(STARTED);
	});
});

test('a conversation that ends while a question is being sent ends the question', async () => {
	const question = await whilePending();
	const closing = stage.closes();
	await arrived(2);
	await sent(question);
	expect(await closing).toEqual(STARTED);
	expect(stage.answers()).toEqual([{ questionId: 'q', outcome: 'closed', answered: false }]);
});

test('a conversation that ends then is refused when too many deliveries wait', async () => {
	const question = await whilePending();
	const hold = jest.spyOn(held, 'hold').mockReturnValue(false);
	expect(await stage.closes()).toEqual(status('busy', 503));
	hold.mockRestore();
	await sent(question);
	expect(await stage.closes()).toEqual(STARTED);
});

test('an end that names no customer ends the question, and waits for what is held', async () => {
	await stage.close();
	await open({ combineMessages: 1 });
	await stage.ask('q');
	const held = stage.says('Ana');
	await arrived(3);
	const closing = stage.deliver({ event: 'conversation.close', room_id: roomId });
	expect(await passTime(held)).toEqual(ANSWERED);
	expect(await passTime(closing)).toEqual(STARTED);
	expect(stage.answers()).toMatchObject([{ answered: true, answer: 'Ana' }]);
});

test('a run that cannot be reached for a minute is not waited for: the message starts the workflow', async () => {
	await stage.ask('q', {}, { until: Date.now() + 300_000 });
	stage.runs.replies.push(...Array.from({ length: 1_000 }, () => UNAVAILABLE));
	expect(await passTime(stage.says('Ana'))).toEqual(status('not passed on', 503));
	await pass(61_000);
	expect(await passTime(stage.says('¿hola?'))).toEqual(STARTED);
	expect(stage.engine.warnings.at(-1)).toContain(
		'does not wait any longer for a run that it could not reach',
	);
	stage.runs.replies.length = 0;
});

describe('a question that replaces another', () => {
	test('leaves it open when it could not be sent', async () => {
		await stage.ask('old');
		const next = stage.question('new');
		expect(await stage.tell(next, 'replace')).toEqual(status('registered'));
		await withdraws(next);
		expect(await stage.says('Ana')).toEqual(ANSWERED);
		expect(stage.answers()).toMatchObject([{ questionId: 'old' }]);
	});

	test('replaces it when it was sent: until then, answers go to the old one', async () => {
		await stage.ask('old');
		const [first, second] = [stage.question('first'), stage.question('second')];
		await stage.tell(first, 'replace');
		expect(await stage.says('Ana')).toEqual(ANSWERED);
		await sent(first);
		await stage.tell(second, 'replace');
		await sent(second);
		expect(await stage.says('Eva')).toEqual(ANSWERED);
		expect(stage.answers()).toMatchObject([
			{ questionId: 'old', answer: 'Ana' },
			{ questionId: 'second', answer: 'Eva' },
		]);
	});
});

describe('a question of another run', () => {
	test('waits its turn, and gets its own answer', async () => {
		await stage.ask('big refund');
		expect(await stage.tell(stage.question('small refund'))).toEqual(status('queued'));
		expect(await stage.tell(stage.question('third refund'))).toEqual(status('queued'));
		await pass(6_000);
		expect(read()).toEqual([]);
		expect(await stage.says('no')).toEqual(ANSWERED);
		await passUntil('the second to be asked', () => read().length === 1);
		expect(await stage.says('sí')).toEqual(ANSWERED);
		await passUntil('the third to be asked', () => read().length === 2);
		expect(await stage.says('tal vez')).toEqual(ANSWERED);
		expect(stage.answers()).toMatchObject([
			{ questionId: 'big refund', answer: 'no' },
			{ questionId: 'small refund', answer: 'sí' },
			{ questionId: 'third refund', answer: 'tal vez' },
		]);
		expect(stage.receiver.runs).toEqual([]);
	});

	test('is asked after the next one of the run that was just answered', async () => {
		await stage.ask('name', {}, { runId: 'one' });
		await stage.tell(stage.question('other', {}, { runId: 'two' }));
		await stage.says('Ana');
		const next = stage.question('age', {}, { runId: 'one' });
		expect(await stage.tell(next)).toEqual(status('registered'));
		await sent(next);
		await pass(10_000);
		expect(read()).toEqual([]);
		await stage.says('33');
		await passUntil('the other to be asked', () => read().length === 1);
		await stage.says('hola');
		expect(stage.answers()).toMatchObject([{ answer: 'Ana' }, { answer: '33' }, { answer: 'hola' }]);
	});

	test('waits for the run that was just answered, while that runs', async () => {
		await stage.ask('q');
		await stage.says('Ana');
		stage.runs.replies.push(...Array.from({ length: 100 }, () => RUNNING));
		expect(await stage.tell(stage.question('other'))).toEqual(status('queued'));
		await pass(1_500);
		expect(read()).toEqual([]);
		stage.runs.replies.length = 0;
		await passUntil('it to be asked', () => read().length === 1);
	});

	test('does not wait for the run that was just answered once that run is over', async () => {
		await stage.ask('q');
		await stage.says('Ana');
		expect(await stage.tell(stage.question('other'))).toEqual(status('registered'));
	});

	test('is refused where it must not wait', async () => {
		await stage.ask('q');
		expect(await stage.tell(stage.question('other'), 'fail')).toEqual(status('busy'));
		expect(await stage.says('Ana')).toEqual(ANSWERED);
	});

	test('does not take the turn of one that was there before', async () => {
		await stage.ask('q');
		await stage.tell(stage.question('first'));
		await stage.says('Ana');
		expect(await stage.tell(stage.question('second'))).toEqual(status('queued'));
		await passUntil('the first to be asked', () => read().length === 1);
		await stage.says('Eva');
		expect(stage.answers().at(-1)).toMatchObject({ questionId: 'first' });
	});

	test('is not asked when its run was stopped, and the one after it is', async () => {
		await stage.ask('q');
		await stage.tell(stage.question('stopped'));
		await stage.tell(stage.question('last'));
		await stage.says('Ana');
		// For the run that was answered, and for this one.
		stage.runs.replies.push(FAILED, FAILED);
		await passUntil('the last to be asked', () => read().length === 1);
		await stage.says('Eva');
		expect(stage.answers().map(({ questionId }) => questionId)).toEqual(['q', 'last']);
	});

	test('is not asked when its time is up, and the one after it is', async () => {
		await stage.ask('q');
		await stage.tell(stage.question('late', {}, { until: Date.now() + 300 }));
		await stage.tell(stage.question('last'));
		await stage.says('Ana');
		await passUntil('the last to be asked', () => read().length === 1);
		await stage.says('Eva');
		expect(stage.answers().map(({ questionId }) => questionId)).toEqual(['q', 'last']);
	});

	test('is asked when the time of the open one is up', async () => {
		await stage.ask('q', {}, { until: Date.now() + 3_000 });
		await stage.tell(stage.question('next'));
		await passUntil('the next to be asked', () => read().length === 1);
	});

	test('that Jelou refuses ends with its reason, and the next one is asked', async () => {
		await stage.ask('q');
		await stage.tell(stage.question('refused'));
		await stage.tell(stage.question('last'));
		sandbox.setFaults({ respond: { status: 422 }, path: 'chatbot', times: 1 });
		await stage.says('Ana');
		await passUntil('the last to be asked', () => read().length === 1);
		expect(stage.runs.resumed[1]).toMatchObject({
			questionId: 'refused',
			answer: {
				event: { room_id: roomId, bot: { id: BOT }, contact: { id: USER } },
				outcome: { answered: false, outcome: 'failed', error: expect.stringContaining('Jelou') as string },
			},
		});
		expect(JSON.stringify([stage.runs.resumed, stage.engine.warnings])).not.toContain(secret);
	});

	test('is asked later, and only once, when Jelou accepts nothing for the moment', async () => {
		await stage.ask('q');
		await stage.tell(stage.question('next'));
		sandbox.setFaults({ respond: { status: 429 }, path: 'chatbot', times: 2 });
		await stage.says('Ana');
		await passUntil('the next to be asked', () => read().length === 1);
		await pass(10_000);
		expect(read()).toHaveLength(1);
		expect(await stage.says('Eva')).toEqual(ANSWERED);
	});

	test('is asked once, however often the trigger is told to', async () => {
		await stage.ask('q');
		await stage.tell(stage.question('next'));
		await stage.says('Ana');
		await passUntil('it to be asked', () => {
			for (let n = 0; n < 3; n++) void stage.deliver(stage.note({ note: 'askNext', roomId }));
			return read().length > 0;
		});
		await pass(10_000);
		expect(read()).toHaveLength(1);
	});

	test('is not asked while the workflow is unpublished, and is when it is published again', async () => {
		await stage.ask('q');
		await stage.tell(stage.question('next'));
		await stage.says('Ana');
		const { triggers } = stage.runs;
		stage.runs.triggers = 'unpublished';
		await pass(20_000);
		expect(stage.engine.warnings).toEqual([]);
		stage.runs.triggers = triggers;
		await pass(20_000);
		expect(read()).toEqual([]);
		const integration = sandbox.store.projects.get(PROJECT)?.integration;
		if (integration) integration.webhookUrl = `${stage.runs.origin}/webhook/webhook-1/webhook`;
		await passTime(stage.engine.register());
		await passUntil('the next to be asked', () => read().length === 1);
	});

	test('is asked although the process that took the answer before it ended before it stored that', async () => {
		await stage.ask('q');
		await stage.tell(stage.question('next'));
		const { stored } = stage;
		expect(await stage.says('Ana')).toEqual(ANSWERED);
		const { receiver, runs } = stage;
		await receiver.close();
		stage = await RoomStage.open({ sandbox, secret, roomId }, {}, ['*'], runs);
		stage.restore(stored);
		await stage.deliver(stage.note({ note: 'keep' }));
		await passUntil('the next to be asked', () => read().length === 1);
	});

	test('is asked by the process that serves the address now, although the one before it has taken the answer', async () => {
		await stage.ask('q');
		await stage.tell(stage.question('next'));
		const other = await RoomStage.open({ sandbox, secret, roomId }, {}, ['*'], stage.runs);
		try {
			other.restore(structuredClone(stage.stored));
			await other.deliver(other.note({ note: 'keep' }));
			expect(await stage.says('Ana')).toEqual(ANSWERED);
			await passUntil('the next to be asked', () => read().length === 1);
		} finally {
			await other.receiver.close();
		}
	});

	test('is asked after a restart, and survives another before it is answered', async () => {
		await stage.ask('q');
		await stage.tell(stage.question('next'));
		await restarted();
		expect(await stage.says('Ana')).toEqual(ANSWERED);
		await passUntil('the next to be asked', () => read().length === 1);
		await pass(1_000);
		await restarted();
		await pass(10_000);
		expect(read()).toHaveLength(1);
		expect(await stage.says('Eva')).toEqual(ANSWERED);
		expect(stage.answers()).toMatchObject([{ questionId: 'q' }, { questionId: 'next', answer: 'Eva' }]);
	});

	describe('and n8n ends while it is being sent', () => {
		/** Until it is stored that it is being sent. Returns what is stored then. */
		async function untilItsTurn(isDropped: boolean): Promise<IDataObject> {
			await stage.ask('q');
			await stage.tell(stage.question('next'));
			sandbox.setFaults({ latencyMs: 100, drop: isDropped, path: 'chatbot', times: 1 });
			expect(await stage.says('Ana')).toEqual(ANSWERED);
			await passUntil('that to be stored', () => JSON.stringify(stage.stored).includes('pending'));
			return stage.stored;
		}

		test('is asked after the start', async () => {
			await restarted(await untilItsTurn(true));
			await stage.deliver(stage.note({ note: 'keep' }));
			await passUntil('it to be asked', () => read().length === 1);
			expect(await stage.says('Eva')).toEqual(ANSWERED);
			expect(stage.answers()).toMatchObject([{ questionId: 'q' }, { questionId: 'next', answer: 'Eva' }]);
		});

		test('can be answered after the start, because the customer may have it, and is not asked again then', async () => {
			const stored = await untilItsTurn(false);
			await passUntil('it to be asked', () => read().length === 1);
			await restarted(stored);
			expect(await stage.says('Eva')).toEqual(ANSWERED);
			expect(stage.answers()).toMatchObject([{ questionId: 'q' }, { questionId: 'next', answer: 'Eva' }]);
			await pass(10_000);
			expect(read()).toHaveLength(1);
		});

		test('can be answered while it is asked again, too', async () => {
			const stored = await untilItsTurn(false);
			await passUntil('it to be asked', () => read().length === 1);
			await restarted(stored);
			sandbox.setFaults({ latencyMs: 50, path: 'chatbot', times: 1 });
			await stage.deliver(stage.note({ note: 'keep' }));
			const asking = () => stage.runs.ownNotes.filter(({ note }) => note === 'askNext').length === 2;
			await passUntil('it to be asked again', asking);
			expect(await passTime(stage.says('Eva'))).toEqual(ANSWERED);
			expect(stage.answers()).toMatchObject([{ questionId: 'q' }, { questionId: 'next', answer: 'Eva' }]);
		});
	});

	test('ends with the conversation', async () => {
		await stage.ask('q');
		await stage.tell(stage.question('next'));
		expect(await stage.closes()).toEqual(STARTED);
		expect(stage.answers()).toEqual(
			['q', 'next'].map((questionId) => ({ questionId, outcome: 'closed', answered: false })),
		);
	});
});

describe('static data', () => {
	test('that a run erased at its end is written again, though nobody writes', async () => {
		await stage.ask('q');
		await pass(1_000);
		const staticData = stage.restore({});
		await passUntil('it to be written', () => staticData.__dataChanged === true);
		expect(JSON.stringify(stage.stored)).toContain('"q\\"');
		expect(stage.engine.warnings).toEqual([]);
	});

	test('that is erased late, because the run was slow to wait, is written again as well', async () => {
		await stage.tell(stage.question('first', {}, { roomId: 'another room' }));
		await pass(2_500);
		await stage.ask('q');
		await pass(2_000);
		const staticData = stage.restore({});
		await passUntil('it to be written', () => staticData.__dataChanged === true);
		expect(JSON.stringify(stage.stored)).toContain('"q\\"');
	});

	test('that is erased late, because sending was slow, is written again as well', async () => {
		const question = stage.question('q');
		await stage.tell(question);
		await pass(2_500);
		await sent(question);
		await pass(2_000);
		const staticData = stage.restore({});
		await passUntil('it to be written', () => staticData.__dataChanged === true);
		expect(JSON.stringify(stage.stored)).toContain('"q\\"');
	});

	test('is checked at most once in ten seconds, however much is asked', async () => {
		await stage.ask('q');
		await passUntil('it to be checked', () => stage.runs.ownNotes.length === 1);
		for (const id of ['a', 'b', 'c']) {
			await stage.ask(id, {}, { roomId: `room of ${id}` });
			await pass(1_000);
		}
		await pass(4_000);
		expect(stage.runs.ownNotes).toHaveLength(1);
		await pass(26_000);
		expect(stage.runs.ownNotes).toMatchObject([{ note: 'keep' }, { note: 'keep' }]);
	});

	test('is written by the next delivery where the trigger cannot reach itself, and the log says so', async () => {
		await stage.ask('q');
		const { triggers } = stage.runs;
		stage.runs.triggers = 'http://127.0.0.1:9';
		await pass(12_000);
		expect(stage.engine.warnings).toEqual([expect.stringContaining('could not reach itself')]);
		const staticData = stage.restore({});
		await stage.says('hola', { room_id: 'another room' });
		expect(staticData.__dataChanged).toBe(true);
		expect(await stage.says('Ana')).toEqual(ANSWERED);
		stage.runs.triggers = triggers;
	});

	test('is not written by the end of a conversation that waited for a question which expired meanwhile', async () => {
		await stage.ask('other', {}, { roomId: 'another room' });
		await stage.tell(stage.question('q', {}, { until: Date.now() + 5_000 }));
		const staticData = stage.restore(stage.stored);
		const closing = stage.closes();
		await arrived(4);
		stage.restore(stage.stored);
		await pass(12_000);
		expect(await stage.says('Ana', { room_id: 'another room' })).toEqual(ANSWERED);
		expect(await passTime(closing)).toEqual(STARTED);
		expect(staticData.__dataChanged).toBeFalsy();
	});

	test('is not written by a delivery that had to wait', async () => {
		await stage.ask('q', { type: 'number' });
		const staticData = stage.restore(stage.stored);
		await stage.says('7');
		expect(staticData.__dataChanged).toBeFalsy();
		await passUntil('it to be written', () => staticData.__dataChanged === true);
		expect(JSON.stringify(stage.stored)).toContain('"ended\\":[\\"q\\"]');
	});

	test('is written with a fresh copy by a note that had to ask n8n about the run before', async () => {
		await stage.ask('q');
		await stage.says('Ana');
		const kept = stage.runs.ownNotes.length;
		expect(await stage.tell(stage.question('other'))).toEqual(status('registered'));
		expect(stage.runs.ownNotes.slice(kept)).toMatchObject([{ note: 'keep' }]);
	});

	test("is not written by Check's note, which had to ask n8n", async () => {
		await stage.ask('q');
		const staticData = stage.restore(stage.stored);
		await stage.says('Ana');
		const checks = stage.note({ note: 'report', resumePath: stage.runs.resumePath('check') });
		expect(await stage.deliver(checks)).toMatchObject({ body: { report: { questions: 0 } } });
		expect(staticData.__dataChanged).toBeFalsy();
	});
});
