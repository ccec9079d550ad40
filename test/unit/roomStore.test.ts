import { randomUUID } from 'node:crypto';

import { ObservableObject, type IDataObject } from 'n8n-workflow';

import * as clock from '../../nodes/Jelou/shared/clock';
import type { Question, Step } from '../../nodes/Jelou/shared/triggerNote';
import { RoomStore, hasQuestions, roomStoreOf } from '../../nodes/Jelou/trigger/rooms/roomStore';
import type { KeptQuestion } from '../../nodes/Jelou/trigger/rooms/storedRooms';
import { stepWith } from '../support/step';

const PROJECT = 'https://gateway.example.com project';
const START = 1_800_000_000_000;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

let now: number;
beforeEach(() => {
	now = START;
	jest.spyOn(Date, 'now').mockImplementation(() => now);
	jest.spyOn(clock, 'uptime').mockImplementation(() => now - START + 1);
});
afterEach(() => jest.restoreAllMocks());

function question(id: string, extra: Partial<Question> = {}): Question {
	return {
		id,
		roomId: `room-${id}`,
		userId: 'user',
		botId: 'bot',
		projectId: 'project',
		runId: `run-${id}`,
		title: 'What is it?',
		resumePath: `/webhook-waiting/${id}/node?signature=s`,
		askedAt: now,
		until: now + HOUR,
		steps: [stepWith()],
		...extra,
	};
}

/** A step with twenty choices that no other question has. */
const withOwnChoices = (n: number): Step =>
	stepWith({
		type: 'choice',
		choices: Array.from({ length: 20 }, (_, choice) => `Factura ${String(n)}-${String(choice)} del cliente`),
		invalidMessage: 'Por favor, elige una',
	});

function add(store: RoomStore, asked: Question, phase: KeptQuestion['phase'] = 'open', text = '') {
	const added = store.add(asked, phase, text);
	if (added === undefined) throw new Error('There is no room for it.');
	return added;
}

const storeWith = (...questions: Question[]): RoomStore => {
	const store = new RoomStore(PROJECT);
	for (const each of questions) add(store, each);
	return store;
};

const pause = (id: string, extra: Partial<Question> = {}) => ({
	id,
	roomId: `room-${id}`,
	askedAt: now,
	until: now + HOUR,
	...extra,
});

/** What a delivery with this copy writes. */
function written(store: RoomStore, copy: IDataObject = {}): IDataObject {
	const staticData = structuredClone(copy);
	store.save(staticData);
	return staticData;
}

const read = (store: RoomStore, staticData: IDataObject): boolean => store.load(staticData);

/** Another process that reads this static data, or the same one after a restart. */
function reading(staticData: IDataObject): RoomStore {
	const store = new RoomStore(PROJECT);
	read(store, staticData);
	return store;
}

const textsIn = ({ jelouRooms }: IDataObject) => jelouRooms as Record<string, string>;
const textIn = (staticData: IDataObject): string => textsIn(staticData)[PROJECT] ?? '';
const idsIn = (store: RoomStore, roomId: string) => store.inRoom(roomId).map(({ id }) => id);

