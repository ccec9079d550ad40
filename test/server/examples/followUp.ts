import { outputsOf } from '../../support/execution';
import { openExample, type Example } from '../support/examples';
import type { Stage } from '../support/stage';

const HOUR = 3_600_000;
const created = { createdAt: new Date().toISOString() };
const [WROTE, SILENT, NEVER, RECENT, CLOSED, UNREACHABLE] = [
	'593990000011',
	'593990000012',
	'593990000013',
	'593990000014',
	'593990000015',
	'opaque-id',
];
const USERS = [WROTE, SILENT, NEVER, RECENT, CLOSED, UNREACHABLE].map((id) => ({
	id,
	name: `Cliente ${id.slice(-1)}`,
	...created,
}));
const GOODBYE = 'Cerramos. ¡Adiós!';
const templateTo = (name: string) =>
	`Hola ${name}, la última vez quedó algo pendiente. ¿Seguimos? Responde a este mensaje y te ayudamos.`;

export function followUp(stage: () => Stage): void {
	let example: Example;
	const conversations = new Map<string, string>();
	const stateOf = (user: string) => {
		const { endedReason, state } =
			stage().sandbox.store.conversations.get(conversations.get(user) ?? '') ?? {};
		return { endedReason, state };
	};

	function roomOf(userId: string) {
		const user = example.project.users.find(({ id }) => id === userId);
		const [bot] = example.project.bots;
		if (!bot || !user) throw new Error('The sandbox has no bot or no such user.');
		return stage().sandbox.store.roomOf(example.project, bot, user);
	}

	/** Opens a conversation for a user, as if it had been open for this long. */
	function openFor(userId: string, hours: number): string {
		const { store } = stage().sandbox;
		const conversation = store.openConversation(roomOf(userId), { openForHours: hours });
		conversations.set(userId, conversation.id);
		if (userId === CLOSED) store.closeConversation(conversation, 'closed_by_user');
		return conversation.id;
	}

	/** Puts a message into the chat of a user, as if it had been written this long ago. */
	function written(from: 'user' | 'agent', userId: string, hoursAgo: number): void {
		const content = { body: `${from}, ${String(hoursAgo)} hours ago` };
		const message = stage().sandbox.store.addMessage(roomOf(userId), from, { type: 'text', content });
		message.at = Date.now() - hoursAgo * HOUR;
	}

	/** What a user was sent by the workflow. */
	const said = (userId?: string) => example.said(userId).filter((text) => !text.startsWith('agent, '));

	beforeAll(async () => {
		example = await openExample(stage(), 'follow-up.json', {
			settings: { staleAfterHours: 48, closingMessage: GOODBYE },
			users: USERS,
		});
		const ids = [
			'no-such-conversation',
			openFor(RECENT, 47),
			...[WROTE, SILENT, NEVER, UNREACHABLE].map((userId) => openFor(userId, 49)),
			openFor(CLOSED, 99),
		];
		written('user', WROTE, 30);
		written('user', WROTE, 23);
		written('agent', WROTE, 22);
		written('user', SILENT, 25);
		written('agent', SILENT, 1);
		await example.change({ Conversations: { jsonOutput: JSON.stringify({ conversation_id: ids }) } });
	});

	test('closes what has been open for too long, and nothing else', async () => {
		const execution = await example.run('Every hour');
		expect(execution.status).toBe('success');
		for (const userId of [WROTE, SILENT, NEVER, UNREACHABLE]) {
			expect(stateOf(userId)).toEqual({ state: 'closed', endedReason: 'closed_by_operator' });
		}
		expect(stateOf(RECENT)).toEqual({ state: 'active', endedReason: undefined });
		expect(stateOf(CLOSED)).toEqual({ state: 'closed', endedReason: 'closed_by_user' });
		expect(outputsOf(execution, 'Closed')).toHaveLength(3);
		expect(outputsOf(execution, 'What went wrong')).toEqual([
			{
				conversation_id: 'no-such-conversation',
				reason: expect.stringContaining('Jelou does not know this conversation, room, bot or user (404)'),
			},
			{
				conversation_id: conversations.get(UNREACHABLE),
				reason: expect.stringMatching(/^User ID is not a phone number\. /),
			},
		]);
	});

	test('customers who wrote within 24 hours get the closing message, the others the template', () => {
		expect(said(WROTE)).toEqual([GOODBYE]);
		expect(said(SILENT)).toEqual([templateTo('Cliente 2')]);
		expect(said(NEVER)).toEqual([templateTo('Cliente 3')]);
		expect(said()).toHaveLength(3);
	});

	test('closes nothing twice, and sends nothing, when it runs again', async () => {
		const execution = await example.run('Every hour');
		expect(execution.status).toBe('success');
		expect(said()).toHaveLength(3);
		expect(outputsOf(execution, 'Closed')).toEqual([]);
	});

	test('closes nothing, and sends nothing, where the last messages cannot be read', async () => {
		const [before, id] = [said(), openFor(SILENT, 49)];
		await example.change({ Conversations: { jsonOutput: JSON.stringify({ conversation_id: [id] }) } });
		stage().sandbox.setFaults({ respond: { status: 403 }, naming: 'history' });
		const execution = await example.run('Every hour').finally(() => stage().sandbox.setFaults({}));
		expect(execution.status).toBe('success');
		expect(stateOf(SILENT)).toEqual({ state: 'active', endedReason: undefined });
		expect(said()).toEqual(before);
		expect(outputsOf(execution, 'What went wrong')).toEqual([
			{ conversation_id: id, reason: expect.stringContaining('(403)') },
		]);
	});

	test('its schedule can be activated', async () => {
		await example.activate();
		expect(await stage().client.workflow(example.workflowId)).toMatchObject({ active: true });
		await example.deactivate();
	});
}
