import { Origin } from '../../nodes/Jelou/actions/origin';
import { ToolInput } from '../../nodes/Jelou/actions/toolInput';

const NOBODY = { roomId: '', botId: '', userId: '' };

/** A node after a Jelou Trigger with this many conversations, whose items have lost their IDs. */
function stage(conversations: number) {
	const events = Array.from({ length: conversations }, (_, n) => ({
		json: { room_id: `room-${String(n)}`, bot: { id: 'bot' }, contact: { id: `user-${String(n)}` } },
	}));
	let looks = 0;
	const context = {
		getInputData: () => events.map(() => ({ json: {} })),
		getInputSourceData: () => ({ previousNode: 'Set' }),
		getNode: () => ({ name: 'Reply', type: 'n8n-nodes-jelou.jelou' }),
		getParentNodes: (name: string) =>
			name === 'Reply' ? [{ name: 'Jelou Trigger', type: 'n8n-nodes-jelou.jelouTrigger' }] : [],
		getChildNodes: () => [],
		getWorkflowDataProxy: () => ({
			$: () => ({ itemMatching: (index: number) => events[index] }),
			$items: (_name: string, _output: number, run: number) => {
				looks++;
				if (run > 0) throw new Error('No more runs');
				return events;
			},
		}),
	};
	const origin = new Origin(context as never, new ToolInput(context as never));
	return { origin, looks: () => looks };
}

test('the earlier nodes are read once, however many items there are', () => {
	const { looks, origin } = stage(2_000);
	for (let index = 0; index < 2_000; index++) {
		expect(origin.find(index, NOBODY)).toEqual({
			ok: false,
			reason: 'This item may come from more than one conversation.',
		});
	}
	expect(looks()).toBe(2);
});

test.each([
	['the room', { roomId: 'room-1' }],
	['the user', { userId: 'user-1' }],
	['the room and the bot', { roomId: 'room-1', botId: 'bot' }],
])('of several conversations %s tells which', (_name, known) => {
	expect(stage(3).origin.find(0, { ...NOBODY, ...known })).toEqual({
		ok: true,
		conversation: { roomId: 'room-1', botId: 'bot', userId: 'user-1' },
	});
});

test.each([
	['room', { roomId: 'another' }, 'bot'],
	['user', { userId: 'another' }, 'bot'],
	['bot', { botId: 'another' }, 'bot'],
	['user in that room', { roomId: 'room-1', userId: 'user-2' }, 'bot'],
])('no conversation has that %s; the bot is known all the same', (_name, known, botId) => {
	expect(stage(3).origin.find(0, { ...NOBODY, ...known })).toEqual({
		ok: false,
		reason: 'This item names another room, bot or user than its conversation.',
		botId,
	});
});
