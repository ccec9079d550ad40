import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { parse } from 'yaml';

import { N8N_LINES, ROOT } from '../../scripts/paths';

interface Step {
	uses?: string;
	run?: string;
	with?: Record<string, unknown>;
}

interface Job {
	needs?: string;
	permissions?: Record<string, string>;
	strategy?: { matrix: { node?: number[]; include?: Array<Record<string, string>> } };
	steps: Step[];
}

interface Workflow {
	on: Record<string, unknown>;
	permissions: Record<string, string>;
	concurrency: Record<string, unknown>;
	jobs: Record<string, Job>;
}

const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');
const workflow = (name: string) => parse(read(`.github/workflows/${name}.yml`)) as Workflow;
const manifest = JSON.parse(read('package.json')) as {
	engines: { node: string };
	scripts: Record<string, string>;
};
const pinned = (folder: string) =>
	(JSON.parse(read(`test/${folder}/package.json`)) as { dependencies: { n8n: string } }).dependencies.n8n;

const ci = workflow('ci');
const publish = workflow('publish');
const stepsOf = ({ jobs }: Workflow) => Object.values(jobs).flatMap(({ steps }) => steps);
const commandsOf = ({ steps }: Job) => steps.flatMap(({ run }) => run ?? []);

describe.each([
	['ci', ci],
	['publish', publish],
])('the workflow %s', (_name, { permissions, concurrency, ...rest }) => {
	const all = { permissions, concurrency, ...rest };

	test('may only read, unless a job says more, and does not run twice at once', () => {
		expect(permissions).toEqual({ contents: 'read' });
		expect(concurrency.group).toEqual(expect.any(String));
	});

	test('pins each action to a major version, and only takes those of GitHub', () => {
		const actions = stepsOf(all).flatMap(({ uses }) => uses ?? []);
		expect(actions).not.toHaveLength(0);
		expect(actions.filter((action) => !/^actions\/[a-z-]+@v\d+$/.test(action))).toEqual([]);
	});

	test('calls only npm scripts that exist', () => {
		const runs = stepsOf(all).flatMap(({ run }) => run ?? []);
		const named = [...runs.join('\n').matchAll(/npm run (?!\$)(\S+)/g)].map(([, name]) => name ?? '');
		const included = Object.values(all.jobs)
			.flatMap(({ strategy }) => strategy?.matrix.include ?? [])
			.map(({ command = '' }) => command);
		expect(named.length + included.length).toBeGreaterThan(0);
		expect([...named, ...included].filter((name) => !(name in manifest.scripts))).toEqual([]);
	});

	test('installs through the scripts, so that no install script runs but those that are named', () => {
		for (const { run = '' } of stepsOf(all)) expect(run).not.toMatch(/npm (ci|install|i)\b/);
	});
});

test('CI runs on every Node.js from the oldest that package.json allows', () => {
	const oldest = Number(/\d+/.exec(manifest.engines.node)?.[0]);
	expect(ci.jobs.checks?.strategy?.matrix.node).toEqual([oldest, 22, 24]);
});

test('CI runs the server tests on each line of n8n that is pinned', () => {
	const included = ci.jobs.server?.strategy?.matrix.include ?? [];
	expect(included).toEqual(
		Object.entries(N8N_LINES).map(([line, folder]) => ({
			n8n: pinned(folder),
			command: `test:${line}`,
			lock: `test/${folder}/package-lock.json`,
		})),
	);
});

test('CI lints, checks types, and runs every layer that only needs npm and Chromium', () => {
	expect(commandsOf(ci.jobs.checks ?? { steps: [] })).toEqual([
		'npm run setup:tools',
		'npm run lint',
		'npm run typecheck',
		'npm run test:fast',
	]);
	expect(commandsOf(ci.jobs.browser ?? { steps: [] })).toContain('npm run test:browser');
});

describe('publishing', () => {
	test('happens for a version tag that is that of the package, after everything was checked', () => {
		expect(publish.on).toEqual({ push: { tags: ['v*'] } });
		expect(publish.jobs.publish?.needs).toBe('check');
		const [tag, ...checks] = commandsOf(publish.jobs.check ?? { steps: [] });
		expect(tag).toContain('test "$GITHUB_REF_NAME" = "v$(node -p');
		const tests = Object.keys(N8N_LINES).map((line) => `npm run test:${line}`);
		expect(checks).toEqual([...tests, 'npm run release:check']);
	});

	test('publishes the tarball that was checked, with provenance, for everybody', () => {
		expect(commandsOf(publish.jobs.publish ?? { steps: [] }).at(-1)).toBe(
			'npm publish ./*.tgz --provenance --access public',
		);
		const path = stepsOf(publish).find(({ uses }) => uses?.startsWith('actions/upload-artifact'))?.with?.path;
		expect(path).toBe('.n8n-jelou/package/*.tgz');
	});

	test("gives the id-token only to the job that publishes, where none of the project's code runs", () => {
		expect(publish.jobs.publish?.permissions).toEqual({ 'id-token': 'write' });
		expect(publish.jobs.check?.permissions).toBeUndefined();
		expect(publish.jobs.publish?.steps.map(({ uses }) => uses)).not.toContain('actions/checkout@v4');
	});
});