describe('a question', () => {
	test('is found by its room alone, until its time is up', () => {
		const store = storeWith(question('a'), question('b'));
		expect(idsIn(store, 'room-a')).toEqual(['a']);
		expect(idsIn(store, 'room-c')).toEqual([]);
		now += HOUR - 1;
		expect(idsIn(store, 'room-a')).toEqual(['a']);
		now += 1;
		expect(idsIn(store, 'room-a')).toEqual([]);
		expect(store.find({ id: 'a', roomId: 'room-a' })).toBeUndefined();
	});

	test('is not found by its ID when its time is up, either', () => {
		const store = storeWith(question('a'));
		now += HOUR - 1;
		expect(store.find(question('a'))).toBeDefined();
		now += 1;
		expect(store.find(question('a'))).toBeUndefined();
	});

	test('survives a restart completely', () => {
		const store = storeWith(question('a'), question('b', { steps: [withOwnChoices(1)] }));
		const queued = add(store, question('c', { roomId: 'room-a' }), 'queued', '¿Y tu "correo"?');
		const open = store.find(question('b'));
		if (open === undefined) throw new Error('It is not there.');
		store.change(open, { attempts: 2 });
		expect(store.keepBefore(open, [{ event: 'message', chatInput: 'hola' }])).toBe(true);
		const restarted = reading(written(store));
		const stored = (known: KeptQuestion | undefined) => known && { ...known, seenAt: undefined };
		expect(restarted.inRoom('room-b')).toEqual([stored(open)]);
		expect(restarted.inRoom('room-b')).toEqual([
			{
				...question('b', { steps: [withOwnChoices(1)] }),
				phase: 'open',
				attempts: 2,
				changedAt: expect.any(Number) as number,
				text: '',
				messagesBefore: [{ event: 'message', chatInput: 'hola' }],
				step: 0,
				answers: {},
				takenId: '',
			},
		]);
		expect(restarted.inRoom('room-a')).toEqual([stored(store.find(question('a'))), stored(queued)]);
	});

	test('takes about 310 bytes when there are a thousand, and what they have in common is stored once', () => {
		const steps = [withOwnChoices(1)];
		const asked = Array.from({ length: 1_000 }, (_, n) => {
			const path = `/webhook-waiting/${String(200_000 + n)}/${randomUUID()}?signature=${'0'.repeat(64)}`;
			const ids = { roomId: randomUUID(), userId: '573001234567', runId: String(200_000 + n) };
			return question(randomUUID(), { ...ids, resumePath: path, steps });
		});
		const text = textIn(written(storeWith(...asked)));
		expect(Buffer.byteLength(text)).toBeLessThan(320 * asked.length);
		expect(text.split(steps[0]?.choices[0] ?? '?')).toHaveLength(2);
	});

	test('is not serialised again while nothing in it changes', () => {
		const steps = [withOwnChoices(1)];
		const store = storeWith(question('a', { steps }), question('b'));
		const before = written(store);
		const stringify = jest.spyOn(JSON, 'stringify');
		add(store, question('c'));
		const after = written(store, before);
		expect(stringify.mock.calls.flat(4)).not.toContain(steps);
		expect(stringify.mock.calls.flat(4)).not.toContain('room-a');
		expect(textIn(after)).toContain('room-a');
	});

	test('that its run adds again replaces the older one, and no other', () => {
		const store = storeWith(question('a', { roomId: 'r' }), question('b', { roomId: 'r', runId: 'other' }));
		add(store, question('c', { roomId: 'r', runId: 'run-a' }));
		expect(idsIn(store, 'r')).toEqual(['b', 'c']);
		expect(store.hasEnded('a')).toBe(true);
	});
});

