import { openExample, type Example } from '../support/examples';
import type { Stage } from '../support/stage';

const EVERY_DAY = 'Mon, Tue, Wed, Thu, Fri, Sat, Sun';
/** Such as "lunes y martes" or "lunes, martes y domingo". */
const DAYS = '(?:[a-zéá]+, )*[a-zéá]+ y [a-zéá]+';

/** Time zones in which it is about noon, or midnight, whenever the test runs. */
function zoneWhereItIs(hour: 0 | 12): string {
	const offset = hour - new Date().getUTCHours();
	const shown = offset < -12 ? offset + 24 : offset;
	return `UTC${shown < 0 ? '' : '+'}${String(shown)}`;
}

/** The day of the week where it is noon, so that it is not about to change. */
function dayAtNoon(): string {
	const offset = 12 - new Date().getUTCHours();
	const there = new Date(Date.now() + offset * 3_600_000);
	return there.toLocaleDateString('en', { weekday: 'short', timeZone: 'UTC' });
}

export function businessHours(stage: () => Stage): void {
	let example: Example;
	const open = async (settings: Record<string, string>) => {
		example = await openExample(stage(), 'business-hours.json', { settings });
		await example.activate();
	};
	// All have the same webhook in n8n, so one at a time.
	afterEach(async () => example?.deactivate());

	test('during opening hours a customer is handed over to the queue, once per conversation', async () => {
		await open({
			timeZone: zoneWhereItIs(12),
			openDays: dayAtNoon(),
			opensAt: '9:00',
			queue: 'VENTAS',
		});
		await example.hears({ text: 'Hola' });
		await example.ran(1);
		await example.hears({ text: '¿Hay alguien?' });
		await example.ran(2);
		expect(example.started()).toEqual([
			{
				botId: 'demo-bot',
				userId: '593990000001',
				initialMessage: expect.stringContaining('Ana Torres'),
				assignment: { type: 'queue', target: 'VENTAS' },
			},
		]);
		expect(example.said()).toEqual([expect.stringMatching(/^¡Hola, Ana Torres! Te pasamos con una persona/)]);

		// Another customer, and so another conversation.
		await example.hears({ text: 'Buenas', userId: '593990000002' });
		await example.ran(3);
		expect(example.started()).toHaveLength(2);
		expect(example.said('593990000002')).toEqual([expect.stringContaining('Luis Peña')]);
	});

	test.each([
		['at night', () => ({ timeZone: zoneWhereItIs(0), openDays: EVERY_DAY })],
		[
			'on a day that is not open',
			() => ({ timeZone: zoneWhereItIs(12), openDays: EVERY_DAY.replace(dayAtNoon(), '') }),
		],
		[
			'after hours that are written with one digit',
			() => ({ timeZone: zoneWhereItIs(12), openDays: EVERY_DAY, opensAt: '8:00', closesAt: '9:00' }),
		],
	])(
		'%s an answer says on which days and when somebody is there, and nothing is started',
		async (_name, settings) => {
			const { opensAt = '09:00', closesAt = '18:00', ...rest }: Record<string, string> = settings();
			await open({ opensAt, closesAt, ...rest });
			await example.hears({ text: 'Hola' });
			await example.ran(1);
			expect(example.said()).toEqual([
				expect.stringMatching(
					new RegExp(
						`Ana Torres! Ahora estamos cerrados\\. Atendemos ${DAYS}, de ${opensAt} a ${closesAt}, y te responderemos`,
					),
				),
			]);
			expect(example.started()).toEqual([]);
		},
	);

	test('names the days of the settings, and says so once a day in each conversation', async () => {
		await open({ timeZone: zoneWhereItIs(0), openDays: 'Mon, wed,Sat', opensAt: '09:00', closesAt: '18:00' });
		await example.hears({ text: 'Hola' });
		await example.ran(1);
		await example.hears({ text: '¿Hay alguien?' });
		await example.ran(2);
		expect(example.said()).toEqual([
			expect.stringContaining('Atendemos lunes, miércoles y sábado, de 09:00 a 18:00, y te'),
		]);
		await example.hears({ text: 'Buenas', userId: '593990000002' });
		await example.ran(3);
		expect(example.said('593990000002')).toHaveLength(1);
	});
}
