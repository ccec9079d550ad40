import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';

import { DIST, ROOT } from './paths';

function runTool(file: string, ...args: string[]): void {
	execFileSync(process.execPath, [join(ROOT, 'node_modules', file), ...args], {
		cwd: ROOT,
		stdio: 'inherit',
	});
}

/** Compiles the nodes and copies icons and codex files into `dist`. */
export function build(): void {
	rmSync(DIST, { recursive: true, force: true });
	runTool('typescript/bin/tsc', '-p', 'tsconfig.build.json');
	runTool('gulp/bin/gulp.js', '--silent');
}

const RUNS = 5;

/** Milliseconds that requiring both nodes and the credential takes in a fresh process: the median of some runs. */
function loadTime(): number {
	const files = [
		'nodes/Jelou/Jelou.node.js',
		'nodes/Jelou/JelouTrigger.node.js',
		'credentials/JelouApi.credentials.js',
	];
	const script = `
		require('n8n-workflow');
		const started = performance.now();
		for (const file of ${JSON.stringify(files)}) require(${JSON.stringify(DIST)} + '/' + file);
		console.log(performance.now() - started);`;
	const times = Array.from({ length: RUNS }, () =>
		Number(execFileSync(process.execPath, ['-e', script], { cwd: ROOT, encoding: 'utf8' })),
	);
	return times.sort((a, b) => a - b)[Math.floor(RUNS / 2)] ?? Number.NaN;
}

if (require.main === module) {
	build();
	process.stdout.write(`Built. Loading both nodes takes ${loadTime().toFixed(1)} ms beyond n8n-workflow.\n`);
}
