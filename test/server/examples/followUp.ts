import { outputOf } from '../../support/execution';
import { openExample, type Example } from '../support/examples';
import type { Stage } from '../support/stage';

const HOUR = 3_600_000;
const created = { createdAt: new Date().toISOString() };
const USERS = ['stale', 'recent', 'closed'].map((id) => ({ id, name: id, ...created }));

export function followUp(stage: () => Stage): void {
	let example: Example;
	const conversations = new Map<string, string>();
	const stateOf = (user: string) => {
		const { endedReason, state } =
			stage().sandbox.store.conversations.get(conversations.get(user) ?? '') ?? {};
		return { endedReason, state };
	};

	/** Opens a conversation for a user, as if it had been open for so long. */
	function openFor(userId: string, hours: number): string {
		const { store } = stage().sandbox;
		const user = example.project.users.find(({ id }) => id === userId);
		const [bot] = example.project.bots;
		if (!bot || !user) throw new Error('The sandbox has no bot or no such user.');
		const conversation = store.openConversation(store.roomOf(example.project, bot, user));
		conversation.startAt = new Date(Date.now() - hours * HOUR).toISOString();
		conversations.set(userId, conversation.id);
		if (userId === 'closed') store.closeConversation(conversation, 'closed_by_user');
		return conversation.id;
	}

	beforeAll(async () => {
		example = await openExample(stage(), 'follow-up.json', {
			settings: { staleAfterHours: 48, closingMessage: 'Cerramos. ¡Adiós!' },
			users: USERS,
		});
		const ids = ['no-such-conversation', openFor('recent', 47), openFor('stale', 49), openFor('closed', 99)];
		await example.change({ Conversations: { jsonOutput: JSON.stringify({ conversation_id: ids }) } });
	});

	test('closes what has been open for too long, with a last message, and nothing else', async () => {
		const execution = await example.run('Every hour');
		expect(execution.status).toBe('success');
		expect(stateOf('stale')).toEqual({ state: 'closed', endedReason: 'closed_by_operator' });
		expect(stateOf('recent')).toEqual({ state: 'active', endedReason: undefined });
		expect(stateOf('closed')).toEqual({ state: 'closed', endedReason: 'closed_by_user' });
		expect(example.said('stale')).toEqual(['Cerramos. ¡Adiós!']);
		expect(example.said()).toHaveLength(1);
		expect(outputOf(execution, 'What went wrong')).toEqual([
			{
				conversation_id: 'no-such-conversation',
				reason: expect.stringContaining('Jelou does not know this conversation (404)'),
			},
		]);
	});

	test('run again, it closes nothing twice', async () => {
		const execution = await example.run('Every hour');
		expect(execution.status).toBe('success');
		expect(example.said()).toHaveLength(1);
		expect(outputOf(execution, 'Closed')).toEqual([]);
	});

	test('its schedule can be activated', async () => {
		await example.activate();
		expect(await stage().client.workflow(example.workflowId)).toMatchObject({ active: true });
		await example.deactivate();
	});
}
