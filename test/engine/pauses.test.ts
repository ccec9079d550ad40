import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { sign } from '../../nodes/Jelou/shared/signature';
import type { Pause } from '../../nodes/Jelou/shared/triggerNote';
import { waitUntil } from '../../scripts/n8n/waitUntil';
import { passTime, stopTime } from '../support/time';
import { formatRooms } from '../../nodes/Jelou/trigger/rooms/storedRooms';
import { STARTED, RoomStage, status } from './support/roomStage';
import { BOT, USER, useDemo } from './support/setup';

const demo = useDemo();
let stage: RoomStage;
beforeEach(async () => open());
afterEach(async () => {
	jest.useRealTimers();
	await stage.close();
});

async function open(options: INodeParameters = {}) {
	stage = await RoomStage.open(demo, options);
}

const PAUSED = status('paused');

const pauseOf = (id: string, extra: Partial<Pause> = {}): Pause => ({
	id,
	roomId: demo.roomId,
	askedAt: Date.now(),
	until: Date.now() + 60_000,
	...extra,
});
const pauses = (id: string, extra: Partial<Pause> = {}) =>
	stage.note({ note: 'pause', pause: pauseOf(id, extra) });
const resumes = () => stage.note({ note: 'endPause', roomId: demo.roomId });

async function pause(...given: Parameters<typeof pauseOf>): Promise<IDataObject> {
	const note = pauses(...given);
	expect(await stage.deliver(note)).toEqual(status('registered'));
	return note;
}

describe('a paused conversation', () => {
	test('starts nothing until it is resumed, and others are not affected', async () => {
		await pause('p');
		expect(await stage.deliver(pauses('p'))).toEqual(status('confirmed'));
		expect(await stage.says('hola')).toEqual(PAUSED);
		expect(await stage.deliver({ event: 'conversation.start', room_id: demo.roomId })).toEqual(PAUSED);
		expect(await stage.says('hola', { room_id: 'another room' })).toEqual(STARTED);
		expect(await stage.deliver(resumes())).toEqual(status('registered'));
		expect(await stage.deliver(resumes())).toEqual(status('confirmed'));
		expect(await stage.says('hola')).toEqual(STARTED);
		expect(stage.receiver.runs).toHaveLength(2);
	});

	test('starts again when its time is up', async () => {
		stopTime();
		await pause('p', { until: Date.now() + 300 });
		jest.advanceTimersByTime(301);
		expect(await stage.says('hola')).toEqual(STARTED);
	});

	test('starts again with its end, which starts the workflow itself', async () => {
		await pause('p');
		expect(await stage.closes()).toEqual(STARTED);
		expect(await stage.says('hola')).toEqual(STARTED);
		expect(stage.receiver.runs).toMatchObject([{ event: 'conversation.close' }, { event: 'message' }]);
		expect(stage.receiver.runs.filter((run) => 'paused' in run)).toEqual([]);
	});

	test('starts the workflow with a flag where the workflow decides', async () => {
		await stage.close();
		await open({ pausedConversations: 'startWorkflow' });
		await pause('p');
		expect(await stage.says('hola')).toEqual(STARTED);
		await stage.deliver(resumes());
		expect(await stage.says('hola')).toEqual(STARTED);
		expect(stage.receiver.runs.map((run) => run.paused)).toEqual([true, undefined]);
	});

	test('no longer has an open question, not even after the pause: its run continues without an answer', async () => {
		const asked = await stage.ask('q');
		await pause('p');
		await waitUntil('the run to go on', () => stage.runs.resumed.length > 0);
		const place = { room_id: demo.roomId, bot: { id: BOT }, contact: { id: USER } };
		expect(stage.runs.resumed).toEqual([
			{ questionId: 'q', answer: { event: place, outcome: { answered: false, outcome: 'paused' } } },
		]);
		expect(await stage.says('Ana')).toEqual(PAUSED);
		await stage.deliver(resumes());
		await stage.deliver(asked);
		expect(await stage.says('Ana')).toEqual(STARTED);
		expect(stage.runs.requests).toBe(1);
	});

	test('takes no question', async () => {
		await pause('p');
		expect(await stage.tell(stage.question('q'))).toEqual(status('paused'));
		await stage.deliver(resumes());
		expect(await stage.tell(stage.question('q'))).toEqual(status('registered'));
	});

	test('takes no question, nor one that waits its turn, which ends with the pause', async () => {
		await stage.ask('q');
		expect(await stage.tell(stage.question('next'))).toEqual(status('queued'));
		await pause('p');
		await waitUntil('both runs to go on', () => stage.runs.resumed.length > 1);
		expect(stage.answers()).toEqual(
			['q', 'next'].map((questionId) => ({ questionId, answered: false, outcome: 'paused' })),
		);
	});

	test('adds no cost to a delivery, which writes nothing and reads no credential', async () => {
		await pause('p');
		const staticData = stage.restore(stage.stored);
		const { reads } = stage.engine.credentials;
		expect(await stage.says('hola')).toEqual(PAUSED);
		expect(staticData.__dataChanged).toBeFalsy();
		expect(stage.engine.credentials.reads).toBe(reads);
	});
});

