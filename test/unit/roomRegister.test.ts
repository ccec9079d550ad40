import { ObservableObject, type IDataObject } from 'n8n-workflow';

import type { Question } from '../../nodes/Jelou/shared/roomNote';
import {
	MAX_ENTRIES,
	RoomRegister,
	registerOf,
	storeRooms,
	storedText,
} from '../../nodes/Jelou/trigger/rooms/register';

const NOW = Date.now();
const HOUR = 3_600_000;

function question(id: string, extra: Partial<Question> = {}): Question {
	return {
		id,
		roomId: `room-${id}`,
		userId: 'user',
		botId: 'bot',
		projectId: 'project',
		resumeUrl: `https://n8n.example.com/webhook-waiting/${id}/node?signature=s`,
		askedAt: NOW,
		until: NOW + HOUR,
		expects: { type: 'any', choices: [], invalidMessage: 'Por favor', maxAttempts: 3 },
		...extra,
	};
}

const open = (asked: Question) => ({ ...asked, attempts: 0 });

function registerWith(...questions: Question[]): RoomRegister {
	const register = new RoomRegister();
	for (const each of questions) register.questions.add(open(each));
	return register;
}

/** What another process, or this one after a restart, knows. */
function afterRestart(register: RoomRegister): RoomRegister {
	const other = new RoomRegister();
	other.load(register.serialise());
	return other;
}

test('a question is found in its room, for its customer, until its time is up', () => {
	const register = registerWith(question('a'));
	expect(register.questions.find('room-a', 'user')).toMatchObject({ id: 'a', attempts: 0 });
	expect(register.questions.find('room-a', undefined)).toMatchObject({ id: 'a' });
	expect(register.questions.find('room-a', 'somebody else')).toBeUndefined();
	expect(register.questions.find('room-b', 'user')).toBeUndefined();
	expect(register.questions.find('room-a', 'user', NOW + HOUR - 1)).toBeDefined();
	expect(register.questions.find('room-a', 'user', NOW + HOUR)).toBeUndefined();
});

test('what is open survives a restart, whole, with how often it was asked again', () => {
	const choices = { type: 'choice' as const, choices: ['Sí', 'No'], invalidMessage: '¿?', maxAttempts: 1 };
	const register = registerWith(question('a'), question('b', { expects: choices }), question('c'));
	const asked = register.questions.find('room-b', 'user');
	if (asked) asked.attempts = 2;
	const restarted = afterRestart(register);
	expect(restarted.questions.find('room-a', 'user')).toEqual({ ...question('a'), attempts: 0 });
	expect(restarted.questions.find('room-b', 'user')).toEqual({
		...question('b', { expects: choices }),
		attempts: 2,
	});
});

test('a thousand questions of one node take less than 250 bytes each', () => {
	const id = (n: number) => `01234567-89ab-cdef-0123-${String(n).padStart(12, '0')}`;
	const register = registerWith(...Array.from({ length: 1_000 }, (_, n) => question(id(n))));
	expect(register.serialise().length).toBeLessThan(250_000);
	expect(afterRestart(register).questions.find(`room-${id(999)}`, 'user')).toBeDefined();
});

test('an old copy of static data brings nothing back that was answered or replaced', () => {
	const register = registerWith(question('a', { roomId: 'r' }));
	const old = register.serialise();
	register.questions.add(open(question('b', { roomId: 'r', askedAt: NOW + 1 })));
	register.serialise();
	register.load(old);
	expect(register.questions.find('r', 'user')).toMatchObject({ id: 'b' });
	register.questions.close('r', 'b');
	register.serialise();
	register.load(old);
	expect(register.questions.find('r', 'user')).toBeUndefined();
});

test('what another process has written is taken over, and what this one knows is kept', () => {
	const register = registerWith(question('a'));
	register.load(registerWith(question('b')).serialise());
	expect(register.questions.find('room-a', 'user')).toBeDefined();
	expect(register.questions.find('room-b', 'user')).toBeDefined();
});

test('the answer to a replaced question leaves the new one open', () => {
	const register = registerWith(question('a', { roomId: 'r' }), question('b', { roomId: 'r' }));
	register.questions.close('r', 'a');
	expect(register.questions.find('r', 'user')).toMatchObject({ id: 'b' });
});

