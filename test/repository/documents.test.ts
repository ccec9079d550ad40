import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';

import type { INodeProperties } from 'n8n-workflow';

import { JelouApi } from '../../credentials/JelouApi.credentials';
import { JelouPlatformApi } from '../../credentials/JelouPlatformApi.credentials';
import { Jelou } from '../../nodes/Jelou/Jelou.node';
import { JelouTrigger } from '../../nodes/Jelou/JelouTrigger.node';
import { readBlock } from '../../scripts/markdown';
import { EXAMPLES, ROOT } from '../../scripts/paths';
import { savedReport } from '../../bench/report';
import { blocks } from '../../bench/tables';
import { proseOf } from './support/texts';

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

/** The anchor of a heading, as GitHub makes it. */
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

/** More is too much for somebody who looks at a package for the first time: the rest is in docs/. */
const MOST_WORDS = 1_350;

test(`the README has at most ${String(MOST_WORDS)} words`, () => {
	const words = proseOf('README.md').flatMap(({ text }) => text.match(/\S*[\p{L}\p{N}]\S*/gu) ?? []);
	expect(words.length).toBeLessThanOrEqual(MOST_WORDS);
	expect(words.length).toBeGreaterThan(800);
});

test('the README leads to every document', () => {
	const missing = DOCUMENTS.filter((file) => file !== 'README.md' && !linksIn('README.md').includes(file));
	expect(missing).toEqual([]);
});

test('every image that a document shows as HTML exists', () => {
	const shown = DOCUMENTS.flatMap((file) =>
		[...read(file).matchAll(/<img src="([^"]+)"/g)].map(([, path = '']) => join(dirname(file), path)),
	);
	expect(shown.length).toBeGreaterThan(0);
	expect(shown.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
});

test('the documentation that n8n links to exists', () => {
	const linked = [
		'credentials/JelouApi.credentials.ts',
		...readdirSync(join(ROOT, 'nodes/Jelou'))
			.filter((file) => file.endsWith('.json'))
			.map((file) => `nodes/Jelou/${file}`),
	]
		.flatMap((file) => [...read(file).matchAll(/https:\/\/github\.com\/[\w-]+\/[\w-]+([^'"]*)/g)])
		.map(([, rest = '']) => rest);
	expect(linked).toContain('#readme');
	const dead = linked.filter((rest) => {
		const [, file = '', anchor = ''] = /^\/blob\/main\/([^#]+)#(.+)$/.exec(rest) ?? [];
		return rest !== '#readme' && !(DOCUMENTS.includes(file) && anchorsIn(file).includes(anchor));
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

test('the reference names everything that can be chosen', () => {
	const [action, trigger] = [new Jelou().description, new JelouTrigger().description];
	const credentials = [new JelouApi(), new JelouPlatformApi()];
	const fields = [action, trigger, ...credentials].flatMap(({ properties }) => properties);
	const within = ({ options = [], type }: INodeProperties): INodeProperties[] =>
		type === 'collection' ? options.filter((option): option is INodeProperties => 'type' in option) : [];
	const names = [...fields, ...fields.flatMap(within)]
		.filter(({ type }) => type === 'options' || type === 'multiOptions')
		.flatMap(({ options = [] }) => options.map(({ name }) => name));
	const text = read('docs/reference.md');
	expect(names.length).toBeGreaterThan(40);
	expect([...new Set(names)].filter((name) => !text.includes(name))).toEqual([]);
});
