import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';

import { build } from './build';
import { ROOT, WORK_FOLDER } from './paths';

/** Compiled code, schemas and icons, as a user's n8n downloads them; the README, which a release grows by, is not counted. */
const MAX_BYTES = 60_000;
const PACKAGE_FOLDER = join(WORK_FOLDER, 'package');
/** What may be published: compiled code, icons, codex files, output schemas, and the papers. */
const ALLOWED =
	/^(package\.json|README\.md|LICENSE\.md|dist\/jelou\.js|dist\/(nodes|credentials)\/.+\.js|dist\/nodes\/.+(\.node|\/__schema__\/.+)\.json|dist\/icons\/.+\.svg)$/;

/**
 * Builds and packs the package as it would be published.
 *
 * @returns the path of the tarball
 * @throws Error when it holds a file that must not be published, or is too large
 */
export function pack(): string {
	build();
	rmSync(PACKAGE_FOLDER, { recursive: true, force: true });
	mkdirSync(PACKAGE_FOLDER, { recursive: true });
	const args = ['pack', '--ignore-scripts', '--pack-destination', PACKAGE_FOLDER];
	execFileSync('npm', args, { cwd: ROOT, stdio: 'pipe', shell: process.platform === 'win32' });
	const tarball = packedTarball();
	const files = execFileSync('tar', ['-tzf', tarball], { encoding: 'utf8' }).trim().split(/\r?\n/);
	const paths = files.map((file) => file.replace(/^package\//, ''));
	const strangers = paths.filter((path) => !ALLOWED.test(path));
	if (strangers.length > 0)
		throw new Error(`The tarball contains files that must not be published: ${strangers.join(', ')}`);
	const code = statSync(tarball).size - gzipSync(readFileSync(join(ROOT, 'README.md')), { level: 9 }).length;
	if (code > MAX_BYTES) {
		throw new Error(
			`The tarball is ${String(code)} bytes without the README, over the limit of ${String(MAX_BYTES)}.`,
		);
	}
	return tarball;
}

/** The tarball that `pack` made last. */
export function packedTarball(): string {
	const [name] = readdirSync(PACKAGE_FOLDER).filter((file) => file.endsWith('.tgz'));
	if (name === undefined) throw new Error('There is no tarball: run "npm run pack" first.');
	return join(PACKAGE_FOLDER, name);
}

if (require.main === module) {
	const tarball = pack();
	process.stdout.write(`Packed ${basename(tarball)}: ${(statSync(tarball).size / 1000).toFixed(1)} kB.\n`);
}
