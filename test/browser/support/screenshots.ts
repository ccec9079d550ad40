import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';

import type { Locator, Page } from 'playwright-core';

import { ROOT } from '../../../scripts/paths';

/** The pictures of the documents, by the file in `test/browser` that takes a screenshot of each of these names. */
export const PICTURES_OF = {
	desk: ['desk'],
	'editor/firstWorkflow': ['node-panel', 'credential', 'mapping'],
	'editor/check': ['check', 'check-remedy'],
	'editor/platform': ['template'],
	'editor/dialogue': ['workflow', 'chat', 'chat-phone', 'chat-dark', 'guided-order'],
} as const;
export const PICTURES: string[] = Object.values(PICTURES_OF).flat();
export const PICTURES_FOLDER = join(ROOT, 'docs', 'pictures');

/** Where a screenshot goes: into git for the documents' pictures, when they are to be written; otherwise into `build`. */
export function screenshotOf(name: string): string {
	const isPicture = process.env.README_IMAGES === 'write' && PICTURES.includes(name);
	return join(isPicture ? PICTURES_FOLDER : join(ROOT, 'build', 'screenshots'), `${name}.png`);
}

/** What n8n shows on top of its windows: it would be cut off at the edge, or hide the subject of the picture. */
const STYLE =
	'[data-test-id="floating-nodes"], [data-reka-popper-content-wrapper], .el-notification, [data-test-id="panel-drag-button"] { visibility: hidden !important; }';

interface Area {
	x: number;
	y: number;
	width: number;
	height: number;
}

/**
 * Saves what a person would see now as a PNG, where `screenshotOf` says.
 *
 * @param what the whole page, or one element
 * @param clip the part of the page to keep, in pixels
 */
export async function photograph(what: Page | Locator, name: string, clip?: Area): Promise<void> {
	mkdirSync(dirname(screenshotOf(name)), { recursive: true });
	await what.screenshot({
		path: screenshotOf(name),
		style: STYLE,
		animations: 'disabled',
		caret: 'hide',
		...(clip && { clip }),
	});
}

let step = 0;

/** Saves a screenshot after each test of a file, even a failed one, numbered in the order of the tests. */
export function photographEachStep(file: string, page: () => Page | undefined): void {
	afterEach(async () => {
		step += 1;
		const test = (expect.getState().currentTestName ?? '').replaceAll(/[^a-z0-9]+/gi, '-').slice(0, 80);
		await page()?.screenshot({ path: screenshotOf(`${file}-${String(step).padStart(2, '0')}-${test}`) });
	});
}
