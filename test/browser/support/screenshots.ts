import { mkdirSync } from 'node:fs';

import type { Locator, Page } from 'playwright-core';

import { SCREENSHOTS, screenshotOf } from '../../../scripts/pictures';

/** What n8n lays over its own windows: it would be cut off at the edge, or hide what the picture is about. */
const STYLE =
	'[data-test-id="floating-nodes"], .el-notification, [data-test-id="panel-drag-button"] { visibility: hidden !important; }';

interface Area {
	x: number;
	y: number;
	width: number;
	height: number;
}

/**
 * Keeps what a person would see now as `build/screenshots/<name>.png`.
 *
 * @param what the whole page, or one element
 * @param clip the part of the page to keep, in pixels
 */
export async function photograph(what: Page | Locator, name: string, clip?: Area): Promise<void> {
	mkdirSync(SCREENSHOTS, { recursive: true });
	await what.screenshot({
		path: screenshotOf(name),
		style: STYLE,
		animations: 'disabled',
		caret: 'hide',
		...(clip && { clip }),
	});
}

let step = 0;

/** Keeps the page as it is after each test of a file, also after a failed one, numbered in the order of the tests. */
export function photographEachStep(file: string, page: () => Page | undefined): void {
	afterEach(async () => {
		step += 1;
		const test = (expect.getState().currentTestName ?? '').replaceAll(/[^a-z0-9]+/gi, '-').slice(0, 80);
		await page()?.screenshot({ path: screenshotOf(`${file}-${String(step).padStart(2, '0')}-${test}`) });
	});
}