test('messages that are held when the pause begins start nothing', async () => {
	await stage.close();
	await open({ combineMessages: 1 });
	stopTime();
	const held = stage.says('hola');
	await pause('p');
	expect(await passTime(held)).toEqual(PAUSED);
	expect(stage.receiver.runs).toEqual([]);
});

test('where 5,000 conversations are paused, no more can be, and the log says so', async () => {
	const until = Date.now() + 60_000;
	const others = Array.from({ length: 5_000 }, (_, n) => ({
		...{ id: `p${String(n)}`, roomId: `room-${String(n)}`, askedAt: 1, until },
		hasEnded: false,
	}));
	await stage.deliver(pauses('first', { roomId: 'another room' }));
	const [project = ''] = Object.keys(stage.stored);
	stage.restore({ [project]: formatRooms({ questions: [], pauses: others, ended: [] }) });
	expect(await stage.deliver(pauses('p'))).toEqual(status('full'));
	expect(stage.engine.warnings).toEqual([
		expect.stringContaining("refused a Jelou node's note: 5,000 conversations are paused already"),
	]);
	expect(await stage.says('hola')).toEqual(STARTED);
});

describe('what has ended stays ended:', () => {
	test('an old copy of the static data does not bring a pause back', async () => {
		await pause('p');
		const old = stage.stored;
		await stage.deliver(resumes());
		stage.restore(old);
		expect(await stage.says('hola')).toEqual(STARTED);
	});

	test('resuming again clears it from a copy that another process wrote', async () => {
		stopTime();
		await pause('p');
		const old = stage.stored;
		await stage.deliver(resumes());
		stage.restore(old);
		jest.advanceTimersByTime(1_050);
		expect(await stage.deliver(resumes())).toEqual(status('registered'));
		// The end of the pause is stored until its time is up; the pause itself is not.
		expect(JSON.stringify(stage.stored)).toMatch(/"p\\*",.*,true,null,null\]\]/);
		expect(await stage.says('hola')).toEqual(STARTED);
	});

	test('a replayed note pauses nothing', async () => {
		const note = await pause('p');
		await stage.deliver(resumes());
		expect(await stage.deliver(note)).toEqual(status('registered'));
		expect(await stage.deliver(pauses('p'))).toEqual(status('confirmed'));
		expect(await stage.says('hola')).toEqual(STARTED);
	});

	test('a replayed end of a pause does not end a newer pause, and gets the same response as before', async () => {
		await pause('old');
		const note = resumes();
		expect(await stage.deliver(note)).toEqual(status('registered'));
		await pause('new');
		const before = JSON.stringify(stage.stored);
		expect(await stage.deliver(note)).toEqual(status('registered'));
		expect(JSON.stringify(stage.stored)).toBe(before);
		expect(await stage.says('hola')).toEqual(PAUSED);
		expect(await stage.deliver(resumes())).toEqual(status('registered'));
		expect(await stage.says('hola')).toEqual(STARTED);
	});

	test('forgeries and refused notes with the ID of a genuine one do not take its place', async () => {
		await pause('p');
		const note = resumes();
		expect((await stage.deliver(note, sign(Buffer.from('{}'), 'x'))).status).toBe(401);
		expect(
			(await stage.deliver({ ...note, address: 'https://other.example.com/webhook/webhook-1/webhook' }))
				.status,
		).toBe(403);
		expect(await stage.deliver(note)).toEqual(status('registered'));
		expect(await stage.says('hola')).toEqual(STARTED);
	});

	test('the next write after an answer in another room keeps a pause that is missing from its copy', async () => {
		await stage.ask('q', {}, { roomId: 'another room' });
		const old = stage.stored;
		await pause('p');
		stage.restore(old);
		await stage.says('Ana', { room_id: 'another room' });
		await stage.deliver(stage.note({ note: 'keep' }));
		expect(JSON.stringify(stage.stored)).toContain(demo.roomId);
	});
});

describe('a note that changes nothing:', () => {
	type Change = (note: IDataObject) => IDataObject;
	const cases: Array<[string, number, Change, string | null | undefined]> = [
		['without a signature', 401, (note) => note, null],
		['with the signature of another body', 401, (note) => note, sign(Buffer.from('{}'), 'x')],
		[
			'for another trigger',
			403,
			(note) => ({ ...note, address: 'https://other.example.com/webhook/webhook-1/webhook' }),
			undefined,
		],
		['a minute old', 403, (note) => ({ ...note, sentAt: Date.now() - 60_100 }), undefined],
		['from a minute ahead', 403, (note) => ({ ...note, sentAt: Date.now() + 61_000 }), undefined],
		['without an ID', 403, (note) => ({ ...note, noteId: undefined }), undefined],
		['without its room', 403, (note) => ({ ...note, roomId: undefined, pause: undefined }), undefined],
	];

	test.each(cases)('a pause %s', async (_name, code, change, signature) => {
		stopTime();
		expect((await stage.deliver(change(pauses('p')), signature)).status).toBe(code);
		expect(stage.engine.staticData.__dataChanged).toBeFalsy();
		expect(await stage.says('hola')).toEqual(STARTED);
	});

	test.each(cases)('the end of a pause %s', async (_name, code, change, signature) => {
		stopTime();
		await pause('p');
		expect((await stage.deliver(change(resumes()), signature)).status).toBe(code);
		expect(await stage.says('hola')).toEqual(PAUSED);
	});
});
