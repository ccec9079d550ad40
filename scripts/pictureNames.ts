import { join } from 'node:path';

import { ROOT } from './paths';

/** What the browser tests photograph; ignored by git. */
export const SCREENSHOTS = join(ROOT, 'build', 'screenshots');
/** The pictures of the README, in git. */
export const PICTURES_FOLDER = join(ROOT, 'docs', 'pictures');
/** Larger ones make the README slow to open. */
export const MAX_PICTURE_BYTES = 150_000;

/** The pictures of the README, by the file in `test/browser/editor` that takes a screenshot of each of these names. */
export const PICTURES_OF = {
	firstWorkflow: ['node-panel', 'credential', 'mapping'],
	dialogue: ['workflow', 'chat', 'chat-phone', 'chat-dark', 'guided-order'],
} as const;
export const PICTURES = Object.values(PICTURES_OF).flat();

export const screenshotOf = (name: string) => join(SCREENSHOTS, `${name}.png`);
export const pictureOf = (name: string) => join(PICTURES_FOLDER, `${name}.png`);
