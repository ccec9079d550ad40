import type { Page } from 'playwright-core';

const LISTEN = `
	addEventListener('pointerdown', () => effortOf('clicks'), true);
	addEventListener('keydown', () => effortOf('keys'), true);`;

/** How often a person pressed a mouse button, to click or to drag, and a key. Pasted text counts no keys. */
export interface Effort {
	clicks: number;
	keys: number;
}

/** Counts from the next page load on, by the events in the pages themselves. */
export async function countEffort(page: Page): Promise<Effort> {
	const effort: Effort = { clicks: 0, keys: 0 };
	await page.exposeFunction('effortOf', (kind: keyof Effort) => {
		effort[kind] += 1;
	});
	await page.addInitScript({ content: LISTEN });
	return effort;
}
