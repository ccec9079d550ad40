import type { Page } from 'playwright-core';

/** A control that the Tab key came to. */
interface Stop {
	/** Its id, or else its accessible label or text. */
	name: string;
	/** Whether there is a line around it at least 2 pixels wide. */
	isMarked: boolean;
	/** Whether it is inside the window with nothing in front of it. */
	isInView: boolean;
}

const CONTROLS = 'a[href], button, input, select, textarea, summary, [tabindex="0"]';

function nameIn(element: Element): string {
	const label = element.getAttribute('aria-label') ?? element.getAttribute('name') ?? element.textContent;
	return element.id || (label ?? '').trim().replace(/\s+/g, ' ').slice(0, 40);
}

/** What the Tab key comes to, in order, from the beginning of the page. */
export async function walk(page: Page): Promise<Stop[]> {
	await page.evaluate(() => {
		document.body.tabIndex = -1;
		document.body.focus();
		document.body.removeAttribute('tabindex');
	});
	const stops: Stop[] = [];
	for (let presses = 0; presses < 200; presses++) {
		await page.keyboard.press('Tab');
		const stop = await page.evaluate<Stop | null>(`(${stopHere.toString()})(${nameIn.toString()})`);
		if (stop === null) return stops;
		stops.push(stop);
	}
	throw new Error('The Tab key never leaves the page');
}

async function stopHere(nameOf: (element: Element) => string): Promise<Stop | null> {
	// Until the browser has scrolled to it.
	for (let frames = 0; frames < 2; frames++) await new Promise(requestAnimationFrame);
	const element = document.activeElement;
	if (!element || element === document.body) return null;
	const { left, top, right, bottom, width, height } = element.getBoundingClientRect();
	const { outlineStyle, outlineWidth } = getComputedStyle(element);
	const hit = document.elementFromPoint(left + width / 2, top + height / 2);
	// Scrolling goes by whole pixels, layout does not.
	const isInside = left >= -1 && top >= -1 && right <= innerWidth + 1 && bottom <= innerHeight + 1;
	return {
		name: nameOf(element),
		isMarked: outlineStyle === 'solid' && parseFloat(outlineWidth) >= 2,
		isInView: isInside && hit !== null && element.contains(hit),
	};
}

/** All controls that are shown, in the order of the document, named as `walk` does. */
export async function controls(page: Page): Promise<string[]> {
	return await page.evaluate<string[]>(
		`[...document.querySelectorAll(${JSON.stringify(CONTROLS)})]
			.filter((element) => element.checkVisibility({ visibilityProperty: true }))
			.map(${nameIn.toString()})`,
	);
}

/** Names of shown controls that cannot be brought fully into view, or are covered. */
export async function cutControls(page: Page): Promise<string[]> {
	return await page.evaluate<string[]>(
		`[...document.querySelectorAll(${JSON.stringify(CONTROLS)})]
			.filter((element) => element.checkVisibility({ visibilityProperty: true }))
			.filter((element) => {
				element.scrollIntoView({ block: 'center' });
				const { left, right } = element.getBoundingClientRect();
				// The first line of a link that spans several: there is nothing to click between them.
				const line = element.getClientRects()[0];
				const middle = line.top + Math.min(line.height, innerHeight) / 2;
				const hit = document.elementFromPoint(line.left + line.width / 2, middle);
				return left < 0 || right > innerWidth || !element.contains(hit);
			})
			.map(${nameIn.toString()})`,
	);
}
