import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';

import { buildSync } from 'esbuild';
import { minify_sync } from 'terser';

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
 * Makes CommonJS of a bundle of ES modules. esbuild repeats for each file what it imports, under another name; what is
 * imported once, by one name, is less to download.
 */
function toCommonJs(bundle: string): string {
	const names = new Map<string, Map<string, string>>();
	const renamed = new Map<string, string>();
	const withoutImports = bundle.replace(
		/^import \{([^}]+)\} from "([^"]+)";$/gm,
		(_all, list: string, from: string) => {
			const known = names.get(from) ?? new Map<string, string>();
			names.set(from, known);
			for (const [name = '', local = name] of list.split(',').map((each) => each.trim().split(' as '))) {
				renamed.set(local, known.get(name) ?? local);
				known.set(name, known.get(name) ?? local);
			}
			return '';
		},
	);
	const code = withoutImports.replace(/(?<![.\w$])[A-Za-z]\w*\d(?!\w)/g, (word) => renamed.get(word) ?? word);
	const requires = [...names].map(([from, known]) => {
		const list = [...known].map(([name, local]) => (name === local ? name : `${name}: ${local}`));
		return `const { ${list.join(', ')} } = require("${from}");`;
	});
	return requires.join(' ') + code.replace(/^export \{([^}]+)\};$/m, 'module.exports = {$1};');
}

/**
 * Checks the types, and puts the code of all nodes into one file: of 60 small ones a third of what is downloaded would be
 * what every file begins with. What means the same is written shorter, names too; where a stack trace of a user points to, the
 * source map beside it says, which is not published: the same commit builds the same code.
 */
export function build(): void {
	rmSync(DIST, { recursive: true, force: true });
	runTool('typescript/bin/tsc', '-p', 'tsconfig.build.json');
	const bundle = buildSync({
		stdin: {
			contents: ENTRIES.map(({ className, source }) => `export { ${className} } from '${source}';`).join(
				'\n',
			),
			resolveDir: ROOT,
		},
		outfile: join(DIST, BUNDLE),
		bundle: true,
		platform: 'node',
		format: 'esm',
		target: 'es2023',
		charset: 'utf8',
		sourcemap: 'inline',
		write: false,
		external: ['n8n-workflow'],
	});
	const { code, map } = minify_sync(toCommonJs(bundle.outputFiles[0]?.text ?? ''), {
		ecma: 2020,
		toplevel: true,
		compress: { passes: 3, inline: 1, lhs_constants: false },
		sourceMap: { content: 'inline', filename: BUNDLE },
	});
	mkdirSync(DIST, { recursive: true });
	writeFileSync(join(DIST, BUNDLE), code ?? '');
	writeFileSync(join(DIST, `${BUNDLE}.map`), typeof map === 'string' ? map : JSON.stringify(map));
	for (const { className, file } of ENTRIES) {
		const path = relative(dirname(file), join('dist', BUNDLE)).replaceAll('\\', '/');
		mkdirSync(dirname(join(ROOT, file)), { recursive: true });
		writeFileSync(join(ROOT, file), `exports.${className} = require('${path}').${className};\n`);
	}
	runTool('gulp/bin/gulp.js', '--silent');
}

if (require.main === module) build();
