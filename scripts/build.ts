import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';

import { buildSync } from 'esbuild';

import manifest from '../package.json';
import { DIST, ROOT } from './paths';

function runTool(file: string, ...args: string[]): void {
	execFileSync(process.execPath, [join(ROOT, 'node_modules', file), ...args], {
		cwd: ROOT,
		stdio: 'inherit',
	});
}

/** The files that n8n loads, as package.json lists them: each has one class, named like the file. */
const ENTRIES = [...manifest.n8n.nodes, ...manifest.n8n.credentials].map((file) => ({
	file,
	source: `./${relative('dist', file).replaceAll('\\', '/').replace(/\.js$/, '')}`,
	className: basename(file).split('.')[0] ?? '',
}));
const BUNDLE = 'jelou.js';

/**
 * Checks the types, and puts the code of all nodes into one file: of 60 small ones a third of what is downloaded would be
 * what every file begins with. What means the same is written shorter; functions and classes keep their names, so that a
 * stack trace says where something happened.
 */
export function build(): void {
	rmSync(DIST, { recursive: true, force: true });
	runTool('typescript/bin/tsc', '-p', 'tsconfig.build.json');
	buildSync({
		stdin: {
			contents: ENTRIES.map(({ className, source }) => `export { ${className} } from '${source}';`).join(
				'\n',
			),
			resolveDir: ROOT,
		},
		outfile: join(DIST, BUNDLE),
		bundle: true,
		platform: 'node',
		format: 'cjs',
		target: 'es2023',
		charset: 'utf8',
		minifyWhitespace: true,
		minifySyntax: true,
		minifyIdentifiers: true,
		keepNames: true,
		external: ['n8n-workflow'],
	});
	for (const { className, file } of ENTRIES) {
		const path = relative(dirname(file), join('dist', BUNDLE)).replaceAll('\\', '/');
		mkdirSync(dirname(join(ROOT, file)), { recursive: true });
		writeFileSync(join(ROOT, file), `exports.${className} = require('${path}').${className};\n`);
	}
	runTool('gulp/bin/gulp.js', '--silent');
}

if (require.main === module) build();
