import { execFileSync } from 'node:child_process';
import * as crypto from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';

import * as n8n from 'n8n-workflow';
import type { Plugin } from 'rolldown';
import { minify } from 'terser';

import manifest from '../package.json';
import { DIST, ROOT } from './paths';

function runTool(file: string, ...args: string[]): void {
	execFileSync(process.execPath, [join(ROOT, 'node_modules', file), ...args], {
		cwd: ROOT,
		stdio: 'inherit',
	});
}

/** The files that n8n loads, as package.json lists them: each has one class, named like the file. */
const ENTRIES = [...manifest.n8n.credentials, ...manifest.n8n.nodes].map((file) => ({
	file,
	source: join(ROOT, relative('dist', file)).replaceAll('\\', '/').replace(/\.js$/, ''),
	className: basename(file).split('.')[0] ?? '',
}));
const BUNDLE = 'jelou.js';

/** The bundle's entry point: not a file, since it only exports the others. */
const ENTRY = 'the nodes';
const entry: Plugin = {
	name: 'entry',
	resolveId: (id) => (id === ENTRY ? id : undefined),
	load: (id) =>
		id === ENTRY
			? ENTRIES.map(({ className, source }) => `export { ${className} } from '${source}';`).join('\n')
			: undefined,
};

/** External modules. Their exports get names of the bundle's own, which can be shortened like any others. */
const OUTSIDE = new Map<string, object>([
	['n8n-workflow', n8n],
	['node:crypto', crypto],
]);
const PREFIX = 'names of ';
const outside: Plugin = {
	name: 'outside',
	resolveId(id, importer = '') {
		if (!OUTSIDE.has(id)) return undefined;
		return importer.startsWith(PREFIX) ? { id, external: true } : PREFIX + id;
	},
	load(id) {
		const module = id.startsWith(PREFIX) ? id.slice(PREFIX.length) : '';
		const names = Object.keys(OUTSIDE.get(module) ?? {}).filter((name) => name !== 'default');
		const lines = names.map((name) => `export const ${name} = all.${name};`);
		return names.length > 0 ? [`const all = require('${module}');`, ...lines].join('\n') : undefined;
	},
};

/** Shortens what rolldown's own minifier, which runs after it, cannot. */
const terser: Plugin = {
	name: 'terser',
	async renderChunk(chunk) {
		const { code = '', map } = await minify(chunk, {
			ecma: 2020,
			toplevel: true,
			// `unsafe_arrows` is safe: nothing here uses a function as a constructor.
			compress: { passes: 2, inline: 1, lhs_constants: false, unsafe_arrows: true },
			mangle: false,
			sourceMap: true,
		});
		return { code, map: typeof map === 'string' ? map : undefined };
	},
};

/** gzip finds repetition only within 32 kB: texts and tables come first, close together, and then the functions. */
const functionsLast: Plugin = {
	name: 'functions last',
	async renderChunk(chunk) {
		const { RolldownMagicString } = await import('rolldown');
		const code = `${chunk};`;
		const sorted = new RolldownMagicString(code);
		for (const { end, start, type } of this.parse(code).body)
			if (type === 'FunctionDeclaration') sorted.move(start, end, code.length);
		return { code: sorted.toString(), map: sorted.generateMap({ hires: true }).toString() };
	},
};

/**
 * Checks the types, and bundles all nodes into one file: with 60 small ones, a third of the download would be what every
 * file begins with. Code and names are shortened. The source map beside the bundle, which is not published, explains a
 * user's stack trace: the same commit builds the same code.
 */
export async function build(): Promise<void> {
	rmSync(DIST, { recursive: true, force: true });
	runTool('typescript/bin/tsc', '-p', 'tsconfig.build.json');
	// An ES module, which CommonJS can only import dynamically.
	const { build: bundle } = await import('rolldown');
	await bundle({
		input: ENTRY,
		platform: 'node',
		treeshake: { propertyReadSideEffects: false },
		checks: { bundlerTimings: false },
		transform: {
			target: 'es2023',
			assumptions: { setPublicClassFields: true },
			typescript: { removeClassFieldsWithoutInitializer: true },
		},
		plugins: [entry, outside, terser, functionsLast],
		output: {
			file: join(DIST, BUNDLE),
			format: 'cjs',
			sourcemap: 'hidden',
			minify: true,
			esModule: false,
			generatedCode: { symbols: false },
			comments: false,
		},
	});
	for (const { className, file } of ENTRIES) {
		const path = relative(dirname(file), join('dist', BUNDLE)).replaceAll('\\', '/');
		mkdirSync(dirname(join(ROOT, file)), { recursive: true });
		writeFileSync(join(ROOT, file), `exports.${className} = require('${path}').${className};\n`);
	}
	runTool('gulp/bin/gulp.js', '--silent');
}

if (require.main === module) void build();
