import type { IDataObject, INodeExecutionData, IRun } from 'n8n-workflow';

import type { Sandbox } from '../../sandbox';
import { Engine, errorOf, type FlowNode } from './support/engine';
import { BOT, DEFAULT_IDS, credentialFor, eventsOfUsers, sandboxWithIntegration } from './support/setup';
import { ACTIONS } from './support/step';

let sandbox: Sandbox;
let engine: Engine;
/** Events of two customers. */
let ana: IDataObject;
let luis: IDataObject;

beforeAll(async () => {
	const { sandbox: started, secret } = await sandboxWithIntegration();
	sandbox = started;
	engine = new Engine({ credential: credentialFor(sandbox, { signingSecret: secret }), mode: 'trigger' });
	[ana = {}, luis = {}] = eventsOfUsers(sandbox);
});
afterAll(async () => sandbox.close());
beforeEach(() => {
	ACTIONS.clear();
	sandbox.store.requests.length = 0;
});

const TRIGGER: FlowNode = { name: 'Jelou Trigger', type: 'jelouTrigger' };

type Action = Parameters<typeof ACTIONS.set>[1];

function step(name: string, from: string, action: Action): FlowNode {
	ACTIONS.set(name, action);
	return { name, type: 'step', from: [from] };
}

/** A trigger that is not Jelou's. */
function start(): FlowNode {
	ACTIONS.set('Schedule', () => [one({})]);
	return { name: 'Schedule', type: 'step' };
}

function jelou(name: string, from: string, parameters: IDataObject = {}): FlowNode {
	const all = { resource: 'message', operation: 'send', text: name, ...DEFAULT_IDS, ...parameters };
	return { name, type: 'jelou', from: [from], parameters: all as FlowNode['parameters'] };
}

const reply = (from: string, parameters: IDataObject = {}) => jelou('Reply', from, parameters);

/** Whom the node wrote to, in order. */
const written = () =>
	sandbox.store.requests
		.filter(({ method }) => method === 'POST')
		.map(({ rawBody }) => JSON.parse(rawBody.toString('utf8')) as IDataObject)
		.map(({ room_id, bot_id, user_id }) => ({ room_id, bot: { id: bot_id }, contact: { id: user_id } }));
const to = ({ room_id, bot, contact }: IDataObject) => ({
	room_id,
	bot,
	contact: { id: (contact as IDataObject).id },
});

function failure(run: IRun): string {
	const error = errorOf(run);
	return `${String(error?.message)}. ${String(error?.description)}`;
}

/** As nodes return items that say which item they come from. */
const one = (json: IDataObject, item = 0): INodeExecutionData => ({ json, pairedItem: { item } });
const ALL_EMPTY = /^Room ID, Bot ID and User ID are empty\. /;
const DRAG = 'drag room_id, bot.id and contact.id from "Jelou Trigger"';

