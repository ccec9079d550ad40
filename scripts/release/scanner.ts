import { execFileSync } from 'node:child_process';
import { mkdtempDisposableSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { z } from 'zod';

import { ROOT } from '../paths';

/** The files that n8n's scanner lints in a published tarball, and in its source (see its `analyzePackageByName`). */
const TARBALL_FILES = ['**/*.js', 'package.json'];
const SOURCE_FILES = ['package.json', '{nodes,credentials}/**/*.{js,ts,json}'];

const VERDICT = z.object({
	passed: z.boolean(),
	message: z.string().default(''),
	details: z.string().default(''),
});

/**
 * Runs n8n's own scanner for community packages with the arguments FOLDER PATTERN…. In a process of its own, because the
 * scanner prints as it goes and leaves a temporary folder behind.
 */
const PROGRAM = `import { analyzePackage } from '@n8n/scan-community-package/scanner/scanner.mjs';
const [folder, ...patterns] = process.argv.slice(1);
console.log('\\n' + JSON.stringify(await analyzePackage(folder, patterns)));`;

const temporaryFolder = () => mkdtempDisposableSync(join(tmpdir(), 'n8n-jelou-scan-'));

/**
 * What n8n's scanner finds in a folder, in its own words; nothing when it finds nothing.
 *
 * @param patterns which files to look at; that there are none is a finding too
 * @throws Error when the scanner does not run
 */
export function scanFolder(folder: string, patterns: readonly string[]): string[] {
	using temporary = temporaryFolder();
	// With Jest's "test", its rules assume that they are under test themselves.
	const env = { ...process.env, NODE_ENV: 'production', TMPDIR: temporary.path };
	const args = ['--input-type=module', '-e', PROGRAM, folder, ...patterns];
	const output = execFileSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8', env });
	const { details, message, passed } = VERDICT.parse(JSON.parse(output.trim().split('\n').at(-1) ?? ''));
	// It also passes where it found no files, but then says so.
	if (passed && message === '') return [];
	return [[message, details.trim()].filter((text) => text !== '').join('\n')];
}

/** What n8n's scanner finds in a packed tarball. */
export function scanTarball(tarball: string): string[] {
	using folder = temporaryFolder();
	execFileSync('tar', ['-xzf', tarball, '-C', folder.path, '--strip-components=1']);
	return scanFolder(folder.path, TARBALL_FILES);
}

/** What n8n's scanner finds in the sources, which it takes from the repository that npm's provenance names. */
export function scanSources(): string[] {
	return scanFolder(ROOT, SOURCE_FILES);
}
