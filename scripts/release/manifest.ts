/** The parts of package.json that a release depends on. */
interface Manifest {
	version: string;
	dependencies?: unknown;
	optionalDependencies?: unknown;
	bundleDependencies?: unknown;
	peerDependencies?: unknown;
}

function isManifest(value: unknown): value is Manifest {
	return (
		typeof value === 'object' && value !== null && 'version' in value && typeof value.version === 'string'
	);
}

function namesIn(value: unknown): string[] {
	return typeof value === 'object' && value !== null ? Object.keys(value) : [];
}

/** Whether the changelog has a heading for this version with a date, such as `## [1.2.3] - 2026-11-21`. */
export function hasEntry(changelog: string, version: string): boolean {
	return changelog
		.split('\n')
		.some((line) => line.startsWith(`## [${version}] - `) && /\d{4}-\d\d-\d\d$/.test(line.trimEnd()));
}

/** @throws Error when package.json has no version */
export function versionOf(manifest: unknown): string {
	if (!isManifest(manifest)) throw new Error('package.json has no version.');
	return manifest.version;
}

/** What in package.json and the changelog keeps it from being released. */
export function manifestProblems(manifest: unknown, changelog: string): string[] {
	if (!isManifest(manifest)) return ['package.json has no version.'];
	const problems: string[] = [];
	if (!hasEntry(changelog, manifest.version)) {
		problems.push(`CHANGELOG.md has no "## [${manifest.version}] - " with a date.`);
	}
	const { bundleDependencies, dependencies, optionalDependencies, peerDependencies } = manifest;
	for (const [name, value] of Object.entries({ bundleDependencies, dependencies, optionalDependencies })) {
		if (namesIn(value).length > 0) problems.push(`package.json has ${name}: ${namesIn(value).join(', ')}.`);
	}
	const peers = namesIn(peerDependencies);
	if (peers.join() !== 'n8n-workflow') {
		problems.push(`peerDependencies has to be n8n-workflow alone, and is ${peers.join(', ') || 'empty'}.`);
	}
	return problems;
}
