import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { readBlock } from '../../scripts/markdown';
import { EXAMPLES, ROOT } from '../../scripts/paths';
import { savedReport } from '../../bench/report';
import { blocks } from '../../bench/tables';
import { AREAS } from './support/texts';

/** What a reader of the documents relies on: that a link leads somewhere, and that a figure was measured. */

const DOCUMENTS = [
	'README.md',
	'CONTRIBUTING.md',
	'CHANGELOG.md',
	...readdirSync(join(ROOT, 'docs'))
		.filter((file) => file.endsWith('.md'))
		.map((file) => `docs/${file}`),
];
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');

/** The address of a heading, as GitHub makes it. */
const anchorOf = (heading: string) =>
	heading
		.toLowerCase()
		.replace(/[^\p{L}\p{N}\s_-]/gu, '')
		.trim()
		.replace(/\s/g, '-');

const anchorsIn = (file: string) =>
	[...read(file).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => anchorOf(heading));

const linksIn = (file: string) =>
	[...read(file).matchAll(/\]\(([^)\s]+)\)/g)]
		.map(([, target = '']) => target)
		.filter((target) => !/^https?:/.test(target));

test.each(DOCUMENTS)('every link of %s to this project leads somewhere', (file) => {
	const dead = linksIn(file).filter((link) => {
		const [path = '', anchor] = link.split('#');
		const target = path === '' ? file : join(dirname(file), path);
		if (!existsSync(join(ROOT, target))) return true;
		return anchor !== undefined && !anchorsIn(target).includes(anchor);
	});
	expect(dead).toEqual([]);
});

test('the README names every example', () => {
	const missing = readdirSync(EXAMPLES).filter((file) => !read('README.md').includes(`(examples/${file})`));
	expect(missing).toEqual([]);
});

test.each(blocks(savedReport()))(
	'the figures in %s, "%s", are those that were measured',
	(page, marker, text) => {
		/** A table without the padding that the formatter gives it. */
		const cells = (table: string) =>
			table.split('\n').map((line) => line.split('|').map((cell) => cell.trim().replace(/^-+$/, '-')));
		expect(cells(readBlock(page, marker))).toEqual(cells(text));
	},
);

/** The error texts in the first column of a table: a symptom, which is no error, is in italics. */
function quotedErrors(file: string, heading: string): string[] {
	const section = read(file).split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
	return [...section.matchAll(/^\| *([^|]+?) *\|/gm)]
		.map(([, cell = '']) => cell)
		.filter((cell) => !/^_.*_$/.test(cell))
		.slice(2)
		.flatMap((cell) => cell.split('<br>'))
		.map((error) => error.replace(/ \([\d, …]+\)$/, ''));
}

const ERRORS = [
	...quotedErrors('docs/errors.md', 'What you see'),
	...quotedErrors('docs/trigger.md', 'When publishing fails'),
];

test('the documents quote the errors of the nodes', () => {
	expect(ERRORS.length).toBeGreaterThan(30);
});

test.each(ERRORS)('the quoted error "%s" is one that the nodes give', (error) => {
	const escaped = error.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replaceAll('…', '.+');
	const texts = AREAS['the nodes and the credential']?.().map(({ text }) => text) ?? [];
	expect(texts.filter((text) => new RegExp(`^${escaped}`).test(text))).not.toEqual([]);
});
