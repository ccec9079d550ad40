import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import manifest from '../../package.json';
import { compatibilityProblems, compatibilityTable, readRuns } from '../compatibility';
import { writeBlock } from '../markdown';
import { pack } from '../pack';
import { ROOT } from '../paths';
import { messageOf } from '../problems';
import { manifestProblems } from './manifest';
import { scanSources, scanTarball } from './scanner';

/** Writes the README's table of the server tests. Returns what in it prevents a release. */
function checkTable(): string[] {
	const runs = readRuns();
	writeBlock('README.md', 'compatibility', compatibilityTable(runs));
	return compatibilityProblems(runs, manifest.version);
}

/** Everything that a release must pass besides the tests, short of publishing it; each returns the problems it finds. */
const CHECKS: Array<[string, () => string[] | Promise<string[]>]> = [
	[
		'package.json and CHANGELOG.md',
		() => manifestProblems(manifest, readFileSync(join(ROOT, 'CHANGELOG.md'), 'utf8')),
	],
	["what is packed, by n8n's scanner", async () => scanTarball(await pack())],
	["the sources, by n8n's scanner", scanSources],
	["the last server tests on each line of n8n, in the README's table", checkTable],
];

const say = (text: string) => process.stdout.write(`${text.replaceAll('\n', '\n  ')}\n`);

async function problemsOf(check: (typeof CHECKS)[number][1]): Promise<string[]> {
	try {
		return await check();
	} catch (error) {
		return [messageOf(error)];
	}
}

async function main(): Promise<void> {
	say(`Release check of version ${manifest.version}`);
	for (const [name, check] of CHECKS) {
		const problems = await problemsOf(check);
		if (problems.length > 0) process.exitCode = 1;
		say([`${problems.length === 0 ? '✓' : '✗'} ${name}`, ...problems].join('\n'));
	}
	say("- npm's provenance: only a published version has it, so n8n checks it after publishing");
	const changes = execFileSync('git', ['status', '--porcelain'], { cwd: ROOT, encoding: 'utf8' }).trim();
	if (changes !== '') say(`! There are uncommitted changes:\n${changes}`);
}

void main();
