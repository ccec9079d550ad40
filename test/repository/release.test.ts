import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { ROOT } from '../../scripts/paths';
import { manifestProblems } from '../../scripts/release/manifest';
import { scanFolder, scanSources } from '../../scripts/release/scanner';

describe("n8n's scanner", () => {
	let folder: string;
	beforeEach(() => {
		folder = mkdtempSync(join(tmpdir(), 'n8n-jelou-scan-'));
		cpSync(join(ROOT, 'package.json'), join(folder, 'package.json'));
	});
	afterEach(() => rmSync(folder, { recursive: true, force: true }));

	const scan = (...code: string[]) => {
		writeFileSync(join(folder, 'bad.js'), `${code.join('\n')}\n`);
		return scanFolder(folder, ['**/*.js', 'package.json']).join('\n');
	};

	test('finds nothing in our sources', () => {
		expect(scanSources()).toEqual([]);
	});

	test('finds each thing that n8n forbids, even with a comment that disables the rule', () => {
		const found = scan(
			'/* eslint-disable */',
			"const fs = require('fs');",
			"const { Container } = require('@n8n/di');",
			'setTimeout(() => fs, 10);',
			'module.exports = [Container, process.env.SECRET];',
			"console.log('x');",
		);
		for (const [rule, line] of [
			['no-restricted-imports', 2],
			['no-restricted-imports', 3],
			['no-restricted-globals', 4],
			['no-restricted-globals', 5],
			['no-console', 6],
		]) {
			expect(found).toMatch(new RegExp(`^\\s*${String(line)}:\\d+\\s+error .*${String(rule)}$`, 'm'));
		}
	});

	test('finds what is wrong in package.json', () => {
		const manifest = {
			name: 'not-a-node',
			dependencies: { axios: '1.0.0' },
			peerDependencies: { 'n8n-workflow': '*', zod: '*' },
		};
		writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
		const found = scan('module.exports = {};');
		expect(found).toContain('package-name-convention');
		expect(found).toContain('require-version');
		expect(found).toMatch(/The "dependencies" field must be empty.*no-runtime-dependencies/);
		expect(found).toMatch(/"zod" is not allowed in "peerDependencies".*valid-peer-dependencies/);
		writeFileSync(join(folder, 'package.json'), JSON.stringify({ ...manifest, peerDependencies: {} }));
		expect(scan('module.exports = {};')).toMatch(/valid-peer-dependencies/);
	});

	test('does not pass where there is nothing to look at', () => {
		expect(scanFolder(folder, ['nothing/**/*.js'])).toEqual(['No files found to analyze']);
	});
});

describe('package.json and the changelog', () => {
	const changelog = '# Changelog\n\n## [Unreleased]\n\n## [1.2.3] - 2026-11-21\n';
	const good = { version: '1.2.3' };

	test('may be released together', () => {
		expect(manifestProblems(good, changelog)).toEqual([]);
	});

	test.each([
		['a version without an entry', { ...good, version: '1.2.4' }, /no "## \[1\.2\.4\]/],
		['bundled ones', { ...good, bundleDependencies: ['axios'] }, /has bundleDependencies/],
		['optional ones', { ...good, optionalDependencies: { axios: '1' } }, /has optionalDependencies: axios/],
	])('%s may not', (_name, manifest, problem) => {
		expect(manifestProblems(manifest, changelog)).toEqual([expect.stringMatching(problem)]);
	});

	test.each(['## [1.2.3]', '## 1.2.3 - 2026-11-21', '- [1.2.3] - 2026-11-21', '## [1.2.30] - 2026-11-21'])(
		'%j is not an entry of 1.2.3',
		(line) => {
			expect(manifestProblems(good, line)).toHaveLength(1);
		},
	);
});
