import {
	DESKTOP,
	failDelivery,
	PHONE,
	showChat,
	showSide,
	useStage,
	violations,
	writeEverything,
	type Stage,
} from './support';

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
			for (const show of [showSide, showChat]) {
				await show(page);
				expect(await violations(page)).toEqual([]);
			}
		});
	});
});
