import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
	existsSync,
	mkdirSync,
	readFileSync,
	readdirSync,
	renameSync,
	rmSync,
	statSync,
	writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';

import { build } from './build';
import { ROOT, WORK_FOLDER } from './paths';

/** For compiled code, schemas and icons, as a user's n8n downloads them; the other files do not count. */
const MAX_BYTES = 60_000;
const DOCUMENTS = ['README.md', 'LICENSE.md', 'package.json'];
const PACKAGE_FOLDER = join(WORK_FOLDER, 'package');
/** Tells of which sources the tarball was made. */
const MADE_OF = join(PACKAGE_FOLDER, 'made-of');
/** All that can change the tarball: what is in it, and what makes it. */
export const SOURCES = [
	...DOCUMENTS,
	'credentials',
	'gulpfile.js',
	'icons',
	'nodes',
	'package-lock.json',
	'scripts/build.ts',
	'scripts/pack.ts',
	'tsconfig.build.json',
	'tsconfig.json',
];
/** What may be published: compiled code, icons, codex files, output schemas, and the documents. */
const ALLOWED =
	/^(package\.json|README\.md|LICENSE\.md|dist\/jelou\.js|dist\/(nodes|credentials)\/.+\.js|dist\/nodes\/.+(\.node|\/__schema__\/.+)\.json|dist\/icons\/.+\.svg)$/;

/**
 * Builds and packs the package as it would be published, unless it was made of the same sources already. Until that is
 * done, the previous tarball stays in place: tests that run meanwhile install it.
 *
 * @param onBuild called before it is built
 * @returns the path of the tarball
 * @throws Error when it contains a file that must not be published, or is too large
 */
export async function pack(onBuild?: () => void): Promise<string> {
	const sources = fingerprint();
	const kept = findTarball(PACKAGE_FOLDER);
	if (kept && existsSync(MADE_OF) && readFileSync(MADE_OF, 'utf8') === sources) return kept;
	onBuild?.();
	rmSync(MADE_OF, { force: true });
	await build();
	const folder = `${PACKAGE_FOLDER}-${String(process.pid)}`;
	try {
		const packed = packInto(folder);
		writeFileSync(MADE_OF, sources);
		return packed;
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}

/** @returns a digest of the names and contents of all sources, in hexadecimal digits */
export function fingerprint(root = ROOT): string {
	const hash = createHash('sha256');
	const add = (path: string) => {
		if (statSync(join(root, path)).isDirectory()) {
			for (const name of readdirSync(join(root, path)).sort()) add(`${path}/${name}`);
			return;
		}
		const content = readFileSync(join(root, path));
		hash.update(`${path}\0${String(content.length)}\0`).update(content);
	};
	SOURCES.forEach(add);
	return hash.digest('hex');
}

function packInto(folder: string): string {
	mkdirSync(folder, { recursive: true });
	const args = ['pack', '--ignore-scripts', '--pack-destination', folder];
	execFileSync('npm', args, { cwd: ROOT, stdio: 'pipe', shell: process.platform === 'win32' });
	const tarball = tarballIn(folder);
	const files = execFileSync('tar', ['-tzf', tarball], { encoding: 'utf8' }).trim().split(/\r?\n/);
	const paths = files.map((file) => file.replace(/^package\//, ''));
	const unexpected = paths.filter((path) => !ALLOWED.test(path));
	if (unexpected.length > 0)
		throw new Error(`The tarball contains files that must not be published: ${unexpected.join(', ')}`);
	const code = codeSize(tarball);
	if (code > MAX_BYTES) {
		throw new Error(
			`The code, schemas and icons in the tarball are ${String(code)} bytes, over the limit of ${String(MAX_BYTES)}.`,
		);
	}
	mkdirSync(PACKAGE_FOLDER, { recursive: true });
	const packed = join(PACKAGE_FOLDER, basename(tarball));
	renameSync(tarball, packed);
	for (const file of readdirSync(PACKAGE_FOLDER))
		if (file !== basename(packed)) rmSync(join(PACKAGE_FOLDER, file));
	return packed;
}

function codeSize(tarball: string): number {
	const sizes = DOCUMENTS.map((file) => gzipSync(readFileSync(join(ROOT, file)), { level: 9 }).length);
	return sizes.reduce((rest, size) => rest - size, statSync(tarball).size);
}

function findTarball(folder: string): string | undefined {
	const name = existsSync(folder) && readdirSync(folder).find((file) => file.endsWith('.tgz'));
	return name ? join(folder, name) : undefined;
}

function tarballIn(folder: string): string {
	const tarball = findTarball(folder);
	if (tarball === undefined) throw new Error('There is no tarball: run "npm run pack" first.');
	return tarball;
}

/** The tarball that `pack` made last. */
export function packedTarball(): string {
	return tarballIn(PACKAGE_FOLDER);
}

async function main(): Promise<void> {
	const tarball = await pack();
	const kB = (bytes: number) => `${(bytes / 1000).toFixed(1)} kB`;
	process.stdout.write(
		`Packed ${basename(tarball)}: ${kB(statSync(tarball).size)}, ${kB(codeSize(tarball))} of it code, schemas and icons.\n`,
	);
}

if (require.main === module) void main();
