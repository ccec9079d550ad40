import { randomUUID } from 'node:crypto';

import type { IDataObject } from 'n8n-workflow';

import type { Step } from '../../nodes/Jelou/shared/triggerNote';
import { RoomStore } from '../../nodes/Jelou/trigger/rooms/roomStore';
import * as sending from '../../nodes/Jelou/trigger/rooms/sendText';
import { waitUntil } from '../../scripts/n8n/waitUntil';
import { stepWith } from '../support/step';
import { pass, passTime, passUntil, stopTime } from '../support/time';
import { RoomStage, status as reply, type Reply } from './support/roomStage';
import { BOT, USER, useDemo } from './support/setup';
import { FAILED } from './support/waitingRuns';

/** Several questions of one node, which the trigger asks one after the other. */

const demo = useDemo();
let stage: RoomStage;
beforeEach(async () => {
	demo.sandbox.setFaults({});
	stage = await RoomStage.open(demo);
	demo.sandbox.store.messages.get(demo.roomId)?.splice(0);
});
afterEach(async () => {
	jest.restoreAllMocks();
	jest.useRealTimers();
	await stage.close();
});

const step = (name: string, text: string, more: Partial<Step> = {}): Step =>
	stepWith({ name, text, type: 'text', invalidMessage: 'Otra vez', maxAttempts: 1, ...more });
const STEPS = [
	step('name', '¿Cómo te llamas?'),
	step('order', 'Hola, {name}. ¿Qué pedido?', { type: 'number', exitWords: ['persona'] }),
	step('topic', '{name}, ¿qué pasa con {order}?', { type: 'choice', choices: ['Cambio', 'Devolución'] }),
];
const asks = async (steps = STEPS, id = 'q') => stage.ask(id, {}, { steps });
const sent = () =>
	(demo.sandbox.store.messages.get(demo.roomId) ?? [])
		.filter(({ from }) => from === 'agent')
		.map(({ content }) => ('body' in content ? content.body : ''));
const says: RoomStage['says'] = async (...given) => stage.says(...given);
const NEXT = reply('asked next');
const DONE = reply('answered');
const AGAIN = reply('asked again');
const by = { respondedAt: expect.any(String) as string, responder: { id: USER } };
const SECOND = 'Hola, Ana. ¿Qué pedido?';
const THIRD = 'Ana, ¿qué pasa con 1042?\n\n1. Cambio\n2. Devolución';
const ANSWERS = { name: 'Ana', order: 1042, topic: 'Devolución' };

/** Restarts n8n: only what was stored is known. */
async function restart(): Promise<void> {
	const { runs, stored } = stage;
	const next = await RoomStage.open(demo, {}, ['*'], runs);
	await stage.receiver.close();
	next.restore(stored);
	stage = next;
}

/** Something is done while the question that follows an answer is on its way to the customer. */
async function whileSending(answer: IDataObject, action: () => Promise<void>): Promise<Reply> {
	const { sendText } = sending;
	let letGo = () => {};
	const isLetGo = new Promise<void>((resolve) => (letGo = resolve));
	const sends = jest.spyOn(sending, 'sendText').mockImplementationOnce(async (...given) => {
		await isLetGo;
		return await sendText(...given);
	});
	const delivery = stage.deliver(answer);
	await waitUntil('the question to be sent', () => sends.mock.calls.length > 0, 1);
	await action();
	letGo();
	return await delivery;
}

/** The customer writes something, which has come to the trigger when this ends. */
async function writes(text: string): Promise<{ reply: Promise<Reply> }> {
	const { begun } = stage.receiver;
	const reply = says(text);
	await waitUntil('the trigger to begin with it', () => stage.receiver.begun > begun, 1);
	return { reply };
}

test('are asked one after the other, and the run goes on once, with all answers', async () => {
	await asks();
	expect(await says('Ana')).toEqual(NEXT);
	expect(await says('el 1042')).toEqual(NEXT);
	expect(stage.runs.resumed).toEqual([]);
	expect(await says('la 2')).toEqual(DONE);
	expect(sent()).toEqual([SECOND, THIRD]);
	expect(stage.answers()).toEqual([
		{
			questionId: 'q',
			answer: 'Devolución',
			outcome: 'answered',
			answered: true,
			valid: true,
			answers: ANSWERS,
			choices: { topic: 2 },
			...by,
		},
	]);
	expect(Object.keys(stage.runs.resumed[0]?.answer.outcome ?? {})).toEqual([
		'answer',
		'outcome',
		'answered',
		'valid',
		'answers',
		'choices',
		'respondedAt',
		'responder',
	]);
	expect(stage.receiver.runs).toEqual([]);
	// Between them, n8n was not asked whether the run still waits.
	expect(stage.runs.requests).toBe(1);
});

