import type { Page } from 'playwright-core';

import { PROJECT } from '../../sandbox/support';
import { failDelivery, PHONE, useStage, writeEverything } from '../support/page';

const stage = useStage();

/** What a screen reader gets, one line per element. */
async function spoken(page: Page): Promise<string[]> {
	const snapshot = await page.locator('body').ariaSnapshot();
	return snapshot.split('\n').map((line) => line.trim());
}

/** Watches what is added to the chat, and whether it is read out at that moment: `polite` or `off`. */
async function listen(page: Page): Promise<() => Promise<string[]>> {
	const heard = await page.evaluateHandle(() => {
		const told: string[] = [];
		const watcher = new MutationObserver((changes) => {
			for (const { addedNodes } of changes) {
				for (const node of addedNodes) {
					const live = node.parentElement?.closest('[aria-live]')?.getAttribute('aria-live');
					const own = node instanceof Element ? node.getAttribute('aria-live') : null;
					told.push(`${own ?? live ?? 'unheard'}: ${node.textContent ?? ''}`);
				}
			}
		});
		watcher.observe(document.body, { childList: true, subtree: true });
		return told;
	});
	return async () => await heard.evaluate((told) => told.splice(0));
}

test('the page says what it is, in which language, and has landmarks and headings', async () => {
	const { page } = stage();
	await writeEverything(stage());
	expect(await page.title()).toBe('Jelou sandbox: chat and event log');
	expect(await page.locator('html').getAttribute('lang')).toBe('en');
	// Customers write in any language.
	for (const text of await page.locator('.bubble > [dir=auto], .caption').all()) {
		expect([await text.getAttribute('lang'), await text.getAttribute('dir')]).toEqual(['', 'auto']);
	}
	const lines = await spoken(page);
	for (const landmark of [
		'banner',
		'main',
		'region "Chat"',
		'region "Webhook, simulated problems and event log"',
	]) {
		expect(lines).toContainEqual(`- ${landmark}:`);
	}
	const headings = lines.filter((line) => line.startsWith('- heading'));
	expect(headings).toEqual([
		'- heading "Jelou sandbox" [level=1]',
		'- heading "BOT_NAME" [level=2]',
		'- heading "Webhook" [level=2]',
		'- heading "Simulate problems" [level=2]',
		'- heading "Event log" [level=2]',
	]);
});

