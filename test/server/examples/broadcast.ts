import { trafficOf } from '../../../sandbox';
import { outputOf, outputsOf } from '../../support/execution';
import { openExample, type Example } from '../support/examples';
import type { Stage } from '../support/stage';

const ANA = '593990000001';
const LUIS = '593990000002';
const EVA = '593990000003';
const users = [ANA, LUIS, EVA].map((id) => ({ id, name: id, createdAt: '' }));
const EACH = 8;
const HOUR = 3_600_000;

interface Row {
	name: string;
	room_id: string;
	bot_id: string;
	user_id: string;
	day: string;
	time: string;
	place: string;
	lastMessageAt?: string;
}

const hoursAgo = (hours: number) => new Date(Date.now() - hours * HOUR).toISOString();
const textOf = ({ day, name, place, time }: Row) =>
	`¡Hola, ${name}! Te recordamos tu cita del ${day} a las ${time} en ${place}. Si no puedes venir, responde a este mensaje. 💪`;
const templateOf = ({ day, name, place, time }: Row) =>
	`Hola ${name}, te recordamos tu cita del ${day} a las ${time} en ${place}.`;

export function broadcast(stage: () => Stage): void {
	afterEach(() => stage().sandbox.setFaults({}));

	/** Whom a row is for, and its other values. */
	type MakeRow = (userId: string, more?: Partial<Row>) => Row;

	async function openWith(rowsFor: (row: MakeRow) => Row[]): Promise<[Example, Row[]]> {
		const { store } = stage().sandbox;
		// The project's secret must be known beforehand: the workflow has no trigger to receive one.
		const signingSecret = '0'.repeat(64);
		const example = await openExample(stage(), 'broadcast.json', { signingSecret, users });
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
		const rows = rowsFor((userId, more) => {
			const user = example.project.users.find(({ id }) => id === userId);
			if (!bot || !user) throw new Error('The sandbox has no bot or no such user.');
			return {
				name: 'Ñandú «sí»',
				room_id: store.roomOf(example.project, bot, user).id,
				bot_id: bot.id,
				user_id: userId,
				day: 'martes',
				time: '10:00',
				place: 'la sala 2',
				lastMessageAt: hoursAgo(23),
				...more,
			};
		});
		await example.change({ Table: { jsonOutput: JSON.stringify({ rows }) } });
		return [example, rows];
	}

	/** What a customer was sent, and with which template. */
	const sent = (example: Example, userId: string) =>
		[...stage().sandbox.store.messages.values()].flat().flatMap(({ content, from, platform, roomId }) => {
			const room = stage().sandbox.store.rooms.get(roomId);
			const isTheirs = room?.projectId === example.project.id && room.userId === userId;
			const text = 'body' in content ? content.body : '';
			return isTheirs && from === 'agent' ? [[text, platform?.template?.name]] : [];
		});

	test('sends every row, in order within a room, and collects exactly the bad ones with their reasons', async () => {
		const old = { lastMessageAt: hoursAgo(25) };
		const [example, rows] = await openWith((row) => {
			const good = Array.from({ length: EACH }, (_, n) => ({ day: `martes ${String(n + 1)}` })).flatMap(
				(more) => [row(ANA, more), row(LUIS, more)],
			);
			const noTime = row(EVA, { ...old, name: 'no time', time: '' });
			const unknown = row(ANA, { name: 'unknown room', room_id: 'no-such-room' });
			return [noTime, ...good.slice(0, EACH), unknown, ...good.slice(EACH), row(EVA, old)];
		});
		// Slow enough that messages would overlap if they were not sent one after the other.
		stage().sandbox.setFaults({ latencyMs: 20 });
		const from = stage().sandbox.store.nextPlace();
		const execution = await example.run('Start by hand');

		const textsTo = (userId: string) =>
			rows.filter((row) => row.user_id === userId && row.name.startsWith('Ñandú')).map(textOf);
		expect(textsTo(ANA)).toHaveLength(EACH);
		expect(example.said(ANA)).toEqual(textsTo(ANA));
		expect(example.said(LUIS)).toEqual(textsTo(LUIS));
		const traffic = trafficOf(stage().sandbox.store.requests.filter(({ arrived }) => arrived > from));
		expect(traffic.roomOverlaps).toBe(0);
		expect(traffic.mostUnderWay).toBeGreaterThan(1);
		expect(execution.status).toBe('success');
		expect(outputsOf(execution, 'Sent')).toHaveLength(2 * EACH + 1);
		const bad = (name: string, reason: unknown) => ({ ...rows.find((row) => row.name === name), reason });
		expect(outputsOf(execution, 'Failed rows')).toEqual([
			{
				failed: [
					bad(
						'unknown room',
						expect.stringContaining('Jelou does not know this conversation, room, bot or user (404)'),
					),
					bad('no time', expect.stringMatching(/^Parameter "Hora" is empty\. Fill it in/)),
				],
			},
		]);
	});

	test('sends a text to customers who wrote within 24 hours, and the template to everybody else', async () => {
		const [example, rows] = await openWith((row) => [
			row(ANA, { lastMessageAt: hoursAgo(1) }),
			row(LUIS, { lastMessageAt: hoursAgo(24.1) }),
			row(EVA, { lastMessageAt: undefined }),
		]);
		const execution = await example.run('Start by hand');
		const [ana, luis, eva] = rows;
		expect(sent(example, ANA)).toEqual([[ana && textOf(ana), undefined]]);
		expect(sent(example, LUIS)).toEqual([[luis && templateOf(luis), 'appointment_reminder']]);
		expect(sent(example, EVA)).toEqual([[eva && templateOf(eva), 'appointment_reminder']]);
		// Without bad rows nothing is collected.
		expect(outputOf(execution, 'Failed rows')).toEqual([]);
	});
}
