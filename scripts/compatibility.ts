import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { z } from 'zod';

import { table } from './markdown';
import { N8N_LINES, ROOT, isN8nLine } from './paths';

const RESULTS = join(ROOT, 'docs', 'compatibility.json');

/** The result of all server tests on one line of n8n. */
const RUN = z.object({
	line: z.string().refine(isN8nLine),
	/** Versions, such as `2.41.1`, `24.21.0` and `0.1.0`. */
	n8n: z.string(),
	node: z.string(),
	package: z.string(),
	/** Numbers of tests. */
	passed: z.number(),
	failed: z.number(),
});
export type CompatibilityRun = z.infer<typeof RUN>;

/** The last complete run on each line, as the server tests wrote it. @throws Error when the file does not have this format */
export function readRuns(): CompatibilityRun[] {
	const file: unknown = JSON.parse(readFileSync(RESULTS, 'utf8'));
	return z.object({ runs: z.array(RUN) }).parse(file).runs;
}

/** The README's table: one row for each line. */
export function compatibilityTable(runs: readonly CompatibilityRun[]): string {
	const rows = runs.map(({ failed, n8n, node, package: version, passed }) => {
		const all = passed + failed;
		return [
			n8n,
			node,
			version,
			failed > 0 ? `${String(failed)} of ${String(all)} failed` : `all ${String(all)} passed`,
		];
	});
	return table(['n8n', 'on Node.js', 'n8n-nodes-jelou', 'tests in that n8n'], rows);
}

/** Why the results cannot be those of a release: a line that did not run, or failed, or ran with another version. */
export function compatibilityProblems(runs: readonly CompatibilityRun[], version: string): string[] {
	return Object.keys(N8N_LINES)
		.filter(isN8nLine)
		.flatMap((line) => {
			const run = runs.find((one) => one.line === line);
			if (run === undefined) return [`The server tests did not run on ${line} of n8n.`];
			const problems = [];
			if (run.failed > 0) problems.push(`${String(run.failed)} server tests failed on n8n ${run.n8n}.`);
			if (run.package !== version)
				problems.push(`The server tests on n8n ${run.n8n} ran with version ${run.package}, not ${version}.`);
			return problems;
		});
}
