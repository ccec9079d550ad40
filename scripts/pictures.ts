import { copyFileSync, existsSync, mkdirSync, rmSync, statSync } from 'node:fs';

import { MAX_PICTURE_BYTES, PICTURES, PICTURES_FOLDER, pictureOf, screenshotOf } from './pictureNames';

/**
 * Copies the screenshots that the browser tests have just taken to where the README shows them.
 *
 * @throws Error when one is missing or too large; then no picture is touched
 */
export function publishPictures(): void {
	const missing = PICTURES.filter((name) => !existsSync(screenshotOf(name)));
	if (missing.length > 0)
		throw new Error(`The browser tests did not take a screenshot of: ${missing.join(', ')}`);
	const large = PICTURES.filter((name) => statSync(screenshotOf(name)).size > MAX_PICTURE_BYTES);
	if (large.length > 0)
		throw new Error(`Larger than ${String(MAX_PICTURE_BYTES)} bytes: ${large.join(', ')}`);
	rmSync(PICTURES_FOLDER, { recursive: true, force: true });
	mkdirSync(PICTURES_FOLDER, { recursive: true });
	for (const name of PICTURES) copyFileSync(screenshotOf(name), pictureOf(name));
}

if (require.main === module) {
	publishPictures();
	process.stdout.write(`Wrote ${String(PICTURES.length)} images to docs/pictures.\n`);
}
