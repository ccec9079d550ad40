import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { ROOT } from '../../scripts/paths';
import { MAX_PICTURE_BYTES, PICTURES, PICTURES_FOLDER, pictureOf } from '../../scripts/pictureNames';

const TEST = readFileSync(join(ROOT, 'test/browser/editor/firstWorkflow.test.ts'), 'utf8');
const README = readFileSync(join(ROOT, 'README.md'), 'utf8');

test('the README shows no picture that the browser tests do not take', () => {
	const shown = [...README.matchAll(/docs\/pictures\/([^)"\s]+)/g)].map(([, file]) => file);
	expect(PICTURES.map((name) => `${name}.png`)).toEqual(expect.arrayContaining(shown));
});

test('there are these pictures, and no others', () => {
	expect(readdirSync(PICTURES_FOLDER).sort()).toEqual(PICTURES.map((name) => `${name}.png`).sort());
});

describe.each(PICTURES)('%s', (name) => {
	test('is taken by the test of the whole path', () => {
		expect(TEST).toContain(`'${name}'`);
	});

	test('is a PNG, and not large', () => {
		expect(existsSync(pictureOf(name))).toBe(true);
		expect(readFileSync(pictureOf(name)).subarray(1, 4).toString()).toBe('PNG');
		expect(statSync(pictureOf(name)).size).toBeLessThan(MAX_PICTURE_BYTES);
	});
});