describe('of two processes', () => {
	test('each takes over what the other has added, and keeps its own', () => {
		const [one, two] = [storeWith(question('a')), storeWith(question('b'))];
		two.addPause(pause('p'));
		read(one, written(two));
		expect([idsIn(one, 'room-a'), idsIn(one, 'room-b'), one.isPaused('room-p')]).toEqual([
			['a'],
			['b'],
			true,
		]);
		expect(one.needsSaving).toBe(true);
		read(two, written(one));
		expect([idsIn(two, 'room-a'), two.needsSaving]).toEqual([['a'], false]);
	});

	test('the newer of each question counts, in both directions', () => {
		const one = storeWith(question('a'), question('b'));
		const two = reading(written(one));
		const change = (store: RoomStore, id: string, attempts: number) => {
			const known = store.find(question(id));
			if (known) store.change(known, { attempts });
		};
		change(one, 'a', 1);
		change(two, 'b', 1);
		now += 5;
		change(two, 'a', 2);
		change(one, 'b', 2);
		const [ofOne, ofTwo] = [written(one), written(two)];
		read(one, ofTwo);
		read(two, ofOne);
		const attempts = (store: RoomStore) =>
			['a', 'b'].map((id) => store.find(question(id))?.attempts ?? Number.NaN);
		expect([attempts(one), attempts(two)]).toEqual([
			[2, 2],
			[2, 2],
		]);
		expect([one.needsSaving, two.needsSaving]).toEqual([true, true]);
		read(two, ofOne);
		expect(attempts(two)).toEqual([2, 2]);
	});

	test('what was asked again, and what came before, are taken over, and an older copy takes nothing back', () => {
		const one = storeWith(question('a'));
		const old = written(one);
		const two = reading(old);
		const known = one.find(question('a'));
		if (known === undefined) throw new Error('It is not there.');
		one.change(known, { attempts: 1 });
		one.keepBefore(known, [{ chatInput: 'hola' }]);
		read(two, written(one));
		read(two, old);
		expect(two.find(question('a'))).toMatchObject({ attempts: 1, messagesBefore: [{ chatInput: 'hola' }] });
		expect(two.needsSaving).toBe(true);
	});

	test('what another process was about to ask next is open here: the messages of its room arrive here now', () => {
		const [first] = question('a').steps;
		const steps = ['name', 'order'].map((name) => ({ ...first, name }) as Step);
		const one = storeWith(question('a', { steps }));
		const two = reading(written(one));
		const known = one.find(question('a'));
		if (known === undefined) throw new Error('It is not there.');
		one.advance(known, 'Ana', 'message-1');
		read(two, written(one));
		const taken = { step: 1, answers: { name: 'Ana' }, takenId: 'message-1' };
		expect(two.find(question('a'))).toMatchObject({ ...taken, phase: 'open', isUnsure: true });
		expect(one.find(question('a'))).toMatchObject({ ...taken, phase: 'pending' });
	});

	test('the end of a question is final for the other, whatever old copy it reads', () => {
		const one = storeWith(question('a'), question('b'));
		const old = written(one);
		const two = reading(old);
		const ended = one.find(question('a'));
		if (ended) one.end(ended);
		read(two, written(one));
		expect([idsIn(two, 'room-a'), two.hasEnded('a'), idsIn(two, 'room-b')]).toEqual([[], true, ['b']]);
		read(two, old);
		expect(idsIn(two, 'room-a')).toEqual([]);
	});

	test('one that has ended a question notices that a copy still has it, and removes it', () => {
		const one = storeWith(question('a'), question('b'));
		const old = written(one);
		const ended = one.find(question('a'));
		if (ended) one.end(ended);
		written(one);
		now += 1_000;
		read(one, old);
		expect(one.needsSaving).toBe(true);
		expect(idsIn(reading(written(one, old)), 'room-a')).toEqual([]);
	});

	test('one that never had the question learns its end, too', () => {
		const one = new RoomStore(PROJECT);
		one.end({ id: 'a' });
		const two = storeWith(question('a'));
		read(two, written(one));
		expect(idsIn(two, 'room-a')).toEqual([]);
	});

	test('the one that did not open a question does not take an earlier message for its answer, either', () => {
		const one = new RoomStore(PROJECT);
		const pending = add(one, question('a'), 'pending');
		const two = reading({});
		read(two, written(one));
		const arrivedAt = clock.uptime();
		now += 1_000;
		one.open(pending);
		read(two, written(one));
		const known = two.find(question('a'));
		if (known === undefined) throw new Error('It is not there.');
		expect([two.wasOpenAt(known, arrivedAt), two.wasOpenAt(known, clock.uptime())]).toEqual([false, true]);
	});

	test('what the other opened a while ago counts as open since then, not since it became known here', () => {
		const one = new RoomStore(PROJECT);
		const pending = add(one, question('a'), 'pending');
		const two = reading({});
		read(two, written(one));
		now += 500;
		one.open(pending);
		const opened = written(one);
		const openedAt = clock.uptime();
		now += 1_500;
		read(two, opened);
		const known = two.find(question('a'));
		if (known === undefined) throw new Error('It is not there.');
		expect([two.wasOpenAt(known, openedAt - 101), two.wasOpenAt(known, openedAt)]).toEqual([false, true]);
	});

	test('what another process with a fast clock registered is open at once', () => {
		const ahead = new RoomStore(PROJECT);
		now += 2_000;
		add(ahead, question('a'), 'pending');
		now -= 2_000;
		const here = reading({});
		read(here, written(ahead));
		const known = here.find(question('a'));
		if (known === undefined) throw new Error('It is not there.');
		here.open(known);
		expect(here.wasOpenAt(known, clock.uptime())).toBe(true);
	});

	test('an end is passed on to any process that still has the question, however many have ended since', () => {
		const store = new RoomStore(PROJECT);
		store.end({ id: 'a' });
		for (let n = 0; n < 300; n++) store.end({ id: `ended-${String(n)}` });
		read(store, written(storeWith(question('a'))));
		expect(reading(written(store)).hasEnded('a')).toBe(true);
	});
});

