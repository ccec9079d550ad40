import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { z } from 'zod';

import { ROOT, WORK_FOLDER } from '../paths';

/** What n8n's scanner lints of a published tarball, and of its source (its `analyzePackageByName`). */
const TARBALL_FILES = ['**/*.js', 'package.json'];
const SOURCE_FILES = ['package.json', '{nodes,credentials}/**/*.{js,ts,json}'];

const VERDICT = z.object({ passed: z.boolean(), message: z.string(), details: z.string() });

/** Calls `use` with a new folder, and removes it afterwards. */
function withFolder<T>(use: (folder: string) => T): T {
	mkdirSync(WORK_FOLDER, { recursive: true });
	const folder = mkdtempSync(join(WORK_FOLDER, 'scan-'));
	try {
		return use(folder);
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}

/**
 * What n8n's scanner finds in a folder, in its own words; nothing when it finds nothing.
 *
 * @param patterns which files to look at; when there are none of them, that is a finding
 * @throws Error when the scanner does not run
 */
export function scanFolder(folder: string, patterns: readonly string[]): string[] {
	const output = withFolder((temporary) =>
		execFileSync(process.execPath, [join(__dirname, 'scan.mjs'), folder, ...patterns], {
			cwd: ROOT,
			encoding: 'utf8',
			// With Jest's "test" its rules believe that they are under test themselves.
			env: { ...process.env, NODE_ENV: 'production', TMPDIR: temporary },
		}),
	);
	const { details, message, passed } = VERDICT.parse(JSON.parse(output.trim().split('\n').at(-1) ?? ''));
	// It passes also where it found no files, and then says so.
	if (passed && message === '') return [];
	return [[message, details.trim()].filter((text) => text !== '').join('\n')];
}

/** What n8n's scanner finds in a packed tarball. */
export function scanTarball(tarball: string): string[] {
	return withFolder((folder) => {
		execFileSync('tar', ['-xzf', tarball, '-C', folder, '--strip-components=1']);
		return scanFolder(folder, TARBALL_FILES);
	});
}

/** What n8n's scanner finds in the sources, which it takes from the repository that npm's provenance names. */
export function scanSources(): string[] {
	return scanFolder(ROOT, SOURCE_FILES);
}
