import { randomUUID } from 'node:crypto';

import type { IDataObject } from 'n8n-workflow';

import type { Question } from '../../nodes/Jelou/shared/triggerNote';
import { sign } from '../../nodes/Jelou/shared/signature';
import { RoomStore } from '../../nodes/Jelou/trigger/rooms/roomStore';
import { passTime, stopTime } from '../support/time';
import type { Engine } from './support/engine';
import type { Receiver } from './support/receiver';
import { ANSWERED, STARTED, RoomStage, status } from './support/roomStage';
import { USER, useDemo } from './support/setup';
import { FAILED, OVER, RUNNING, UNAVAILABLE, type WaitingRuns } from './support/waitingRuns';

const demo = useDemo();
let stage: RoomStage;
let runs: WaitingRuns;
let engine: Engine;
let receiver: Receiver;
beforeEach(async () => {
	stage = await RoomStage.open(demo);
	({ engine, receiver, runs } = stage);
});
afterEach(async () => {
	jest.useRealTimers();
	await stage.close();
});

const deliver: RoomStage['deliver'] = async (...given) => stage.deliver(...given);
const message: RoomStage['message'] = (...given) => stage.message(...given);
const says: RoomStage['says'] = async (...given) => stage.says(...given);
const question: RoomStage['question'] = (...given) => stage.question(...given);
const ask: RoomStage['ask'] = async (...given) => stage.ask(...given);
const answers = () => stage.answers();
const asks = (asked: Question): IDataObject =>
	stage.note({ note: 'ask', question: asked, text: '¿Qué?', ifBusy: 'replace' });
const sentToCustomer = () =>
	(demo.sandbox.store.messages.get(demo.roomId) ?? []).filter(({ from }) => from === 'agent').length;

const INVALID = status('invalid');
const ASKED_AGAIN = status('asked again');

describe('a note', () => {
	test('is confirmed once it is stored, and starts nothing', async () => {
		await ask('q');
		expect(await deliver(asks(question('q')))).toEqual(status('confirmed'));
		expect(receiver.runs).toEqual([]);
	});

	test('that had to ask n8n about its address is stored with a copy from after that', async () => {
		const save = jest.spyOn(RoomStore.prototype, 'save');
		expect(await deliver(asks(question('q')))).toEqual(status('registered'));
		expect(runs.ownNotes).toMatchObject([{ note: 'keep' }]);
		expect(save).toHaveBeenCalledTimes(1);
	});

	const PARTS = "Jelou node's note: it lacks a part";
	const AGE = "Jelou node's note: its time is more than a minute off";
	test.each<[string, string, (note: IDataObject) => IDataObject, string | null | undefined]>([
		['without a signature', 'delivery: it has no signature', (note) => note, null],
		['with another signature', 'delivery: its signature', (note) => note, sign(Buffer.from('{}'), 'x')],
		[
			'for another trigger',
			"Jelou node's note: it is for another address",
			(note) => ({ ...note, address: String(note.address).replace('webhook-1', 'webhook-2') }),
			undefined,
		],
		['without its address', PARTS, (note) => ({ ...note, address: undefined }), undefined],
		['a minute old', AGE, (note) => ({ ...note, sentAt: Date.now() - 60_100 }), undefined],
		['from a minute ahead', AGE, (note) => ({ ...note, sentAt: Date.now() + 61_000 }), undefined],
		['without its time', PARTS, (note) => ({ ...note, sentAt: undefined }), undefined],
		['without an ID', PARTS, (note) => ({ ...note, noteId: undefined }), undefined],
		['that is of another kind', PARTS, (note) => ({ ...note, note: 'forget' }), undefined],
		['without its question', PARTS, (note) => ({ ...note, question: undefined }), undefined],
		...[
			'https://evil.example.com/1',
			'//evil.example.com/1',
			'/\\evil.example.com/1',
			'webhook-waiting/1',
		].map(
			(resumePath) =>
				[
					`that names ${resumePath} to resume at`,
					PARTS,
					() => asks(question('q', {}, { resumePath })),
					undefined,
				] as [string, string, () => IDataObject, undefined],
		),
	])('%s is refused and changes nothing', async (_name, why, change, signature) => {
		stopTime();
		const status = why.startsWith('Jelou') ? 403 : 401;
		const refused = await deliver(change(asks(question('q'))), signature);
		expect(refused.status).toBe(status);
		expect(engine.warnings).toEqual([expect.stringContaining(`refused a ${why}`)]);
		expect(engine.staticData.__dataChanged).toBeFalsy();
		expect(receiver.runs).toEqual([]);
		expect(await says('hola')).toEqual(STARTED);
		expect(runs.resumed).toEqual([]);
	});

	test('replayed after the answer opens nothing', async () => {
		const note = await ask('q');
		expect(await says('Ana')).toEqual(ANSWERED);
		expect(await deliver(note)).toEqual(status('registered'));
		// Nor does one that a node sends again because it does not know yet that the first was accepted.
		expect(await deliver(asks(question('q')))).toEqual(status('confirmed'));
		expect(await says('hola')).toEqual(STARTED);
		expect(runs.requests).toBe(1);
	});

	test('that takes a question back, replayed, does not take back a question asked since', async () => {
		await ask('q');
		const withdrawal = stage.note({ note: 'withdraw', roomId: demo.roomId, questionId: 'q' });
		const withdrawn = status('withdrawn');
		expect(await deliver(withdrawal)).toEqual(withdrawn);
		await ask('next');
		expect(await deliver(withdrawal)).toEqual(withdrawn);
		expect(await says('Ana')).toEqual(ANSWERED);
	});

	test('that takes the question back ends it, and if it comes first, the question never opens', async () => {
		const note = await ask('q');
		const withdrawal = stage.note({ note: 'withdraw', roomId: demo.roomId, questionId: 'q' });
		expect(await deliver(withdrawal)).toEqual(status('withdrawn'));
		await deliver(note);
		expect(await says('hola')).toEqual(STARTED);
		expect(runs.requests).toBe(0);
	});

	test("cannot be hidden in an event of Jelou's", async () => {
		const { object, ...note } = asks(question('q'));
		expect(object).toBeDefined();
		expect(await says('hola', note)).toEqual(STARTED);
		expect(await says('hola')).toEqual(STARTED);
		expect(runs.resumed).toEqual([]);
	});
});