describe('a reply goes to the conversation that its item comes from, after a node like', () => {
	test.each<[string, Action, number]>([
		['HTTP Request, which puts out an answer', () => [one({ status: 'shipped' })], 1],
		['Data Table, which puts out several rows', () => [1, 2, 3].map((id) => one({ id })), 3],
		['Code, which says nothing of its items', () => [{ json: { a: 1 } }, { json: { a: 2 } }], 2],
		['Set, which keeps nothing', () => [one({})], 1],
		['one that empties the fields', () => [one({ room_id: '', bot: null, contact: { id: ' ' } })], 1],
		['one that leaves the room', () => [one({ room_id: ana.room_id })], 1],
	])('%s', async (_name, action, count) => {
		const run = await engine.runFlow([TRIGGER, step('Step', TRIGGER.name, action), reply('Step')], [ana]);
		expect(errorOf(run)).toBeUndefined();
		expect(written()).toEqual(Array.from({ length: count }, () => to(ana)));
	});

	test('Aggregate, which puts out one item for several', async () => {
		const nodes = [
			TRIGGER,
			step('Rows', TRIGGER.name, () => [one({ id: 1 }), one({ id: 2 })]),
			step('Aggregate', 'Rows', () => [{ json: { ids: [1, 2] }, pairedItem: [{ item: 0 }, { item: 1 }] }]),
			reply('Aggregate'),
		];
		expect(errorOf(await engine.runFlow(nodes, [ana]))).toBeUndefined();
		expect(written()).toEqual([to(ana)]);
	});

	test.each<[string, Action]>([
		[
			'appends',
			(a, b) => [
				...a.map((_, n) => one({ a: n }, n)),
				...b.map(() => ({ json: {}, pairedItem: { item: 0, input: 1 } })),
			],
		],
		['combines', () => [{ json: {}, pairedItem: [{ item: 0 }, { item: 0, input: 1 }] }]],
	])('Merge that %s', async (_name, action) => {
		ACTIONS.set('Merge', action);
		const nodes: FlowNode[] = [
			TRIGGER,
			step('Left', TRIGGER.name, () => [one({})]),
			step('Right', TRIGGER.name, () => [one({})]),
			{ name: 'Merge', type: 'join', from: ['Left', 'Right'] },
			reply('Merge'),
		];
		expect(errorOf(await engine.runFlow(nodes, [ana]))).toBeUndefined();
		expect(new Set(written().map((each) => JSON.stringify(each)))).toEqual(
			new Set([JSON.stringify(to(ana))]),
		);
	});
});

test('a Jelou node in between that names only the room, as a pause may, is not another conversation', async () => {
	const pause = { ...jelou('Pause', TRIGGER.name), pinned: [one({ paused: true, room_id: ana.room_id })] };
	expect(errorOf(await engine.runFlow([TRIGGER, pause, reply('Pause')], [ana]))).toBeUndefined();
	expect(written()).toEqual([to(ana)]);
});

test('a Jelou node in between that names only another room is another conversation', async () => {
	const pause = { ...jelou('Pause', TRIGGER.name), pinned: [one({ paused: true, room_id: luis.room_id })] };
	const nodes = [TRIGGER, pause, step('Step', 'Pause', () => [one({})]), reply('Step')];
	expect(failure(await engine.runFlow(nodes, [ana]))).toMatch(/more than one conversation/);
	expect(written()).toEqual([]);
});

test('without a trigger, a reply finds the conversation of a Jelou node, too', async () => {
	const fixed = { roomId: ana.room_id, botId: BOT, userId: (ana.contact as IDataObject).id };
	const nodes = [
		start(),
		jelou('First', 'Schedule', fixed),
		step('HTTP Request', 'First', () => [one({})]),
		reply('HTTP Request'),
	];
	expect(errorOf(await engine.runFlow(nodes, [{}]))).toBeUndefined();
	expect(written()).toEqual([to(ana), to(ana)]);
});

test('closing a conversation finds the bot and the user', async () => {
	const close = { resource: 'conversation', operation: 'close' };
	const nodes = [TRIGGER, step('Step', TRIGGER.name, () => [one({})]), reply('Step', close)];
	await engine.runFlow(nodes, [ana]);
	const body: unknown = JSON.parse(String(sandbox.store.requests.at(-1)?.rawBody));
	expect(body).toEqual({ botId: BOT, userId: (ana.contact as IDataObject).id });
});

test('fields that were emptied are filled in like untouched ones', async () => {
	const nodes = [TRIGGER, reply(TRIGGER.name, { roomId: '', botId: '', userId: '' })];
	expect(errorOf(await engine.runFlow(nodes, [ana]))).toBeUndefined();
	expect(written()).toEqual([to(ana)]);
});

