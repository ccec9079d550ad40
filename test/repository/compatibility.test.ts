import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import {
	compatibilityProblems,
	compatibilityTable,
	readRuns,
	type CompatibilityRun,
} from '../../scripts/compatibility';
import { N8N_LINES, ROOT, folderOf, isN8nLine } from '../../scripts/paths';
import { withBlock } from '../../scripts/markdown';
import { summarise } from '../server/support/compatibilityReporter';

const V2: CompatibilityRun = {
	line: 'v2',
	n8n: '2.41.1',
	node: '24.21.0',
	package: '0.1.0',
	passed: 46,
	failed: 0,
};
const V1: CompatibilityRun = { ...V2, line: 'v1', n8n: '1.123.81' };

test('the results are those of the n8n that is pinned on each line, and nothing failed', () => {
	const runs = readRuns().map(({ failed, line, n8n }) => ({ failed, line, n8n }));
	const expected = Object.keys(N8N_LINES)
		.filter(isN8nLine)
		.map((line) => {
			const manifest = JSON.parse(readFileSync(join(folderOf(line), 'package.json'), 'utf8')) as {
				dependencies: { n8n: string };
			};
			return { failed: 0, line, n8n: manifest.dependencies.n8n };
		});
	expect(runs).toEqual(expected);
});

test('the table has a row for each line', () => {
	expect(compatibilityTable([V2, { ...V1, passed: 44, failed: 2 }])).toBe(
		[
			'| n8n | on Node.js | n8n-nodes-jelou | tests in that n8n |',
			'| --- | --- | --- | --- |',
			'| 2.41.1 | 24.21.0 | 0.1.0 | all 46 passed |',
			'| 1.123.81 | 24.21.0 | 0.1.0 | 2 of 46 failed |',
		].join('\n'),
	);
});

test('a table goes between its markers, and nowhere else', () => {
	const text = 'a\n<!-- x -->\nold\n<!-- /x -->\nb\n';
	expect(withBlock(text, 'x', 'new')).toBe('a\n<!-- x -->\n\nnew\n\n<!-- /x -->\nb\n');
	for (const other of ['a\n', '<!-- x -->\n', '<!-- /x -->\n<!-- x -->\n'])
		expect(withBlock(other, 'x', 'new')).toBeUndefined();
});

test.each([
	['nothing keeps a release back when both lines passed', [V2, V1], []],
	['a line that did not run does', [V2], [/did not run on v1/]],
	['a test that failed does', [V2, { ...V1, failed: 1 }], [/1 server tests failed on n8n 1\.123\.81/]],
	['results of another version do', [{ ...V2, package: '0.0.9' }, V1], [/with version 0\.0\.9, not 0\.1\.0/]],
])('%s', (_name, runs, problems) => {
	expect(compatibilityProblems(runs, '0.1.0')).toEqual(problems.map((text) => expect.stringMatching(text)));
});

describe('a run of the server tests', () => {
	const folder = join(ROOT, 'test', 'server');
	const all = readdirSync(folder)
		.filter((name) => name.endsWith('.test.ts'))
		.map((name) => ({
			testFilePath: join(folder, name),
			numPassingTests: 2,
			numFailingTests: 0,
			numPendingTests: 0,
			numTodoTests: 0,
		}));
	const [first, ...rest] = all;

	test('counts when all files ran, whatever else ran', () => {
		const unit = { ...all[0], testFilePath: join(ROOT, 'test/unit/lanes.test.ts') };
		expect(summarise([...all, unit], {})).toEqual({ passed: 2 * all.length, failed: 0 });
	});

	test('says nothing when a file or a test was left out', () => {
		expect(summarise(rest, {})).toBeUndefined();
		expect(summarise(all, { testNamePattern: 'fuzz' })).toBeUndefined();
	});

	test.each([
		['fails', { numFailingTests: 1 }],
		['is skipped', { numPendingTests: 1 }],
		['is to do', { numTodoTests: 1 }],
		['cannot be loaded', { testExecError: new Error('broken') }],
	])('does not pass when something %s', (_name, extra) => {
		expect(summarise([{ ...first, ...extra }, ...rest], {})).toMatchObject({ failed: 1 });
	});
});
