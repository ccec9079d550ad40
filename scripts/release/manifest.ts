import { z } from 'zod';

const NAMES = z.record(z.unknown()).transform(Object.keys).or(z.array(z.string())).default([]);
/** The parts of package.json that a release depends on and n8n's scanner does not look at. */
const MANIFEST = z.object({ version: z.string(), optionalDependencies: NAMES, bundleDependencies: NAMES });

/** What in package.json and the changelog prevents a release, besides what n8n's scanner finds. */
export function manifestProblems(manifest: unknown, changelog: string): string[] {
	const { version, ...others } = MANIFEST.parse(manifest);
	const entry = new RegExp(`^## \\[${version.replaceAll('.', '\\.')}\\] - \\d{4}-\\d\\d-\\d\\d$`, 'm');
	const forbidden = Object.entries(others).filter(([, names]) => names.length > 0);
	return [
		...(entry.test(changelog) ? [] : [`CHANGELOG.md has no "## [${version}] - " with a date.`]),
		...forbidden.map(([name, names]) => `package.json has ${name}: ${names.join(', ')}.`),
	];
}