describe('nothing is sent, and everything missing is named at once,', () => {
	const fails = async (nodes: FlowNode[], items: IDataObject[]) => {
		const run = await engine.runFlow(nodes, items);
		expect(written()).toEqual([]);
		return failure(run);
	};

	test('where no Jelou node comes before, as in a sub-workflow', async () => {
		const nodes = [start(), reply('Schedule')];
		const error = await fails(nodes, [{}]);
		expect(error).toMatch(ALL_EMPTY);
		expect(error).toContain('No Jelou Trigger or Jelou node comes before this one.');
		expect(error).toContain('sub-workflow');
	});

	test('where the Jelou node did not run for this item', async () => {
		const nodes = [start(), TRIGGER, { ...reply('Schedule'), from: ['Schedule', TRIGGER.name] }];
		const error = await fails(nodes, [{}]);
		expect(error).toMatch(ALL_EMPTY);
		expect(error).toContain('comes from no conversation');
	});

	test('where n8n lost track of the items', async () => {
		const nodes = [
			TRIGGER,
			step('Rows', TRIGGER.name, () => [1, 2, 3].map((id) => one({ id }))),
			step('Code', 'Rows', () => [{ json: {} }, { json: {} }]),
			reply('Code'),
		];
		const error = await fails(nodes, [ana]);
		expect(error).toMatch(ALL_EMPTY);
		expect(error).toContain('lost track');
		expect(error).toContain(DRAG);
	});

	test.each<[string, Action]>([
		['one item for those of two customers', () => [{ json: {}, pairedItem: [{ item: 0 }, { item: 1 }] }]],
		['one item of which n8n assumes that it belongs to the first', () => [{ json: {} }]],
		['items in another order of which n8n assumes that it is the same', () => [{ json: {} }, { json: {} }]],
	])('where a node puts out %s', async (_name, action) => {
		const nodes = [TRIGGER, step('Step', TRIGGER.name, action), reply('Step')];
		const error = await fails(nodes, [ana, luis]);
		expect(error).toMatch(ALL_EMPTY);
		expect(error).toContain('more than one conversation');
		expect(error).toContain(DRAG);
	});

	test('an expression of the user that finds nothing is not replaced', async () => {
		const nodes = [
			TRIGGER,
			step('Step', TRIGGER.name, () => [one({})]),
			reply('Step', { roomId: '={{ $json.room }}' }),
		];
		expect(await fails(nodes, [ana])).toMatch(/^Room ID is empty\. This item has no such value\. /);
	});

	test.each<[string, IDataObject, IDataObject, RegExp]>([
		[
			'the item has the room',
			{ room: 'luis' },
			{},
			/^User ID is empty\. This item names another room, bot or user/,
		],
		['the item has the user', { user: 'luis' }, {}, /^Room ID is empty\. /],
		['the field names the room', {}, { roomId: 'luis' }, /^User ID is empty\. /],
		['the field names the user', {}, { userId: 'luis' }, /^Room ID is empty\. /],
	])('where the conversation would be mixed: %s of another', async (_name, item, fields, message) => {
		const user = (luis.contact as IDataObject).id;
		const json = {
			...(item.room === 'luis' ? { room_id: luis.room_id } : {}),
			...(item.user === 'luis' ? { contact: { id: user } } : {}),
		};
		const own = {
			...(fields.roomId === 'luis' ? { roomId: luis.room_id } : {}),
			...(fields.userId === 'luis' ? { userId: user } : {}),
		};
		const nodes = [TRIGGER, step('Step', TRIGGER.name, () => [one(json)]), reply('Step', own)];
		expect(await fails(nodes, [ana])).toMatch(message);
	});

	test('where the item names a room that the operation has no field for', async () => {
		const nodes = [
			TRIGGER,
			step('Step', TRIGGER.name, () => [one({ room_id: luis.room_id })]),
			reply('Step', { resource: 'conversation', operation: 'close' }),
		];
		expect(await fails(nodes, [ana])).toMatch(/^User ID is empty\. /);
	});
});

test.each<[string, IDataObject]>([
	['alone', {}],
	['and the room', { room_id: 'room' }],
])('where a look-up names another bot, %s, nothing is sent through that bot', async (_name, found) => {
	const json = {
		status: 'shipped',
		bot: { id: 'another-bot' },
		...(found.room_id ? { room_id: ana.room_id } : {}),
	};
	const nodes = [TRIGGER, step('Look up', TRIGGER.name, () => [one(json)]), reply('Look up')];
	const error = failure(await engine.runFlow(nodes, [ana]));
	expect(error).toContain('This item names another room, bot or user than its conversation.');
	expect(written()).toEqual([]);
});

