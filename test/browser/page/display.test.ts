import type { Page } from 'playwright-core';

import { integrate, PROJECT, receiver } from '../../sandbox/support';
import { handOver, PHONE, showChat, showDesk, showSide, useStage, writeEverything } from '../support/page';
import { cutControls } from '../support/walk';

const stage = useStage();

describe('somebody who wants less motion', () => {
	/** Everything on the page that moves, fades or scrolls smoothly. */
	async function moving(page: Page): Promise<string[]> {
		return await page.evaluate(() =>
			[...document.querySelectorAll('*')].flatMap((element) => {
				const { animationName, transitionDuration, scrollBehavior } = getComputedStyle(element);
				const isStill =
					animationName === 'none' && /^(0s(, )?)+$/.test(transitionDuration) && scrollBehavior === 'auto';
				return isStill ? [] : [`${element.tagName} ${element.className}`];
			}),
		);
	}

	test('gets none', async () => {
		const { page, sandbox } = stage();
		await page.emulateMedia({ reducedMotion: 'reduce' });
		await sandbox.userWrites(PROJECT.id, { text: 'hola' });
		await page.locator('#messages li.new').waitFor();
		expect(await moving(page)).toEqual([]);
		// Shows that motion would be noticed.
		await page.emulateMedia({ reducedMotion: 'no-preference' });
		expect(await page.evaluate(() => document.getAnimations().length)).toBeGreaterThan(0);
	});
});

describe('zoomed in', () => {
	/** What is wider than the window, or cut off by what is around it. */
	async function tooWide(page: Page): Promise<string[]> {
		return await page.evaluate(() =>
			[...document.querySelectorAll('body, body *')].flatMap((element) => {
				if (!element.checkVisibility() || element.matches('.visually-hidden, option, .visually-hidden *'))
					return [];
				const { left, right } = element.getBoundingClientRect();
				const { overflowX } = getComputedStyle(element);
				const hides = overflowX !== 'visible' && element.scrollWidth > element.clientWidth + 1;
				const isOut = left < -1 || right > document.documentElement.clientWidth + 1;
				return isOut || (hides && !element.matches('textarea, input, select'))
					? [`${element.tagName}#${element.id}.${element.className}`]
					: [];
			}),
		);
	}

	/** Sets the size of text as in the browser's own settings, in pixels, for as long as something takes. */
	async function withText(page: Page, standard: number, action: () => Promise<void>): Promise<void> {
		const session = await page.context().newCDPSession(page);
		try {
			await session.send('Page.setFontSizes', { fontSizes: { standard } });
			await action();
		} finally {
			await session.send('Page.setFontSizes', { fontSizes: { standard: 16 } });
			await session.detach();
		}
	}

	/** Long words without a break, all faults at once, and everything that opens, open. */
	async function fill(page: Page): Promise<void> {
		const { sandbox } = stage();
		await writeEverything(stage());
		await sandbox.userWrites(PROJECT.id, { text: 'x'.repeat(300) });
		sandbox.setFaults({ latencyMs: 1500, respond: { status: 503 }, times: 20, path: 'gateway' });
		await handOver(stage(), `${'x'.repeat(80)} of nobody`);
		await handOver(stage());
		await page.locator('#attach-open').click();
		await showDesk(page);
		await page.locator('#desk-attach-open').click();
		await showSide(page);
		for (const summary of ['#integration', '#faults', '#log li:first-child']) {
			await page.locator(`${summary} summary`).click();
		}
		await page.locator('#faults-state').getByText('503').waitFor();
	}

	test.each([
		['200 %', { width: 640, height: 400 }, 1],
		['400 %', { width: 320, height: 256 }, 1],
		['a narrow phone', { width: 320, height: 640 }, 1],
		['text of twice the size', { width: 1280, height: 800 }, 2],
		['text of twice the size on a phone', PHONE, 2],
	])('%s: nothing is cut, nothing has to be scrolled sideways', async (_name, size, text) => {
		const { page } = stage();
		await page.setViewportSize(size);
		await withText(page, 16 * text, async () => {
			await fill(page);
			for (const show of [showSide, showChat, showDesk]) {
				await show(page);
				expect(await tooWide(page)).toEqual([]);
				expect(await cutControls(page)).toEqual([]);
			}
		});
	});

	test('the text size set in the browser counts', async () => {
		const { page } = stage();
		const size = async () => await page.evaluate(() => getComputedStyle(document.body).fontSize);
		await withText(page, 16, async () => expect(await size()).toBe('15px'));
		await withText(page, 32, async () => expect(await size()).toBe('30px'));
	});
});

test('in forced colours, the focus and what only a background marked are visible', async () => {
	const { page } = stage();
	await page.emulateMedia({ forcedColors: 'active' });
	await writeEverything(stage());
	const look = async (selector: string) =>
		await page
			.locator(selector)
			.first()
			.evaluate((element) => {
				const { outlineStyle, outlineColor, borderTopWidth, borderTopStyle, backgroundColor } =
					getComputedStyle(element);
				return { outlineStyle, outlineColor, border: `${borderTopWidth} ${borderTopStyle}`, backgroundColor };
			});
	const page_ = await look('body');
	for (const control of ['#text', '#send', '#chat-log', '#faults > summary']) {
		await page.locator(control).focus();
		// Focus from the keyboard is marked; focus from a script only after a key was pressed.
		await page.keyboard.press('Tab');
		await page.keyboard.press('Shift+Tab');
		const { outlineStyle, outlineColor } = await look(control);
		expect(outlineStyle).toBe('solid');
		expect(outlineColor).not.toBe(page_.backgroundColor);
	}
	for (const part of ['.bubble.user', '.bubble.agent', '#log .pill', '#send']) {
		expect((await look(part)).border).toBe('1px solid');
	}
	await page.setViewportSize(PHONE);
	expect((await look('#view-chat')).backgroundColor).not.toBe((await look('#view-side')).backgroundColor);
});

test('the page contacts no other server, and runs and styles nothing that is not in its files', async () => {
	const { page, complaints } = stage();
	const { url } = await receiver();
	await integrate(stage().sandbox, url);
	const refused = await page.evaluate(async (other) => {
		const directives: string[] = [];
		document.addEventListener('securitypolicyviolation', ({ effectiveDirective }) =>
			directives.push(effectiveDirective),
		);
		document.head.append(
			Object.assign(document.createElement('style'), { textContent: 'body { color: red }' }),
		);
		document.head.append(
			Object.assign(document.createElement('script'), { textContent: 'document.title = ""' }),
		);
		await fetch(other).catch(() => undefined);
		await new Promise((resolve) => setTimeout(resolve, 100));
		return directives;
	}, url);
	expect(refused.sort()).toEqual(['connect-src', 'script-src-elem', 'style-src-elem']);
	expect(await page.title()).not.toBe('');
	// This is also how every other test would notice one.
	expect(complaints.problems.length).toBeGreaterThanOrEqual(3);
	complaints.problems.length = complaints.elsewhere.length = 0;
});
