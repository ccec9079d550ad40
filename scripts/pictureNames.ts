import { join } from 'node:path';

import { ROOT } from './paths';

/** What the browser tests photograph; ignored by git. */
export const SCREENSHOTS = join(ROOT, 'build', 'screenshots');
/** The pictures of the README, in git. */
export const PICTURES_FOLDER = join(ROOT, 'docs', 'pictures');
/** Larger ones make the README slow to open. */
export const MAX_PICTURE_BYTES = 150_000;

/** The pictures of the README. `test/browser/editor/firstWorkflow.test.ts` takes a screenshot of each of these names. */
export const PICTURES = ['node-panel', 'credential', 'mapping', 'workflow', 'chat'] as const;
export type Picture = (typeof PICTURES)[number];

export const screenshotOf = (name: string) => join(SCREENSHOTS, `${name}.png`);
export const pictureOf = (name: string) => join(PICTURES_FOLDER, `${name}.png`);