test('are stored before the next is sent, and not with a copy that is outdated by then', async () => {
	await asks();
	const save = jest.spyOn(RoomStore.prototype, 'save');
	expect(await says('Ana')).toEqual(NEXT);
	expect(save).toHaveBeenCalledTimes(1);
});

test('each have their own attempts, and a last answer that does not fit ends them with the answers so far', async () => {
	await asks();
	await says('Ana');
	expect(await says('no sé')).toEqual(AGAIN);
	expect(await says('1042')).toEqual(NEXT);
	expect(await says('algo')).toEqual(AGAIN);
	expect(await says('otra cosa')).toEqual(reply('invalid'));
	expect(stage.answers()).toEqual([
		{
			questionId: 'q',
			answer: 'otra cosa',
			outcome: 'invalid',
			answered: true,
			valid: false,
			answers: { name: 'Ana', order: 1042 },
			...by,
		},
	]);
});

test('end with an exit word, the answers so far kept', async () => {
	await asks();
	await says('Ana');
	expect(await says('Quiero hablar con una PERSONA')).toEqual(reply('exit'));
	expect(stage.answers()).toMatchObject([
		{ outcome: 'exit', exitWord: 'persona', answered: false, valid: false, answers: { name: 'Ana' } },
	]);
});

test('end with the conversation, and with a pause, the answers so far kept', async () => {
	await asks();
	await says('Ana');
	await stage.closes();
	await asks(STEPS, 'other');
	await says('Eva');
	const pause = { id: randomUUID(), roomId: demo.roomId, askedAt: Date.now(), until: Date.now() + 60_000 };
	await stage.deliver(stage.note({ note: 'pause', pause }));
	await waitUntil('both to end', () => stage.answers().length === 2);
	expect(stage.answers()).toEqual([
		{ questionId: 'q', outcome: 'closed', answered: false, answers: { name: 'Ana' } },
		{ questionId: 'other', outcome: 'paused', answered: false, answers: { name: 'Eva' } },
	]);
});

test('go on where they were after a restart after each answer', async () => {
	await asks();
	await restart();
	expect(await says('Ana')).toEqual(NEXT);
	await restart();
	expect(await says('1042')).toEqual(NEXT);
	await restart();
	expect(await says('2')).toEqual(DONE);
	expect(sent()).toEqual([SECOND, THIRD]);
	expect(stage.answers()).toMatchObject([{ answers: ANSWERS }]);
});

describe('when the next question cannot be sent', () => {
	const refused = (status: number, times = 1) =>
		demo.sandbox.setFaults({ respond: { status }, path: 'chatbot', times });
	const NOT_SENT = reply('next question not sent', 503);

	test.each([422, 429])(
		'with %d, the answer is not accepted, and its repetition asks again',
		async (status) => {
			await asks();
			refused(status);
			const answer = stage.message('Ana');
			expect(await stage.deliver(answer)).toEqual(NOT_SENT);
			expect(stage.engine.warnings).toEqual([expect.stringContaining('could not ask the next question')]);
			expect(await stage.deliver(answer)).toEqual(NEXT);
			expect(await says('1042')).toEqual(NEXT);
			expect(await says('2')).toEqual(DONE);
			expect(sent()).toEqual([SECOND, THIRD]);
			expect(stage.answers()).toMatchObject([{ answers: ANSWERS }]);
		},
	);

	test('what was written meanwhile answers the current one', async () => {
		await asks();
		refused(422);
		let second: { reply: Promise<Reply> } | undefined;
		const first = await whileSending(stage.message('Ana'), async () => {
			second = await writes('Eva');
		});
		expect(first).toEqual(NOT_SENT);
		expect(await second?.reply).toEqual(NEXT);
		expect(sent()).toEqual(['Hola, Eva. ¿Qué pedido?']);
	});

	test('another answer can be given instead, also after a restart', async () => {
		await asks();
		refused(422);
		expect(await says('Ana')).toEqual(NOT_SENT);
		await restart();
		expect(await says('Eva')).toEqual(NEXT);
		expect(sent()).toEqual(['Hola, Eva. ¿Qué pedido?']);
	});

	test('and is refused each time, the run goes on with what was answered, and with what Jelou said', async () => {
		await asks();
		await says('Ana');
		refused(422, 3);
		const answer = stage.message('1042');
		expect(await stage.deliver(answer)).toEqual(NOT_SENT);
		expect(await stage.deliver(answer)).toEqual(NOT_SENT);
		expect(await stage.deliver(answer)).toEqual(reply('failed'));
		expect(stage.answers()).toMatchObject([
			{
				outcome: 'failed',
				answered: false,
				error: expect.stringContaining('Jelou') as string,
				answers: { name: 'Ana', order: 1042 },
			},
		]);
	});

	test('and Jelou is only busy, it is tried for as long as the question lasts', async () => {
		await asks();
		refused(429, 5);
		const answer = stage.message('Ana');
		for (let n = 0; n < 5; n++) expect(await stage.deliver(answer)).toEqual(NOT_SENT);
		expect(await stage.deliver(answer)).toEqual(NEXT);
	});

	test('but may have been, it counts as sent and is never sent again', async () => {
		await asks();
		demo.sandbox.setFaults({ dropAfterProcessing: true, path: 'chatbot', times: 1 });
		expect(await says('Ana')).toEqual(NEXT);
		expect(await says('1042')).toEqual(NEXT);
		expect(sent()).toEqual([SECOND, THIRD]);
	});
});