describe('static data that a run has erased or reverted', () => {
	test.each<[string, IDataObject]>([
		['has nothing at all', {}],
		['has other things', { jelou: { key: { signingSecret: 's' } }, counter: 7 }],
		['has an empty object of ours', { jelouRooms: {} }],
		['has the text of another project', { jelouRooms: { other: '' } }],
		['has no object where ours was', { jelouRooms: 'text' }],
	])('is noticed where it %s, and written whole', (_name, erased) => {
		const store = storeWith(question('a'));
		store.addPause(pause('p'));
		const before = written(store);
		expect(store.needsSaving).toBe(false);
		expect(read(store, before)).toBe(true);
		expect(store.needsSaving).toBe(false);
		expect(read(store, erased)).toBe(true);
		expect(store.needsSaving).toBe(true);
		const healed = written(store, erased);
		expect(textIn(healed)).toBe(textIn(before));
		expect(healed).toMatchObject(
			'jelou' in erased ? { jelou: { key: { signingSecret: 's' } }, counter: 7 } : {},
		);
		expect(store.needsSaving).toBe(false);
	});

	test('is noticed where it lacks a pause, or still has one that has ended', () => {
		const store = new RoomStore(PROJECT);
		store.addPause(pause('p'));
		const paused = written(store);
		store.endPause('room-p');
		const ended = written(store);
		now += 1_000;
		read(store, paused);
		expect([store.isPaused('room-p'), store.needsSaving]).toEqual([false, true]);
		read(store, ended);
		expect(store.needsSaving).toBe(false);
		read(store, {});
		expect(store.needsSaving).toBe(true);
	});

	test('is not what a delivery has that n8n began during a write', () => {
		const store = storeWith(question('a'));
		const before = written(store);
		add(store, question('b'));
		const after = written(store);
		now += 999;
		read(store, before);
		expect([store.needsSaving, store.isStored('a'), store.isStored('b')]).toEqual([false, true, false]);
		read(store, after);
		expect([store.needsSaving, store.isStored('b')]).toEqual([false, true]);
		read(store, before);
		now += 1;
		read(store, before);
		expect(store.needsSaving).toBe(true);
	});

	test('is noticed in a copy that had everything before another process added something', () => {
		const one = storeWith(question('a'));
		const before = written(one);
		read(one, written(storeWith(question('b'))));
		read(one, before);
		expect(one.needsSaving).toBe(true);
	});

	test('does not concern a process that knows nothing', () => {
		const store = reading({});
		expect([store.needsSaving, store.isEmpty]).toEqual([false, true]);
	});
});

test('reading what was read or written last costs no parsing, and marks nothing as changed', () => {
	const store = storeWith(question('a'));
	const staticData: IDataObject = ObservableObject.create(written(store), undefined, {
		ignoreEmptyOnFirstChild: true,
	});
	const restarted = reading(staticData);
	const parse = jest.spyOn(JSON, 'parse');
	for (const each of [store, restarted]) expect(read(each, staticData)).toBe(true);
	expect(parse).not.toHaveBeenCalled();
	expect(staticData.__dataChanged).toBeFalsy();
	restarted.save(staticData);
	expect(staticData.__dataChanged).toBe(true);
});

describe('what cannot be read', () => {
	test.each(['{', 'null', '[]', '"text"', '{}', '{"version":2,"questions":[]}', 'undefined'])(
		'%s is said once, left alone, and kept beside what is written',
		(text) => {
			const store = new RoomStore(PROJECT);
			const staticData = { jelouRooms: { [PROJECT]: text } };
			expect(read(store, staticData)).toBe(false);
			expect(read(store, staticData)).toBe(true);
			expect(store.needsSaving).toBe(false);
			add(store, question('a'));
			const kept = written(store, staticData);
			expect(textsIn(kept)[`${PROJECT} (unreadable)`]).toBe(text);
			expect(idsIn(reading(kept), 'room-a')).toEqual(['a']);
			add(store, question('b'));
			expect(textsIn(written(store, kept))[`${PROJECT} (unreadable)`]).toBe(text);
		},
	);

	test('is also kept by a delivery that read it before another one wrote', () => {
		const store = new RoomStore(PROJECT);
		const staticData = { jelouRooms: { [PROJECT]: '{"version":2}' } };
		read(store, staticData);
		add(store, question('a'));
		written(store, staticData);
		add(store, question('b'));
		expect(textsIn(written(store, staticData))[`${PROJECT} (unreadable)`]).toBe('{"version":2}');
	});

	test('does no harm: an incomplete row is ignored, and the others count', () => {
		const [row, nodes] = ['["id","room"]', '[{"type":"any"},"project"]'];
		const rooms = `{"version":1,"nodes":[${nodes}],"questions":[${row},7,null],"pauses":[${row},{}],"ended":["e",7]}`;
		const store = reading({ jelouRooms: { [PROJECT]: rooms } });
		expect([store.isEmpty, store.hasEnded('e')]).toEqual([true, true]);
	});
});

