import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { ROOT } from '../../scripts/paths';
import { filesIn } from './support/texts';
import { PICTURES, PICTURES_FOLDER, PICTURES_OF } from '../browser/support/screenshots';

/** Larger ones make a document slow to open. */
const MAX_PICTURE_BYTES = 150_000;

const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');
const DOCUMENTS = ['README.md', ...filesIn('docs', ['md'])];

test('the documents show the pictures that the browser tests take, all of them and no others', () => {
	const shown = DOCUMENTS.flatMap((file) => [...read(file).matchAll(/\bpictures\/([^)"\s]+)/g)]);
	expect([...new Set(shown.map(([, file]) => file))].sort()).toEqual(
		PICTURES.map((name) => `${name}.png`).sort(),
	);
});

test('there are these pictures, and no others', () => {
	expect(readdirSync(PICTURES_FOLDER).sort()).toEqual(PICTURES.map((name) => `${name}.png`).sort());
});

describe.each(Object.entries(PICTURES_OF))('%s makes', (file, names) => {
	const test_ = read(`test/browser/${file}.test.ts`);

	test.each(names)('%s', (name) => {
		expect(test_).toContain(`'${name}'`);
	});
});

test.each(PICTURES)('%s is a PNG, and not large', (name) => {
	const file = join(PICTURES_FOLDER, `${name}.png`);
	expect(readFileSync(file).subarray(1, 4).toString()).toBe('PNG');
	expect(statSync(file).size).toBeLessThan(MAX_PICTURE_BYTES);
});
