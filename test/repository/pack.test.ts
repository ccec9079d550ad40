import { appendFileSync, cpSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { SOURCES, fingerprint } from '../../scripts/pack';
import { ROOT } from '../../scripts/paths';

describe('the tarball is made again', () => {
	const folder = mkdtempSync(join(tmpdir(), 'n8n-jelou-pack-'));
	beforeAll(() => {
		for (const source of SOURCES) cpSync(join(ROOT, source), join(folder, source), { recursive: true });
	});
	afterAll(() => rmSync(folder, { recursive: true, force: true }));

	const inside = (file: string) => join(folder, file);
	const NODE = 'nodes/Jelou/Jelou.node.ts';
	test.each<[string, () => void]>([
		['code was changed', () => appendFileSync(inside(NODE), '// A comment.\n')],
		['a file was added', () => writeFileSync(inside('nodes/Jelou/new.ts'), '')],
		['a file was renamed', () => renameSync(inside(NODE), inside('nodes/Jelou/Renamed.node.ts'))],
		['an icon was changed', () => appendFileSync(inside('icons/jelou.svg'), '<!-- -->')],
		['the README was changed', () => appendFileSync(inside('README.md'), 'A sentence.\n')],
		['a dependency was changed', () => writeFileSync(inside('package-lock.json'), '{}')],
		['the way it is built was changed', () => appendFileSync(inside('scripts/build.ts'), '// A comment.\n')],
	])('when %s', (_what, change) => {
		const before = fingerprint(folder);
		expect(fingerprint(folder)).toBe(before);
		change();
		expect(fingerprint(folder)).not.toBe(before);
	});
});