describe('a pause', () => {
	test('lasts until its time is up, across a restart, beside the questions of other rooms', () => {
		const store = storeWith(question('a'));
		store.addPause(pause('p'));
		const restarted = reading(written(store));
		expect([restarted.isPaused('room-p'), restarted.isPaused('room-a')]).toEqual([true, false]);
		now += HOUR - 1;
		expect(restarted.isPaused('room-p')).toBe(true);
		now += 1;
		expect(restarted.isPaused('room-p')).toBe(false);
		expect(textsIn(written(restarted))).toEqual({});
	});

	test('that another process has ended is over, and one that begins after it is not', () => {
		const [one, two] = [new RoomStore(PROJECT), new RoomStore(PROJECT)];
		one.addPause(pause('a'));
		const paused = written(one);
		read(two, paused);
		one.endPause('room-a');
		const ended = written(one);
		read(two, ended);
		read(two, paused);
		expect([one.isPaused('room-a'), two.isPaused('room-a')]).toEqual([false, false]);
		now += 2;
		two.addPause(pause('b', { roomId: 'room-a' }));
		read(one, written(two));
		read(one, ended);
		expect(one.isPaused('room-a')).toBe(true);
		expect([one.knowsPause(pause('b', { roomId: 'room-a' })), one.knowsPause(pause('c'))]).toEqual([
			true,
			false,
		]);
	});

	test('is distinguished from its end in what is stored', () => {
		const store = new RoomStore(PROJECT);
		store.addPause(pause('p'));
		written(store);
		expect(store.isStoredAsPaused('room-p')).toBe(true);
		store.endPause('room-p');
		expect(store.isStoredAsPaused('room-p')).toBe(true);
		written(store);
		expect([store.isStoredAsPaused('room-p'), store.isStored('p')]).toEqual([false, true]);
	});

	test('is refused when there are 5,000, not counting those that have ended', () => {
		const store = new RoomStore(PROJECT);
		for (let n = 0; n < 5_000; n++) {
			expect(store.addPause(pause(`ended ${String(n)}`))).toBe(true);
			store.endPause(`room-ended ${String(n)}`);
		}
		for (let n = 0; n < 5_000; n++) expect(store.addPause(pause(String(n)))).toBe(true);
		expect(store.addPause(pause('more'))).toBe(false);
		expect(store.isPaused('room-4999')).toBe(true);
		expect(store.addPause(pause('again', { roomId: 'room-7', askedAt: now + 1 }))).toBe(true);
		const text = textIn(written(store));
		expect(text.split('room-ended')).toHaveLength(1_001);
		expect(reading({ jelouRooms: { [PROJECT]: text } }).isPaused('room-4999')).toBe(true);
		store.endPause('room-8');
		expect(store.addPause(pause('more'))).toBe(true);
	});
});