describe('an answer', () => {
	test('goes to the run that asked, once, with its event; the next message starts the workflow', async () => {
		await ask('q', { type: 'number' });
		expect(await says('es el 1042')).toEqual(ANSWERED);
		expect(runs.resumed).toMatchObject([
			{
				questionId: 'q',
				answer: {
					event: { event: 'message', room_id: demo.roomId, contact: { id: USER } },
					outcome: { answered: true, valid: true, answer: 1042 },
				},
			},
		]);
		expect(receiver.runs).toEqual([]);
		expect(await says('gracias')).toEqual(STARTED);
	});

	test('that arrives before n8n has stored that the run waits is kept until it has', async () => {
		await ask('q');
		runs.replies.push(RUNNING, RUNNING);
		expect(await says('Ana')).toEqual(ANSWERED);
		expect(answers()).toMatchObject([{ questionId: 'q', outcome: 'answered', valid: true, answer: 'Ana' }]);
	});

	test('is kept, too, when n8n takes seconds to store that, and says for a moment that the run is over', async () => {
		stopTime();
		await ask('q');
		runs.replies.push(...Array.from({ length: 10 }, () => RUNNING), OVER);
		expect(await passTime(says('Ana'))).toEqual(ANSWERED);
		expect(receiver.runs).toEqual([]);
	});

	test('to a run that n8n says is over, again and again, starts the workflow', async () => {
		stopTime();
		await ask('q');
		runs.replies.push(...Array.from({ length: 100 }, () => OVER));
		expect(await passTime(says('Ana'))).toEqual(STARTED);
		expect(runs.resumed).toEqual([]);
	});

	test('is one of two messages at once: the other starts the workflow', async () => {
		await ask('q');
		runs.replies.push(RUNNING);
		const both = await Promise.all([says('Ana'), says('Ana María')]);
		expect(both).toEqual(expect.arrayContaining([ANSWERED, STARTED]));
		expect(runs.resumed).toHaveLength(1);
		expect(receiver.runs).toHaveLength(1);
		// n8n 1.x would let both continue, so they are not sent at once.
		expect(runs.requests).toBe(2);
	});

	test('in another room does not count', async () => {
		await ask('q');
		expect(await says('hola', { room_id: 'another room' })).toEqual(STARTED);
		expect(runs.resumed).toEqual([]);
		expect(await says('Ana')).toEqual(ANSWERED);
	});

	test.each(['+593990000001', '593 99 000 0001', 'urn:mbid:A/x', 7])(
		'in the room is one, whatever the number of the customer is written like: %j',
		async (id) => {
			await ask('q');
			expect(await says('Ana', { contact: { id } })).toEqual(ANSWERED);
		},
	);

	test('after the time limit starts the workflow, and the run is not disturbed', async () => {
		stopTime();
		await ask('q', {}, { until: Date.now() + 300 });
		jest.advanceTimersByTime(301);
		expect(await says('Ana')).toEqual(STARTED);
		expect(runs.requests).toBe(0);
	});

	test('to a run that is gone starts the workflow as if nothing had been asked', async () => {
		await ask('q', { type: 'number' });
		runs.replies.push(FAILED);
		const before = sentToCustomer();
		expect(await says('no sé')).toEqual(STARTED);
		expect(receiver.runs).toHaveLength(1);
		expect(sentToCustomer()).toBe(before);
		expect(await says('7')).toEqual(STARTED);
	});

	test('is not lost silently while n8n cannot be reached: the delivery fails, and its repetition answers', async () => {
		stopTime();
		await ask('q');
		runs.replies.push(...Array.from({ length: 100 }, () => UNAVAILABLE));
		const repeated = message('Ana');
		const failed = await passTime(deliver(repeated));
		expect(failed).toEqual(status('not passed on', 503));
		expect(receiver.runs).toEqual([]);
		runs.replies.length = 0;
		expect(await deliver(repeated)).toEqual(ANSWERED);
	});

	test('of a megabyte is passed on whole', async () => {
		await ask('q');
		const long = 'ñ'.repeat(500_000);
		expect(await says(long)).toEqual(ANSWERED);
		expect(answers()).toMatchObject([{ answer: long }]);
	});

	test('that does not fit is asked for again, and after the last attempt the run goes on with it', async () => {
		await ask('q', { type: 'number', maxAttempts: 2 });
		const before = sentToCustomer();
		expect(await says('no sé')).toEqual(ASKED_AGAIN);
		const photo = { id: randomUUID(), type: 'image', content: { url: 'https://cdn.example.com/a.jpg' } };
		expect(await says('', { value: photo })).toEqual(ASKED_AGAIN);
		expect(sentToCustomer()).toBe(before + 2);
		expect(await says('no sé')).toEqual(INVALID);
		expect(sentToCustomer()).toBe(before + 2);
		expect(answers()).toMatchObject([
			{ questionId: 'q', outcome: 'invalid', answered: true, valid: false, answer: 'no sé' },
		]);
	});

	test('that cannot be asked for again fails, and can be given still', async () => {
		await ask('q', { type: 'number' });
		demo.sandbox.setFaults({ respond: { status: 422 }, path: 'chatbot', times: 1 });
		expect(await says('no sé')).toEqual(status('not asked again', 503));
		expect(await says('7')).toEqual(ANSWERED);
	});

	test('that may have been asked for again counts as that: its repetition asks no more', async () => {
		await ask('q', { type: 'number', maxAttempts: 1 });
		demo.sandbox.setFaults({ respond: { status: 500 }, path: 'chatbot', times: 1 });
		const unclear = message('no sé');
		expect(await deliver(unclear)).toEqual(ASKED_AGAIN);
		expect(engine.warnings).toEqual([expect.stringContaining('does not know whether a question was sent')]);
		expect(await deliver(unclear)).toEqual(status('duplicate'));
		expect(await says('no sé')).toEqual(INVALID);
	});

	test('can be the end of the conversation: the run continues without an answer, and the event also starts the workflow', async () => {
		await ask('q', { type: 'number' });
		expect(await stage.closes()).toEqual(STARTED);
		expect(runs.resumed).toMatchObject([
			{ answer: { event: { event: 'conversation.close' }, outcome: { answered: false } } },
		]);
		expect(await says('hola')).toEqual(STARTED);
	});

	test('of any kind shows nobody the resume URL', async () => {
		await ask('a');
		await says('Ana');
		await ask('b');
		runs.replies.push(FAILED);
		const shown = [await says('Ana'), await says('hola'), receiver.runs, runs.resumed];
		expect(JSON.stringify(shown)).not.toMatch(/webhook-waiting|hidden-/);
	});
});

