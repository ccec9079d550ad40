import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { ROOT } from './paths';

/** What the browser tests photograph; ignored by git. */
export const SCREENSHOTS = join(ROOT, 'build', 'screenshots');
/** The pictures of the README, in git. */
export const PICTURES_FOLDER = join(ROOT, 'docs', 'pictures');

/** The pictures of the README, by the file in `test/browser/editor` that takes a screenshot of each of these names. */
export const PICTURES_OF = {
	firstWorkflow: ['node-panel', 'credential', 'mapping'],
	dialogue: ['workflow', 'chat', 'chat-phone', 'chat-dark', 'guided-order'],
} as const;
export const PICTURES = Object.values(PICTURES_OF).flat();

export const screenshotOf = (name: string) => join(SCREENSHOTS, `${name}.png`);
export const pictureOf = (name: string) => join(PICTURES_FOLDER, `${name}.png`);

/**
 * Moves the screenshots that the browser tests have just taken to where the README shows them. Moved, because what an
 * earlier run left must not pass for a picture of a later one.
 *
 * @throws Error when one is missing; then no picture is touched
 */
function publishPictures(): void {
	const missing = PICTURES.filter((name) => !existsSync(screenshotOf(name)));
	if (missing.length > 0)
		throw new Error(`The browser tests did not take a screenshot of: ${missing.join(', ')}`);
	rmSync(PICTURES_FOLDER, { recursive: true, force: true });
	mkdirSync(PICTURES_FOLDER, { recursive: true });
	for (const name of PICTURES) renameSync(screenshotOf(name), pictureOf(name));
}

if (require.main === module) {
	publishPictures();
	process.stdout.write(`Wrote ${String(PICTURES.length)} images to docs/pictures.\n`);
}