describe('there is a limit to', () => {
	test('how many questions are open: 5,000, and then one more only where one has ended or expired', () => {
		const store = new RoomStore(PROJECT);
		for (let n = 0; n < 4_999; n++) add(store, question(String(n)));
		const last = add(store, question('last', { until: now + MINUTE }));
		expect(store.add(question('more'), 'open')).toBeUndefined();
		store.end(last);
		add(store, question('more', { until: now + MINUTE }));
		expect(store.add(question('too many'), 'open')).toBeUndefined();
		now += MINUTE;
		expect(store.add(question('later'), 'open')).toBeDefined();
		expect(store.addPause(pause('p'))).toBe(true);
	});

	test('what the questions of a node have in common counts once', () => {
		const steps = Array.from({ length: 20 }, (_, n) => withOwnChoices(n));
		const size = JSON.stringify(steps).length;
		const store = new RoomStore(PROJECT);
		const count = Math.ceil(8_000_000 / size);
		for (let n = 0; n < count; n++) expect(store.add(question(String(n), { steps }), 'open')).toBeDefined();
	});

	test('how much space they take, where each has its own choices', () => {
		const store = new RoomStore(PROJECT);
		let count = 0;
		while (store.add(question(String(count), { steps: [withOwnChoices(count)] }), 'open')) count++;
		expect(count).toBeGreaterThan(1_000);
		expect(count).toBeLessThan(5_000);
		expect(Buffer.byteLength(textIn(written(store)))).toBeLessThan(5_000_000);
		const [first] = store.inRoom('room-0');
		if (first) store.end(first);
		expect(store.add(question('next', { steps: [withOwnChoices(0)] }), 'open')).toBeDefined();
	});

	test('how much space they take, where each has a long text that waits its turn', () => {
		const store = new RoomStore(PROJECT);
		let count = 0;
		while (store.add(question(String(count)), 'queued', 'a'.repeat(4_000))) count++;
		expect(count).toBeLessThan(1_000);
		expect(textIn(written(store)).length).toBeLessThan(5_000_000);
	});

	test('how much arrives while a question is being sent', () => {
		const store = new RoomStore(PROJECT);
		const pending = add(store, question('a'), 'pending');
		const hola = { event: 'message', chatInput: 'hola' };
		for (let n = 0; n < 20; n++) expect(store.keepBefore(pending, [hola])).toBe(true);
		expect(store.keepBefore(pending, [hola])).toBe(false);
		expect(pending.messagesBefore).toHaveLength(20);
		const other = add(store, question('b'), 'pending');
		expect(store.keepBefore(other, [{ chatInput: 'a'.repeat(30_000) }])).toBe(true);
		expect(store.keepBefore(other, [{ chatInput: 'a'.repeat(30_000) }])).toBe(false);
		expect(other.messagesBefore).toHaveLength(1);
	});

	test('how much arrives for all of them together', () => {
		const store = new RoomStore(PROJECT);
		const event = { chatInput: 'a'.repeat(49_000) };
		const keep = (n: number) => store.keepBefore(add(store, question(String(n)), 'pending'), [event]);
		let count = 0;
		while (count < 200 && keep(count)) count++;
		expect(count).toBeLessThan(200);
		expect(textIn(written(store)).length).toBeLessThan(5_000_000);
		const [first] = store.inRoom('room-0');
		if (first) store.end(first);
		expect(keep(201)).toBe(true);
	});

	test('how many ends are stored: 200', () => {
		const store = new RoomStore(PROJECT);
		for (let n = 0; n < 300; n++) store.end({ id: `ended-${String(n)}.` });
		const other = reading(written(store));
		expect([other.hasEnded('ended-99.'), other.hasEnded('ended-100.'), other.hasEnded('ended-299.')]).toEqual(
			[false, true, true],
		);
		expect(store.hasEnded('ended-0.')).toBe(true);
	});
});

describe('beside it in static data', () => {
	test("other projects' data stays while something in it lasts, and is then removed", () => {
		const ofOther = new RoomStore('other');
		add(ofOther, question('o'));
		ofOther.addPause(pause('p', { until: now + 2 * HOUR }));
		const store = storeWith(question('a', { until: now + 3 * HOUR }));
		const both = written(store, written(ofOther));
		expect(Object.keys(textsIn(both)).sort()).toEqual([PROJECT, 'other'].sort());
		expect(textIn(both)).not.toContain('room-o');
		now += HOUR;
		add(store, question('b'));
		expect(Object.keys(textsIn(written(store, both)))).toContain('other');
		now += HOUR;
		add(store, question('c'));
		expect(Object.keys(textsIn(written(store, both)))).toEqual([PROJECT]);
	});

	test("another project's data is removed when it has only ended questions, and stays when it cannot be read", () => {
		const ofOther = new RoomStore('other');
		ofOther.end({ id: 'e' });
		const data = written(ofOther);
		textsIn(data).newer = '{"version":2}';
		expect(Object.keys(textsIn(written(storeWith(question('a')), data))).sort()).toEqual([PROJECT, 'newer']);
	});

	test('each project and each workflow has a store of its own', () => {
		const store = roomStoreOf('workflow', PROJECT);
		add(store, question('a'));
		expect(roomStoreOf('workflow', PROJECT)).toBe(store);
		expect(roomStoreOf('workflow', 'other').isEmpty).toBe(true);
		expect(roomStoreOf('other', PROJECT).isEmpty).toBe(true);
	});
});

