import { trafficOf } from '../../../sandbox';
import { outputOf } from '../../support/execution';
import { openExample, type Example } from '../support/examples';
import type { Stage } from '../support/stage';

const ANA = '593990000001';
const LUIS = '593990000002';
const EACH = 8;

interface Row {
	name: string;
	room_id: string;
	bot_id: string;
	user_id: string;
	text: string;
}

export function broadcast(stage: () => Stage): void {
	afterEach(() => stage().sandbox.setFaults({}));

	async function openWith(rowsFor: (room: (userId: string) => string) => Row[]): Promise<Example> {
		const { store } = stage().sandbox;
		// The project's secret has to be known before the workflow is there: nothing in it could tell.
		const signingSecret = '0'.repeat(64);
		const example = await openExample(stage(), 'broadcast.json', { signingSecret });
		const now = new Date().toISOString();
		example.project.integration = {
			webhookUrl: 'https://example.com/webhook',
			signingSecret,
			authType: 'no_auth',
			authorization: '',
			createdAt: now,
			updatedAt: now,
		};
		const [bot] = example.project.bots;
		const roomFor = (userId: string) => {
			const user = example.project.users.find(({ id }) => id === userId);
			if (!bot || !user) throw new Error('The sandbox has no bot or no such user.');
			return store.roomOf(example.project, bot, user).id;
		};
		const table = { jsonOutput: JSON.stringify({ rows: rowsFor(roomFor) }) };
		await example.change({ Table: table });
		return example;
	}

	test('sends every row, in order within a room, and collects exactly the bad ones with their reasons', async () => {
		const texts = Array.from({ length: EACH }, (_, n) => `Aviso ${String(n + 1)}`);
		const example = await openWith((room) => {
			const row = (userId: string, text: string, name = ''): Row => ({
				name,
				room_id: room(userId),
				bot_id: 'demo-bot',
				user_id: userId,
				text,
			});
			const good = texts.flatMap((text) => [row(ANA, text), row(LUIS, text)]);
			const unknown = { ...row(ANA, 'perdido', 'unknown room'), room_id: 'no-such-room' };
			return [row(ANA, '', 'no text'), ...good.slice(0, EACH), unknown, ...good.slice(EACH)];
		});
		// Slow enough for messages to meet, were they not sent one after the other.
		stage().sandbox.setFaults({ latencyMs: 20 });
		const from = stage().sandbox.store.nextPlace();
		const execution = await example.run('Start by hand');

		expect(example.said(ANA)).toEqual(texts);
		expect(example.said(LUIS)).toEqual(texts);
		const traffic = trafficOf(stage().sandbox.store.requests.filter(({ arrived }) => arrived > from));
		expect(traffic.roomOverlaps).toBe(0);
		expect(traffic.mostUnderWay).toBeGreaterThan(1);
		expect(execution.status).toBe('success');
		expect(outputOf(execution, 'Sent')).toHaveLength(2 * EACH);
		expect(outputOf(execution, 'Failed rows')).toEqual([
			{
				failed: [
					{
						name: 'no text',
						room_id: expect.any(String),
						bot_id: 'demo-bot',
						user_id: ANA,
						text: '',
						reason: expect.stringMatching(/^Text is empty\. Fill in Text/),
					},
					{
						name: 'unknown room',
						room_id: 'no-such-room',
						bot_id: 'demo-bot',
						user_id: ANA,
						text: 'perdido',
						reason: expect.stringContaining('Jelou does not know this room, bot or user (404)'),
					},
				],
			},
		]);
	});

	test('without bad rows nothing is collected', async () => {
		const example = await openWith((room) => [
			{ name: 'Luis', room_id: room(LUIS), bot_id: 'demo-bot', user_id: LUIS, text: 'Ñandú «sí» 👍' },
		]);
		const execution = await example.run('Start by hand');
		expect(example.said()).toEqual(['Ñandú «sí» 👍']);
		expect(outputOf(execution, 'Failed rows')).toEqual([]);
	});
}