describe('a process that is killed while it sends the next question', () => {
	/** What is stored while the second question is on its way, and the answer that it follows. */
	async function killed(): Promise<{ answer: IDataObject }> {
		await asks();
		const answer = stage.message('Ana');
		let before: IDataObject = {};
		await whileSending(answer, async () => {
			before = structuredClone(stage.stored);
		});
		const next = await RoomStage.open(demo, {}, ['*'], stage.runs);
		await stage.receiver.close();
		next.restore(before);
		stage = next;
		return { answer };
	}

	test('asks it when the answer is delivered again, and does not take that for its answer', async () => {
		const { answer } = await killed();
		expect(await stage.deliver(answer)).toEqual(NEXT);
		expect(sent()).toEqual([SECOND, SECOND]);
		expect(await stage.deliver(answer)).toEqual(reply('duplicate'));
		expect(await says('1042')).toEqual(NEXT);
		expect(await says('2')).toEqual(DONE);
		expect(stage.answers()).toMatchObject([{ answers: ANSWERS }]);
	});

	test('takes the next message for its answer when the customer has the question', async () => {
		await killed();
		expect(await says('1042')).toEqual(NEXT);
		expect(sent()).toEqual([SECOND, THIRD]);
	});
});

test.each(['another process takes', 'nobody takes'])(
	'an answer is stored by the end of its delivery when %s the note that would have it stored',
	async (who) => {
		await asks();
		const { runs } = stage;
		const other = await RoomStage.open(demo, {}, ['*'], runs);
		other.restore(structuredClone(stage.stored));
		runs.triggers = who === 'nobody takes' ? 'unpublished' : other.receiver.url;
		// As after a minute, so that n8n is asked whether the run waits: the delivery's copy is outdated then.
		const now = performance.now();
		jest.spyOn(performance, 'now').mockImplementation(() => now + 61_000);
		expect(await says('Ana')).toEqual(NEXT);
		await restart();
		await other.receiver.close();
		expect(await says('1042')).toEqual(NEXT);
		expect(await says('2')).toEqual(DONE);
		expect(sent()).toEqual([SECOND, THIRD]);
		expect(stage.answers()).toMatchObject([{ answers: ANSWERS }]);
	},
);