describe('while a question is being sent', () => {
	test('it is pending for a minute, then it counts as sent', () => {
		const store = new RoomStore(PROJECT);
		const pending = add(store, question('a'), 'pending');
		now += MINUTE - 1;
		expect(store.isPending(pending)).toBe(true);
		now += 1;
		expect(store.isPending(pending)).toBe(false);
		expect(store.wasOpenAt(pending, 0)).toBe(true);
	});

	test('it is open for a process that reads it for the first time, and pending for one that knew it before', () => {
		const store = new RoomStore(PROJECT);
		add(store, question('a'), 'pending');
		const staticData = written(store);
		expect(reading(staticData).find(question('a'))?.phase).toBe('open');
		const [idle, busy] = [reading({}), reading(written(storeWith(question('b'))))];
		for (const other of [idle, busy]) {
			read(other, staticData);
			expect(other.find(question('a'))?.phase).toBe('pending');
		}
	});

	test('if it had waited its turn, a process that learns of it asks it again, and takes any message for its answer', () => {
		const store = new RoomStore(PROJECT);
		const own = add(store, question('a'), 'pending', '¿Qué?');
		add(store, question('b'), 'pending');
		const busy = reading(written(storeWith(question('c'))));
		read(busy, written(store));
		for (const other of [reading(written(store)), busy]) {
			const again = other.nextIn('room-a');
			expect([again?.id, other.asked('room-a'), other.queues()]).toEqual(['a', [again], ['room-a']]);
			if (again === undefined) continue;
			for (const phase of ['pending', 'open'] as const) {
				other.change(again, { phase });
				expect(other.wasOpenAt(again, -1)).toBe(true);
			}
		}
		read(store, written(busy));
		expect(own.phase).toBe('open');
	});

	test('what arrives then is not its answer, and what arrives after is', () => {
		const store = new RoomStore(PROJECT);
		const pending = add(store, question('a'), 'pending');
		now += 1_000;
		store.open(pending);
		expect(store.wasOpenAt(pending, clock.uptime() - 101)).toBe(false);
		expect(store.wasOpenAt(pending, clock.uptime() - 100)).toBe(true);
		expect([pending.phase, store.isPending(pending)]).toEqual(['open', false]);
	});

	test('that it is open causes no write by itself, but is written with the next', () => {
		const store = new RoomStore(PROJECT);
		const pending = add(store, question('a'), 'pending');
		const before = written(store);
		store.open(pending);
		expect(store.needsSaving).toBe(false);
		const busy = storeWith(question('b'));
		read(busy, before);
		read(busy, written(store));
		expect(busy.find(question('a'))?.phase).toBe('open');
	});

	test.each<[string, (store: RoomStore, pending: KeptQuestion) => void]>([
		['it is sent', (store, pending) => store.open(pending)],
		['it ends', (store, pending) => store.end(pending)],
		[
			'another process sends it',
			(store, pending) => {
				const sent = { ...pending, phase: 'open' as const, changedAt: pending.changedAt + 1 };
				const other = storeWith(sent);
				now += 1;
				other.change(other.inRoom(sent.roomId)[0] ?? sent, { phase: 'open' });
				read(store, written(other));
			},
		],
	])('whoever waits for that goes on when %s', async (_name, happen) => {
		// So that the wait does not end by time.
		jest.useFakeTimers({ doNotFake: ['Date', 'performance'] });
		const store = new RoomStore(PROJECT);
		const pending = add(store, question('a'), 'pending');
		const waiting = store.decided(pending, HOUR);
		happen(store, pending);
		await waiting;
		await store.decided(pending, HOUR);
		jest.useRealTimers();
	});
});