test('5,000 questions may be open; then one more only where one was, or where one has expired', () => {
	const register = registerWith(...Array.from({ length: MAX_ENTRIES }, (_, n) => question(String(n))));
	expect(MAX_ENTRIES).toBe(5_000);
	expect(register.questions.add(open(question('more')))).toBe(false);
	expect(register.questions.add(open(question('again', { roomId: 'room-7' })))).toBe(true);
	expect(register.questions.add(open(question('later', { until: NOW + 3 * HOUR })), NOW + 2 * HOUR)).toBe(
		true,
	);
	expect(register.serialise(NOW + 2 * HOUR)).not.toContain('room-7');
});

const pause = (id: string) => ({ id, roomId: `room-${id}`, askedAt: NOW, until: NOW + HOUR });

test('pauses survive a restart, beside the questions and without any, until their time is up', () => {
	const register = registerWith(question('a'));
	register.pauses.add(pause('b'));
	const restarted = afterRestart(register);
	expect(restarted.questions.find('room-a')).toBeDefined();
	expect(restarted.questions.find('room-b')).toBeUndefined();
	expect(restarted.pauses.find('room-a')).toBeUndefined();
	expect(restarted.pauses.find('room-b')).toEqual(pause('b'));
	restarted.questions.close('room-a');
	const again = afterRestart(restarted);
	expect(again.pauses.find('room-b', undefined, NOW + HOUR - 1)).toEqual(pause('b'));
	expect(again.pauses.find('room-b', undefined, NOW + HOUR)).toBeUndefined();
	expect(again.serialise(NOW + HOUR)).toBe('');
});

test('a pause that another process has ended is over, and one that begins after it is not', () => {
	const [register, other] = [new RoomRegister(), new RoomRegister()];
	register.pauses.add(pause('a'));
	const paused = register.serialise();
	other.load(paused);
	register.endPause('room-a');
	expect(register.isPaused('room-a')).toBe(false);
	const ended = register.serialise();
	other.load(ended);
	expect(other.isPaused('room-a')).toBe(false);
	other.load(paused);
	expect(other.isPaused('room-a')).toBe(false);
	other.pauses.add({ ...pause('b'), roomId: 'room-a', askedAt: NOW + 2 });
	register.load(other.serialise());
	register.load(ended);
	expect(register.isPaused('room-a')).toBe(true);
});

test('5,000 rooms may be paused', () => {
	const register = new RoomRegister();
	for (let n = 0; n < MAX_ENTRIES; n++) register.pauses.add(pause(String(n)));
	expect(register.pauses.add(pause('more'))).toBe(false);
	expect(register.questions.add(open(question('a')))).toBe(true);
});

test.each([
	'',
	'[[],[],[[]]]',
	'[[],[],[["id","room",1]]]',
	'[[],[],{}]',
	'null',
	'[]',
	'{',
	'[[],[[]]]',
	'[[],[["id","room"]]]',
	'[[[1,2,3]],[[1,2,3,4,5,6,7,0,9]]]',
	'[1,2]',
])('static data that is not a register, %s, is an empty one', (text) => {
	const register = new RoomRegister();
	register.load(text);
	expect(register.serialise()).toBe('');
});

/** As n8n gives it: it notes whether it was written. */
const observed = (data: IDataObject = {}): IDataObject =>
	ObservableObject.create(data, undefined, { ignoreEmptyOnFirstChild: true });

test('each trigger of a workflow keeps its own, beside what else is in static data; reading writes nothing', () => {
	const staticData = observed({ jelou: { key: { signingSecret: 's' } } });
	const one = registerOf('key-1', staticData, 'node-1');
	expect(staticData.__dataChanged).toBeFalsy();
	one.questions.add(open(question('a')));
	storeRooms(one, staticData, 'node-1');
	const two = registerOf('key-2', staticData, 'node-2');
	two.questions.add(open(question('b')));
	storeRooms(two, staticData, 'node-2');
	expect(staticData.__dataChanged).toBe(true);
	expect(storedText(staticData, 'node-1')).toContain('room-a');
	expect(storedText(staticData, 'node-2')).not.toContain('room-a');
	expect(staticData.jelou).toEqual({ key: { signingSecret: 's' } });

	const next = observed({ jelouQuestions: { 'node-1': storedText(staticData, 'node-1') } });
	const again = registerOf('key-1', next, 'node-1');
	expect(again.questions.find('room-a', 'user')).toBeDefined();
	storeRooms(again, next, 'node-1');
	expect(next.__dataChanged).toBeFalsy();
});
