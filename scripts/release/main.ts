import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import manifest from '../../package.json';
import { MARKER, compatibilityProblems, compatibilityTable, readRuns } from '../compatibility';
import { writeBlock } from '../markdown';
import { pack } from '../pack';
import { N8N_LINES, ROOT, isN8nLine, type N8nLine } from '../paths';
import { messageOf } from '../problems';
import { manifestProblems } from './manifest';
import { scanSources, scanTarball } from './scanner';

const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');

/** The lines to test on: the one that `--line` names, none, or all. @throws Error for a line that there is not */
export function linesOf(args: readonly string[]): N8nLine[] {
	const all = Object.keys(N8N_LINES).filter(isN8nLine);
	if (args.length === 0) return all;
	const [flag, name, ...rest] = args;
	if (flag === '--line' && name === 'none' && rest.length === 0) return [];
	if (flag !== '--line' || name === undefined || !isN8nLine(name) || rest.length > 0) {
		throw new Error(`Usage: npm run release:check -- [--line ${[...all, 'none'].join('|')}]`);
	}
	return [name];
}

/** The server tests, which install the packed tarball into a fresh n8n. */
function testOn(line: N8nLine): string[] {
	const jest = join(ROOT, 'node_modules', 'jest', 'bin', 'jest.js');
	const env = { ...process.env, N8N_LINE: line };
	const args = [jest, '--runInBand', '--selectProjects', 'server'];
	const { status } = spawnSync(process.execPath, args, { cwd: ROOT, stdio: 'inherit', env });
	return status === 0 ? [] : ['The server tests failed.'];
}

/** Writes the README's table of the results; what was asked for in part is not held against a release. */
function checkTable(lines: readonly N8nLine[], version: string): string[] {
	const runs = readRuns();
	writeBlock('README.md', MARKER, compatibilityTable(runs));
	return lines.length === Object.keys(N8N_LINES).length ? compatibilityProblems(runs, version) : [];
}

/** Everything that a release has to pass, short of publishing it. Gives how many checks failed. */
function releaseCheck(lines: readonly N8nLine[]): number {
	const { version } = manifest;
	let tarball = '';
	const checks: Array<[string, () => string[]]> = [
		['package.json and CHANGELOG.md', () => manifestProblems(manifest, read('CHANGELOG.md'))],
		['what is packed', () => ((tarball = pack()), [])],
		["n8n's scanner, over the tarball", () => scanTarball(tarball)],
		["n8n's scanner, over the sources", scanSources],
		...lines.map((line): [string, () => string[]] => [
			`server tests on ${N8N_LINES[line]}`,
			() => testOn(line),
		]),
		["the README's compatibility table", () => checkTable(lines, version)],
	];
	const report = checks.map(([name, check]): [string, string[]] => {
		process.stdout.write(`== ${name}\n`);
		try {
			return [name, check()];
		} catch (error) {
			return [name, [messageOf(error)]];
		}
	});
	process.stdout.write(`\nRelease check of version ${version}\n`);
	for (const [name, problems] of report) {
		process.stdout.write(`${problems.length === 0 ? '✓' : '✗'} ${name}\n`);
		for (const problem of problems) process.stdout.write(`  ${problem.replaceAll('\n', '\n  ')}\n`);
	}
	process.stdout.write(
		"- npm's provenance: only a published version has it, so n8n checks it after publishing\n",
	);
	const changes = execFileSync('git', ['status', '--porcelain'], { cwd: ROOT, encoding: 'utf8' }).trim();
	if (changes !== '') process.stdout.write(`! There are uncommitted changes:\n${changes}\n`);
	return report.filter(([, problems]) => problems.length > 0).length;
}

if (require.main === module) {
	try {
		process.exitCode = releaseCheck(linesOf(process.argv.slice(2))) === 0 ? 0 : 1;
	} catch (error) {
		process.stderr.write(`${messageOf(error)}\n`);
		process.exitCode = 2;
	}
}
