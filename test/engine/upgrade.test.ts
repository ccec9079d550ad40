import { randomUUID } from 'node:crypto';

import type { IDataObject } from 'n8n-workflow';

import rooms from '../fixtures/rooms-1.1.0.json';
import { RoomStage } from './support/roomStage';
import { BOT, PROJECT, USER, useDemo } from './support/setup';

/**
 * n8n is ended, a newer version of the package is installed, and n8n is started: what 1.1.0 stored of the rooms goes on. In
 * `room-1` a dialogue is at its second question; in `room-2` a choice is open, and a question waits its turn; `room-3` is
 * paused.
 */
const demo = useDemo();
let stage: RoomStage;

beforeEach(async () => {
	stage = await RoomStage.open(demo);
	const text = JSON.stringify(rooms).replaceAll('room-1', demo.roomId);
	stage.restore({ [`${demo.sandbox.gatewayUrl} ${PROJECT}`]: text });
});
afterEach(async () => stage.close());

const sent = () =>
	(demo.sandbox.store.messages.get(demo.roomId) ?? [])
		.filter(({ from }) => from === 'agent')
		.map(({ content }) => ('body' in content ? content.body : ''));

test('a dialogue goes on with its next question, and the run with all answers', async () => {
	expect(await stage.says('el 1042')).toEqual({ status: 200, body: { status: 'asked next' } });
	expect(sent()).toEqual(['Ana, ¿qué pasa con 1042?\n\n1. Cambio\n2. Devolución']);
	expect(await stage.says('la 2')).toEqual({ status: 200, body: { status: 'answered' } });
	expect(stage.answers()).toMatchObject([
		{
			questionId: 'dialogue',
			answer: 'Devolución',
			answered: true,
			outcome: 'answered',
			valid: true,
			answers: { name: 'Ana', order: 1042, topic: 'Devolución' },
		},
	]);
});

test('a message to an open question is its answer, also by its number', async () => {
	const room_id = 'room-2';
	expect(await stage.says('2', { room_id })).toEqual({ status: 200, body: { status: 'answered' } });
	expect(stage.answers()).toMatchObject([{ questionId: 'choice', answer: 'Soporte', valid: true }]);
	expect(stage.receiver.runs).toEqual([]);
});

test('a paused conversation is still paused', async () => {
	const body = { status: 'paused' };
	expect(await stage.says('hola', { room_id: 'room-3' })).toEqual({ status: 200, body });
	expect(stage.receiver.runs).toEqual([]);
});

test('it is stored again as it was, with what has changed since', async () => {
	const pause = { id: randomUUID(), roomId: 'room-4', userId: USER, botId: BOT, askedAt: Date.now() };
	await stage.deliver(stage.note({ note: 'pause', pause: { ...pause, until: Date.now() + 60_000 } }));
	const [text] = Object.values(stage.stored);
	const { pauses, questions, version } = JSON.parse(String(text)) as Record<string, IDataObject[][]>;
	expect({ version, questions: questions?.map(([id]) => id) }).toEqual({
		version: 1,
		questions: rooms.questions.map(([id]) => id),
	});
	expect(pauses?.map(([, room]) => room)).toEqual(['room-3', 'room-4']);
});
