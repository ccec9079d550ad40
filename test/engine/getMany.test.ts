import { randomUUID } from 'node:crypto';

import { ExecuteContext } from 'n8n-core';
import type { INodeParameters } from 'n8n-workflow';

import type { Pause } from '../../nodes/Jelou/shared/triggerNote';
import { formatRooms } from '../../nodes/Jelou/trigger/rooms/storedRooms';
import { stepWith } from '../support/step';
import { Engine, errorOf, outputOf } from './support/engine';
import { RoomStage } from './support/roomStage';
import { problemsOf } from './support/schemas';
import { BOT, PROJECT, USER, credentialFor, useDemo } from './support/setup';

const demo = useDemo();
let stage: RoomStage;
beforeEach(async () => {
	stage = await RoomStage.open(demo);
	const integration = demo.sandbox.store.projects.get(PROJECT)?.integration;
	if (integration) integration.webhookUrl = `${stage.runs.origin}/webhook/webhook-1/webhook`;
	jest
		.spyOn(ExecuteContext.prototype, 'getSignedResumeUrl')
		.mockReturnValue(`${stage.runs.origin}${stage.runs.resumePath('7')}`);
});
afterEach(async () => {
	jest.restoreAllMocks();
	await stage.close();
});

async function getMany(parameters: INodeParameters = {}, signingSecret = demo.secret) {
	const engine = new Engine({ credential: credentialFor(demo.sandbox, { signingSecret }) });
	const run = await engine.run({ resource: 'conversation', operation: 'getMany', ...parameters }, [{}]);
	const error = errorOf(run);
	return {
		rooms: outputOf(run).map(({ json }) => json),
		said: `${error?.message ?? ''} ${error?.description ?? ''}`,
	};
}

const HOUR = 3_600_000;
const pauseOf = (room: string, who: Pick<Pause, 'userId' | 'botId'>): Pause => ({
	id: randomUUID(),
	roomId: room,
	askedAt: Date.now(),
	until: Date.now() + HOUR,
	...who,
});
const pause = async (room: string, who: Pick<Pause, 'userId' | 'botId'> = { userId: USER, botId: BOT }) =>
	stage.deliver(stage.note({ note: 'pause', pause: pauseOf(room, who) }));

test('without rooms, there is no item', async () => {
	expect(await getMany()).toEqual({ rooms: [], said: ' ' });
});

test('paused rooms, rooms that wait for an answer, and either kind by filter', async () => {
	await pause('a paused room');
	await pause('a room of nobody known', {});
	await stage.ask('q');
	const paused = {
		room_id: 'a paused room',
		contact: { id: USER },
		bot: { id: BOT },
		paused: true,
		pausedUntil: expect.stringMatching(/^\d{4}-.*Z$/),
	};
	const waiting = {
		room_id: demo.roomId,
		contact: { id: USER },
		bot: { id: BOT },
		paused: false,
		question: 'What is it?',
		askedAt: expect.stringMatching(/^\d{4}-.*Z$/),
		answersUntil: expect.stringMatching(/^\d{4}-.*Z$/),
		attempts: 0,
	};
	const unknown = { room_id: 'a room of nobody known', contact: {}, bot: {}, paused: true };
	const { rooms } = await getMany();
	expect(rooms).toMatchObject([paused, unknown, waiting]);
	for (const room of rooms) expect(problemsOf('v2.0.0/conversation/getMany.json', room)).toEqual([]);
	expect((await getMany({ status: 'paused' })).rooms).toMatchObject([paused, unknown]);
	expect((await getMany({ status: 'waiting' })).rooms).toEqual([waiting]);
	expect((await getMany({ limit: 1 })).rooms).toMatchObject([paused]);
});

test('a room with a question that waits its turn is there once, with the question that was asked', async () => {
	await stage.ask('first');
	const queued = stage.question('second', {}, { title: 'What else?' });
	expect(await stage.tell(queued)).toMatchObject({ body: { status: 'queued' } });
	expect((await getMany()).rooms).toMatchObject([{ room_id: demo.roomId, question: 'What is it?' }]);
});

test('of several questions it shows the current one, as the customer reads it', async () => {
	const step = (name: string, text: string) => stepWith({ name, text, type: 'text' });
	await stage.ask('q', {}, { steps: [step('name', 'Your name?'), step('order', 'Which order, {name}?')] });
	await stage.says('Ana');
	expect((await getMany()).rooms).toMatchObject([{ question: 'Which order, Ana?' }]);
});

test('5,000 paused rooms: all of them, or as many as the limit allows', async () => {
	await pause('a room');
	const paused = Array.from({ length: 5_000 }, (_, n) => ({
		...pauseOf(`room-${String(n)}`, { userId: USER, botId: BOT }),
		hasEnded: false,
	}));
	const [project = ''] = Object.keys(stage.stored);
	stage.restore({ [project]: formatRooms({ questions: [], pauses: paused, ended: [] }) });
	expect((await getMany()).rooms).toHaveLength(50);
	const { rooms } = await getMany({ returnAll: true });
	expect(new Set(rooms.map(({ room_id: id }) => id)).size).toBe(5_001);
});

test.each([
	[{ status: 'asleep' }, 'Status "asleep" is unknown Use all, paused, waiting.'],
	[{ limit: 0 }, 'Limit is 0 Enter a whole number from 1.'],
])('%j is an error that says what to enter', async (parameters, said) => {
	expect(await getMany(parameters)).toEqual({ rooms: [], said });
});

test('without the secret no note is sent, and nothing is listed', async () => {
	expect((await getMany({}, '')).said).toContain('No signing secret is known');
	expect((await getMany({}, 'f'.repeat(64))).said).toContain('uses another signing secret');
	const forged = await stage.deliver(stage.note({ note: 'list' }), null);
	expect(forged).toEqual({ status: 401, body: { status: 'unauthorized' } });
});

test('a refused note does not count as a delivery, and Check reports no refused delivery', async () => {
	await getMany({}, 'f'.repeat(64));
	await stage.deliver(stage.note({ note: 'list' }), null);
	const report = async () => {
		const { body } = await stage.deliver(stage.note({ note: 'report', resumePath: '/webhook-waiting/7' }));
		return body;
	};
	expect(await report()).toMatchObject({ report: { deliveries: [] } });
	await stage.deliver({ event: 'conversation.start' }, null);
	expect(await report()).toMatchObject({ report: { deliveries: [{ outcome: 'unauthorized', count: 1 }] } });
});