test('a delivery that answers no question writes nothing and reads no credential, also while others are open', async () => {
	await ask('q', {}, { roomId: 'another room' });
	const text = JSON.stringify(stage.stored);
	expect(text).toContain('another room');
	const staticData = stage.restore(stage.stored);
	const { reads } = engine.credentials;
	expect(await says('hola')).toEqual(STARTED);
	expect(staticData.__dataChanged).toBeFalsy();
	expect(JSON.stringify(stage.stored)).toBe(text);
	expect(engine.credentials.reads).toBe(reads);
});

describe('a message that Jelou delivers again', () => {
	const DUPLICATE = status('duplicate');

	test('starts nothing after it was handled', async () => {
		const twice = message('hola');
		expect(await deliver(twice)).toEqual(STARTED);
		expect(await deliver(twice)).toEqual(DUPLICATE);
		expect(receiver.runs).toHaveLength(1);
	});

	test('starts nothing while it is being handled', async () => {
		const twice = message('hola');
		const both = await Promise.all([deliver(twice), deliver(twice)]);
		expect(both).toEqual(expect.arrayContaining([STARTED, DUPLICATE]));
		expect(receiver.runs).toHaveLength(1);
	});

	test('after it was an answer is not the answer to the next question', async () => {
		await ask('first');
		const twice = message('Ana');
		expect(await deliver(twice)).toEqual(ANSWERED);
		await ask('second');
		expect(await deliver(twice)).toEqual(DUPLICATE);
		expect(runs.resumed).toHaveLength(1);
	});

	test('in another room is another message', async () => {
		const { value } = message('hola');
		expect(await says('', { value })).toEqual(STARTED);
		expect(await says('', { value, room_id: 'another room' })).toEqual(STARTED);
	});
});