describe('in a room that is busy', () => {
	test('a question of another run waits its turn, and one of the same run does not', () => {
		const store = storeWith(question('a', { roomId: 'r' }));
		expect(store.isBusyFor({ roomId: 'r', runId: 'run-b' })).toBe(true);
		expect(store.isBusyFor({ roomId: 'r', runId: 'run-a' })).toBe(false);
		expect(store.isBusyFor({ roomId: 'other', runId: 'run-b' })).toBe(false);
	});

	test('those that wait are asked in the order in which they came, each when the room is free', () => {
		const store = storeWith(question('a', { roomId: 'r' }));
		for (const id of ['b', 'c']) add(store, question(id, { roomId: 'r' }), 'queued', '¿Qué?');
		expect([store.nextIn('r'), store.asked('r').map(({ id }) => id)]).toEqual([undefined, ['a']]);
		expect([store.hasQueue('r'), store.queues()]).toEqual([true, ['r']]);
		const [first] = store.asked('r');
		if (first) store.end(first);
		const next = store.nextIn('r');
		expect(next?.id).toBe('b');
		if (next) store.change(next, { phase: 'pending' });
		expect(store.nextIn('r')).toBeUndefined();
		if (next) store.end(next);
		expect(store.nextIn('r')?.id).toBe('c');
		expect(store.isBusyFor({ roomId: 'r', runId: 'run-d' })).toBe(true);
	});

	test('what replaces another question comes before what waits', () => {
		const store = storeWith(question('a', { roomId: 'r' }));
		add(store, question('b', { roomId: 'r' }), 'queued', '¿Qué?');
		add(store, question('c', { roomId: 'r' }), 'pending');
		expect(idsIn(store, 'r')).toEqual(['a', 'c', 'b']);
	});

	test('nothing is next while another question is open, in whatever order they became known', () => {
		const store = new RoomStore(PROJECT);
		const first = add(store, question('a', { roomId: 'r' }), 'queued', '¿Qué?');
		store.change(first, { phase: 'pending' });
		add(store, question('b', { roomId: 'r' }), 'pending');
		store.change(first, { phase: 'queued' });
		expect(store.nextIn('r')).toBeUndefined();
	});

	test('the run that was answered has the room for two seconds more', () => {
		const store = new RoomStore(PROJECT);
		const answered = add(store, question('a', { roomId: 'r' }));
		add(store, question('b', { roomId: 'r' }), 'queued', '¿Qué?');
		store.reserve(answered);
		store.end(answered);
		now += 1_999;
		expect(store.nextIn('r')).toBeUndefined();
		expect(store.isBusyFor({ roomId: 'r', runId: 'run-a' })).toBe(false);
		expect(store.isBusyFor({ roomId: 'r', runId: 'run-c' })).toBe(true);
		now += 1;
		expect(store.nextIn('r')?.id).toBe('b');
		expect(store.isBusyFor({ roomId: 'r', runId: 'run-a' })).toBe(true);
	});

	test('a room in which nothing waits is also kept for that run', () => {
		const store = new RoomStore(PROJECT);
		const answered = add(store, question('a', { roomId: 'r' }));
		store.reserve(answered);
		store.end(answered);
		expect(store.isBusyFor({ roomId: 'r', runId: 'run-b' })).toBe(true);
		now += 2_000;
		expect(store.isBusyFor({ roomId: 'r', runId: 'run-b' })).toBe(false);
	});

	test('the run whose turn it is gets the room within the two seconds, too', () => {
		const store = new RoomStore(PROJECT);
		const answered = add(store, question('a', { roomId: 'r' }));
		add(store, question('b', { roomId: 'r', runId: 'run-a' }), 'queued', '¿Qué?');
		store.reserve(question('a', { roomId: 'r' }));
		expect(store.hasEnded(answered.id)).toBe(true);
		expect(store.nextIn('r')?.id).toBe('b');
	});

	test('that a question is stored, open or queued, is known from static data alone', () => {
		const store = storeWith(question('a', { roomId: 'r' }));
		const staticData = written(store);
		expect([hasQuestions(staticData, PROJECT), hasQuestions(staticData, 'other')]).toEqual([true, false]);
		const queued = add(store, question('b', { roomId: 'r' }), 'queued', '¿Qué?');
		store.end(question('a', { roomId: 'r' }));
		expect(hasQuestions(written(store), PROJECT)).toBe(true);
		store.end(queued);
		expect(hasQuestions(written(store), PROJECT)).toBe(false);
		expect(hasQuestions({}, PROJECT)).toBe(false);
	});
});

test('a run that cannot be reached is given up on after a minute', () => {
	const store = new RoomStore(PROJECT);
	const asked = add(store, question('a'));
	expect(store.isLost(asked)).toBe(false);
	now += MINUTE - 1;
	expect(store.isLost(asked)).toBe(false);
	now += 1;
	expect(store.isLost(asked)).toBe(true);
});
