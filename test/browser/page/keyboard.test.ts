import type { Page } from 'playwright-core';

import { PROJECT } from '../../sandbox/support';
import { DESKTOP, failDelivery, PHONE, useStage, writeEverything } from '../support/page';
import { controls, walk } from '../support/walk';

const stage = useStage();

/** The id of what has the focus, or else its text. */
async function focused(page: Page): Promise<string> {
	return await page.evaluate(() => document.activeElement?.id || (document.activeElement?.textContent ?? ''));
}

test.each([
	['desktop', DESKTOP],
	['phone', PHONE],
])('Tab comes to every control in the order of the page, each visibly, on a %s', async (_name, size) => {
	const { page } = stage();
	await page.setViewportSize(size);
	await writeEverything(stage());
	await page.locator('#attach-open').click();
	for (const view of size === PHONE ? ['view-chat', 'view-side'] : ['']) {
		if (view !== '') await page.locator(`#${view}`).click();
		for (const summary of ['#integration > details > summary', '#faults > summary']) {
			if (view !== 'view-chat' && (await page.locator(summary).isVisible()))
				await page.locator(summary).click();
		}
		const stops = await walk(page);
		expect(stops.map(({ name }) => name)).toEqual(await controls(page));
		expect(stops.filter(({ isMarked, isInView }) => !isMarked || !isInView)).toEqual([]);
	}
});

test('the order makes sense: the customer, the messages, the composer, then the log', async () => {
	const { page } = stage();
	await failDelivery(stage());
	const names = (await walk(page)).map(({ name }) => name.replace(/^\d.*/, 'a log entry'));
	expect(names).toEqual([
		'pick-user-choice',
		'conversation-close',
		'chat-log',
		'attach-open',
		'text',
		'send',
		'What to enter in the Jelou credentials',
		'Simulate problems Off',
		'clear',
		'a log entry',
		'a log entry',
		'a log entry',
	]);
});

test('Enter sends and the focus stays, also when replies arrive; Shift+Enter starts a new line', async () => {
	const { page, sandbox } = stage();
	await page.locator('#text').focus();
	await page.keyboard.type('hola');
	await page.keyboard.press('Shift+Enter');
	await page.keyboard.type('¿qué tal?');
	await page.keyboard.press('Enter');
	await page.locator('#messages .bad').waitFor();
	expect([...sandbox.store.messages.values()][0]?.[0]?.content).toEqual({ body: 'hola\n¿qué tal?' });
	expect(await page.locator('#text').inputValue()).toBe('');
	expect(await focused(page)).toBe('text');
});

describe('Escape closes what was opened, and the focus returns', () => {
	test('the attachment', async () => {
		const { page } = stage();
		for (const keys of [[], ['Tab', 'Tab'], ['Shift+Tab']]) {
			await page.locator('#attach-open').focus();
			await page.keyboard.press('Enter');
			expect(await page.locator('#attach-open').getAttribute('aria-expanded')).toBe('true');
			for (const key of keys) await page.keyboard.press(key);
			if (keys[0] === 'Shift+Tab') await page.locator('#attach-open').focus();
			await page.keyboard.press('Escape');
			expect(await page.locator('#attach').isVisible()).toBe(false);
			expect(await page.locator('#attach-open').getAttribute('aria-expanded')).toBe('false');
			expect(await focused(page)).toBe('attach-open');
		}
	});

	test.each(['#integration > details', '#faults', '#log li:first-child > details'])('%s', async (details) => {
		const { page } = stage();
		await failDelivery(stage());
		const summary = page.locator(`${details} > summary`);
		await summary.focus();
		await page.keyboard.press('Enter');
		expect(await page.locator(details).getAttribute('open')).toBe('');
		if (!details.startsWith('#log')) await page.keyboard.press('Tab');
		await page.keyboard.press('Escape');
		expect(await page.locator(details).getAttribute('open')).toBeNull();
		expect(await summary.evaluate((element) => element === document.activeElement)).toBe(true);
	});
});

describe('the focus is not lost', () => {
	test.each(['#messages a', '#log li:first-child summary'])('by a redraw: %s', async (selector) => {
		const { page, sandbox } = stage();
		await writeEverything(stage());
		const element = await page.locator(selector).first().elementHandle();
		await element?.focus();
		if (selector.startsWith('#log')) await page.keyboard.press('Enter');
		await sandbox.userWrites(PROJECT.id, { text: 'one more' });
		await page.locator('#messages').getByText('one more').waitFor();
		// As after a lost connection: everything is sent again.
		sandbox.store.feed.publish({ type: 'reset' });
		await sandbox.userWrites(PROJECT.id, { text: 'the last' });
		await page.locator('#messages').getByText('the last').waitFor();
		expect(await element?.evaluate((each) => each === document.activeElement)).toBe(true);
		if (selector.startsWith('#log')) {
			expect(await element?.evaluate((each) => each.parentElement?.hasAttribute('open'))).toBe(true);
		}
	});

	test('by choosing another customer, or another part on a phone', async () => {
		const { page } = stage();
		await page.locator('#pick-user-choice').focus();
		await page.keyboard.press('ArrowDown');
		await page.getByText('You are Íñigo').waitFor();
		expect(await focused(page)).toBe('pick-user-choice');
		await page.setViewportSize(PHONE);
		await page.locator('#view-side').focus();
		await page.keyboard.press('Enter');
		expect(await page.locator('#clear').isVisible()).toBe(true);
		expect(await focused(page)).toBe('view-side');
	});
});