describe('with nothing filled in, after', () => {
	const user = () => (ana.contact as IDataObject).id;
	const typed = () => ({ botId: BOT, userId: user() });
	const conversation = (name: string, from: string, operation: string, parameters: IDataObject = {}) =>
		jelou(name, from, {
			resource: 'conversation',
			operation,
			conversationId: '={{ $json.conversation.id }}',
			...parameters,
		});

	test('Start and Get, Send and Close go on with that conversation', async () => {
		const nodes = [
			start(),
			conversation('Start', 'Schedule', 'start', typed()),
			conversation('Get', 'Start', 'get'),
			reply('Get'),
			conversation('Close', 'Get', 'close'),
		];
		expect(errorOf(await engine.runFlow(nodes, [{}]))).toBeUndefined();
		expect(written()).toContainEqual(to(ana));
		const bodies = sandbox.store.requests.map(({ rawBody }) => rawBody.toString());
		expect(bodies).toContain(JSON.stringify(typed()));
	});

	test('Start, Close closes it again', async () => {
		const nodes = [
			start(),
			conversation('Start', 'Schedule', 'start', typed()),
			conversation('Close', 'Start', 'close'),
		];
		expect(errorOf(await engine.runFlow(nodes, [{}]))).toBeUndefined();
		expect(sandbox.store.requests.map(({ rawBody, status }) => [status, rawBody.toString()])).toEqual([
			[200, JSON.stringify(typed())],
			[200, JSON.stringify(typed())],
		]);
	});
});

test("somebody else's room and user get the bot of the conversation", async () => {
	const fields = { roomId: luis.room_id, userId: (luis.contact as IDataObject).id };
	const nodes = [TRIGGER, step('Step', TRIGGER.name, () => [one({})]), reply('Step', fields)];
	expect(errorOf(await engine.runFlow(nodes, [ana]))).toBeUndefined();
	expect(written()).toEqual([to(luis)]);
});

test('after a message to somebody else, it is not clear whom to reply to', async () => {
	const fields = { roomId: luis.room_id, userId: (luis.contact as IDataObject).id };
	const nodes = [
		TRIGGER,
		jelou('Tell Luis', TRIGGER.name, fields),
		step('Step', 'Tell Luis', () => [one({})]),
		reply('Step'),
	];
	expect(failure(await engine.runFlow(nodes, [ana]))).toContain('more than one conversation');
	expect(written()).toEqual([to(luis)]);
});

describe('with no trigger, after a message that says to whom,', () => {
	const map = { roomId: '={{ $json.room }}', botId: BOT, userId: '={{ $json.user }}' };
	const row = ({ contact, room_id }: IDataObject) => ({ room: room_id, user: (contact as IDataObject).id });

	test('a loop over several customers replies to each', async () => {
		const left = [row(ana), row(luis)];
		ACTIONS.set('Loop', () => left.splice(0, 1).map((json) => one(json)));
		const nodes: FlowNode[] = [
			start(),
			{ name: 'Loop', type: 'step', from: ['Schedule', 'Reply'] },
			jelou('First', 'Loop', map),
			step('Set', 'First', () => [one({})]),
			reply('Set'),
		];
		expect(errorOf(await engine.runFlow(nodes, [{}]))).toBeUndefined();
		expect(written()).toEqual([ana, ana, luis, luis].map(to));
	});

	test('an item whose message failed gets no conversation of another', async () => {
		const first = jelou('First', 'Rows', map);
		const nodes: FlowNode[] = [
			start(),
			step('Rows', 'Schedule', () => [one({ user: 'nobody' }), one(row(ana))]),
			{ ...first, onError: 'continueRegularOutput' },
			step('Set', 'First', () => [one({}, 0), one({}, 1)]),
			reply('Set'),
		];
		expect(failure(await engine.runFlow(nodes, [{}]))).toContain('comes from no conversation');
		expect(written()).toEqual([to(ana)]);
	});
});