describe('when the time is up', () => {
	beforeEach(() => stopTime());
	const ends = async () => {
		await passUntil('the run goes on', () => stage.runs.resumed.length > 0);
		return stage.runs.resumed[0]?.answer;
	};
	const asksFor = async (ms: number) => stage.ask('q', {}, { steps: STEPS, until: Date.now() + ms });

	test('the run goes on with its input and the answers so far, and what follows starts the workflow', async () => {
		await asksFor(3_000);
		expect(await says('Ana')).toEqual(NEXT);
		expect(await ends()).toEqual({
			event: { room_id: demo.roomId, bot: { id: BOT }, contact: { id: USER } },
			outcome: { answers: { name: 'Ana' } },
			isTimeUp: true,
		});
		expect(await says('1042')).toEqual(reply('accepted'));
		expect(stage.receiver.runs).toHaveLength(1);
	});

	test('it does so where n8n was too busy at that moment, and a message meanwhile is no answer', async () => {
		await asksFor(4_000);
		await says('Ana');
		jest.setSystemTime(Date.now() + 14_000);
		expect(await says('1042')).toEqual(reply('accepted'));
		expect(await ends()).toMatchObject({ outcome: { answers: { name: 'Ana' } }, isTimeUp: true });
	});

	test('it is left to n8n where that was too long ago', async () => {
		await asksFor(4_000);
		await says('Ana');
		jest.setSystemTime(Date.now() + 34_000);
		await stage.deliver(stage.note({ note: 'timeUp', roomId: demo.roomId }));
		await pass(2_000);
		expect(stage.runs.resumed).toEqual([]);
	});

	test('it does so after a restart, too', async () => {
		await asksFor(4_000);
		await says('Ana');
		await restart();
		await stage.deliver(stage.note({ note: 'keep' }));
		expect(await ends()).toMatchObject({ outcome: { answers: { name: 'Ana' } }, isTimeUp: true });
	});

	test('n8n ends a dialogue that has no answer yet, or another answer', async () => {
		await asksFor(2_000);
		await stage.ask('other', {}, { roomId: 'another room', steps: STEPS, until: Date.now() + 60_000 });
		await stage.deliver(stage.note({ note: 'timeUp', roomId: 'another room' }));
		await pass(2_500);
		expect(stage.runs.resumed).toEqual([]);
	});
});

test('what is written while the next question is being sent goes to the run with the answers, and is none', async () => {
	stopTime();
	await asks();
	let second: { reply: Promise<Reply> } | undefined;
	const first = await whileSending(stage.message('Ana'), async () => {
		second = await writes('99');
		// Not so shortly before the question that one may have overtaken the other.
		jest.advanceTimersByTime(101);
	});
	expect(first).toEqual(NEXT);
	expect(second && (await passTime(second.reply))).toEqual(reply('kept'));
	await says('1042');
	await says('1');
	expect(stage.answers()).toMatchObject([{ answers: { name: 'Ana', order: 1042, topic: 'Cambio' } }]);
	expect(stage.runs.resumed[0]?.answer.event.messagesBefore).toMatchObject([{ chatInput: '99' }]);
	expect(sent()).toEqual([SECOND, THIRD]);
});

test('an answer of a megabyte as the first of them is asked for again', async () => {
	await asks();
	expect(await says('a'.repeat(1_000_000))).toEqual(AGAIN);
	expect(stage.engine.warnings).toEqual([expect.stringContaining('did not take an answer: it is too long')]);
	expect(await says('Ana')).toEqual(NEXT);
	expect(sent()).toEqual(['Otra vez', SECOND]);
	expect(JSON.stringify(stage.stored).length).toBeLessThan(10_000);
});

test('media do not answer a question for a text, but do answer one for media', async () => {
	await asks([step('name', ''), step('photo', '¿Foto?', { type: 'media' }), step('end', '¿Y?')]);
	const url = 'https://cdn.example.com/a.jpg';
	const photo = () => ({ value: { id: randomUUID(), type: 'image', content: { url } } });
	expect(await says('', photo())).toEqual(AGAIN);
	expect(await says('Ana')).toEqual(NEXT);
	expect(await says('', photo())).toEqual(NEXT);
	expect(await says('listo')).toEqual(DONE);
	expect(stage.answers()).toMatchObject([{ answers: { name: 'Ana', photo: url, end: 'listo' } }]);
});

test('a run stopped a minute ago gets no more questions asked, and the message starts the workflow', async () => {
	await asks();
	expect(await says('Ana')).toEqual(NEXT);
	const now = performance.now();
	jest.spyOn(performance, 'now').mockImplementation(() => now + 61_000);
	stage.runs.replies.push(FAILED);
	expect(await says('1042')).toEqual(reply('accepted'));
	expect(sent()).toEqual([SECOND]);
	expect(stage.receiver.runs).toMatchObject([{ chatInput: '1042', bot: { id: BOT } }]);
});

test('all twenty keep their own answers', async () => {
	const many = Array.from({ length: 20 }, (_, n) => step(`q${String(n)}`, `¿${String(n)}?`));
	await asks(many);
	for (let n = 0; n < 19; n++) expect(await says(`a${String(n)}`)).toEqual(NEXT);
	expect(await says('a19')).toEqual(DONE);
	const all = many.map(({ name }, n) => [name, `a${String(n)}`] as const);
	expect(stage.answers()).toMatchObject([{ answers: Object.fromEntries(all) }]);
});
