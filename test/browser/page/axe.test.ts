import {
	DESKTOP,
	failDelivery,
	PHONE,
	firstRoom,
	handOver,
	showChat,
	showDesk,
	showSide,
	trigger,
	useStage,
	violations,
	writeEverything,
	type Stage,
} from '../support/page';
import { PROJECT } from '../../sandbox/support';

const stage = useStage();

const SCENES: Record<string, (stage: Stage) => Promise<void>> = {
	'an empty chat': async () => {},
	'messages of every type': writeEverything,
	'everything open': async ({ page }) => {
		await page.locator('#attach-open').click();
		await showSide(page);
		await page.locator('#integration summary').click();
		await page.locator('#faults summary').click();
		await page.getByRole('button', { name: 'Turn on' }).click();
		await page.getByText('Nothing to turn on yet').waitFor();
		await page.getByLabel('Jelou’s answer').selectOption('429');
		await page.getByRole('button', { name: 'Turn on' }).click();
		await page.locator('#faults-state').getByText('On: answers 429').waitFor();
	},
	'a person at the desk, a pause and a question': async (current) => {
		const { page } = current;
		const jelouTrigger = await trigger(current);
		const until = new Date(Date.now() + 3_600_000).toISOString();
		const standing = { pausedUntil: until, question: '¿Qué fecha?', answersUntil: until, attempts: 2 };
		const room_id = firstRoom(current).id;
		jelouTrigger.rooms = [{ room_id, contact: {}, bot: {}, paused: true, ...standing }];
		await handOver(current);
		const other = await handOver(current, 'of nobody');
		await page.request.post(`${current.sandbox.url}/sandbox/desk/conversations/${String(other.id)}/status`, {
			data: { status: 'resolved' },
		});
		await current.sandbox.userWrites(PROJECT.id, { text: '¿Siguen ahí?' });
		await page.locator('#question').waitFor({ state: 'attached' });
		await showDesk(page);
		await page.locator('#desk-note').check();
		await page.locator('#desk-attach-open').click();
	},
	'a delivery that failed': async (current) => {
		await failDelivery(current);
		await showSide(current.page);
		await current.page.locator('#log summary').first().click();
		await current.page.locator('#log pre').waitFor();
	},
};

describe.each(['light', 'dark'] as const)('%s', (colorScheme) => {
	describe.each([
		['desktop', DESKTOP],
		['phone', PHONE],
	])('on a %s', (_name, size) => {
		test.each(Object.keys(SCENES))('%s breaks no rule of WCAG 2.1 A and AA', async (scene) => {
			const { page } = stage();
			await page.emulateMedia({ colorScheme });
			await page.setViewportSize(size);
			await SCENES[scene]?.(stage());
			for (const show of [showSide, showChat, showDesk]) {
				await show(page);
				expect(await violations(page)).toEqual([]);
			}
		});
	});
});