test('every control, picture, list and region has a name', async () => {
	const { page } = stage();
	await writeEverything(stage());
	await page.locator('#attach-open').click();
	for (const summary of ['#integration', '#faults']) await page.locator(`${summary} summary`).click();
	const roles = /^- '?(button|combobox|form|img|link|log|navigation|region|spinbutton|textbox)\b/;
	const lines = (await spoken(page)).filter((line) => roles.test(line));
	expect(lines.length).toBeGreaterThan(25);
	expect(lines.filter((line) => !/^- '?\w+ "[^"]+/.test(line))).toEqual([]);
	for (const name of ['Message to the bot', 'Send', 'Attach a file', 'Copy API Key', 'Customer']) {
		expect(lines.filter((line) => line.includes(`"${name}"`))).toHaveLength(1);
	}
	expect(lines).toContainEqual(expect.stringContaining('"Image summer-catalogue.jpg (opens in a new tab)"'));
});

test('new messages are read out once; what was there before is not', async () => {
	const { page, sandbox } = stage();
	const log = page.getByRole('log', { name: 'Messages' });
	const heard = await listen(page);
	await writeEverything(stage());
	const news = (await heard()).filter((line) => /^(polite|off): (Agent|Customer)/.test(line));
	expect(news).toHaveLength(11);
	expect(news.filter((line) => !line.startsWith('polite'))).toEqual([]);

	await page.locator('#pick-user-choice').selectOption('OTHER_USER');
	await page.locator('#chat-empty').waitFor();
	await heard();
	await page.locator('#pick-user-choice').selectOption('USER_ID');
	await log.getByText('pedido 1042').first().waitFor();
	const old = (await heard()).filter((line) => /: (Agent|Customer)/.test(line));
	expect(old).toHaveLength(11);
	expect(old.filter((line) => !line.startsWith('off'))).toEqual([]);

	await page.locator('#chat-log[aria-live=polite]').waitFor();
	await sandbox.userWrites(PROJECT.id, { text: 'one more' });
	await log.getByText('one more').waitFor();
	expect((await heard()).filter((line) => line.includes('Customer: one more'))).toEqual([
		expect.stringMatching(/^polite: Customer: one more/),
	]);
});

test('what went wrong and what was done is read out, wherever it is shown', async () => {
	const { page, sandbox } = stage();
	const status = page.locator('#announcer[role=status]');
	await page.setViewportSize(PHONE);
	await page.locator('#view-side').click();
	await failDelivery(stage());
	await expect(status.getByText('Not delivered: the webhook answered 404').count()).resolves.toBe(1);
	expect(await status.isVisible()).toBe(true);

	await page.context().grantPermissions(['clipboard-read', 'clipboard-write'], { origin: sandbox.url });
	await page.locator('#integration summary').click();
	await page.getByRole('button', { name: 'Copy Project ID' }).click();
	await status.getByText('Project ID copied').waitFor({ state: 'attached' });
	await page.evaluate(() => {
		navigator.clipboard.writeText = async () => await Promise.reject(new Error('not allowed'));
	});
	await page.getByRole('button', { name: 'Copy API Key' }).click();
	await status.getByText('API Key could not be copied').waitFor({ state: 'attached' });

	await page.locator('#faults summary').click();
	await page.getByLabel('Delay before the answer').fill('5');
	await page.getByRole('button', { name: 'Turn on' }).click();
	await status.getByText('Simulated problems are on: 5 ms delay').waitFor({ state: 'attached' });
	await page.getByRole('button', { name: 'Clear chat and log' }).click();
	await status.getByText('Chat and event log cleared').waitFor({ state: 'attached' });
});

test('words and signs tell how something went, not only colours', async () => {
	const { page } = stage();
	await writeEverything(stage());
	const entry = page.locator('#log > li');
	expect(
		await entry
			.filter({ has: page.locator('.pill.good') })
			.first()
			.innerText(),
	).toMatch(/200\s*✓[^]*Delivered/);
	expect(
		await entry
			.filter({ has: page.locator('.pill.warning') })
			.first()
			.innerText(),
	).toMatch(/200\s*![^]*Duplicate/);
	await page.request.post(`${stage().sandbox.url}/sandbox/reset`);
	await failDelivery(stage(), 401);
	expect(await entry.first().innerText()).toMatch(/401\s*✕[^]*Not delivered[^]*rejected the signature/);
	expect(await page.locator('#messages .bad').innerText()).toMatch(/^Not delivered: .*signing secret/);
	await page.request.post(`${stage().sandbox.url}/sandbox/reset`);
	await stage().sandbox.userWrites(PROJECT.id, { text: 'hola' });
	await entry.nth(1).waitFor();
	expect(await entry.first().innerText()).toMatch(/No answer\s*✕[^]*Publish a workflow with a Jelou Trigger/);
	expect(await page.locator('#integration-state').innerText()).toMatch(
		/^Not registered yet\. Publish a workflow/,
	);
});

test('the page says when the sandbox has ended, and what to do, and nothing written is lost', async () => {
	const { page, complaints } = stage();
	await page.route('**/messages', async (route) => await route.abort());
	await page.locator('#text').fill('hola');
	await page.keyboard.press('Enter');
	await page.getByRole('alert').getByText('Check that it is still running, then try again').waitFor();
	expect(await page.locator('#text').inputValue()).toBe('hola');
	await page.unroute('**/messages');
	expect(complaints.problems).not.toEqual([]);
	complaints.problems.length = 0;
});
