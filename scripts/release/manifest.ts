import { z } from 'zod';

const NAMES = z.record(z.unknown()).transform(Object.keys).or(z.array(z.string())).default([]);
/** The parts of package.json that a release depends on. */
const MANIFEST = z.object({
	version: z.string({ message: 'package.json has no version.' }),
	dependencies: NAMES,
	optionalDependencies: NAMES,
	bundleDependencies: NAMES,
	peerDependencies: NAMES,
});

/** Whether the changelog has a heading for this version with a date, such as `## [1.2.3] - 2026-11-21`. */
export function hasEntry(changelog: string, version: string): boolean {
	return changelog
		.split('\n')
		.some((line) => line.startsWith(`## [${version}] - `) && /\d{4}-\d\d-\d\d$/.test(line.trimEnd()));
}

/** What in package.json and the changelog keeps it from being released. */
export function manifestProblems(manifest: unknown, changelog: string): string[] {
	const { data, error } = MANIFEST.safeParse(manifest);
	if (data === undefined) return error.issues.map(({ message }) => message);
	const { peerDependencies, version, ...others } = data;
	const problems: string[] = [];
	if (!hasEntry(changelog, version)) problems.push(`CHANGELOG.md has no "## [${version}] - " with a date.`);
	for (const [name, names] of Object.entries(others)) {
		if (names.length > 0) problems.push(`package.json has ${name}: ${names.join(', ')}.`);
	}
	const peers = peerDependencies.join(', ');
	if (peers !== 'n8n-workflow') {
		problems.push(`peerDependencies has to be n8n-workflow alone, and is ${peers || 'empty'}.`);
	}
	return problems;
}
