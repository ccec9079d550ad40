/**
 * Runs a command of the project: `node scripts/run.mjs <command> …`, as in package.json. Plain JavaScript without
 * dependencies, because it first installs what the command needs; the command itself then runs on Node.js 24.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { delimiter, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { ROOT, SetupError, node24, setup, stopSetup } from './setup.mjs';

const typescript = (file, ...args) => ['--import', 'tsx', join(ROOT, file), ...args];
/** Each program starts with this. */
const CONNECTIONS = ['--import', pathToFileURL(join(ROOT, 'scripts/connections.mjs')).href];
const jest = (...args) => [join(ROOT, 'node_modules', 'jest', 'bin', 'jest.js'), ...args];
/** How many files of tests run at once: a cluster takes the whole machine; five servers keep two processors busy. */
const AT_ONCE = { scale: 1, browser: 2, server: 5, others: 3 };
/** What is tested and measured is the packed tarball, as a user's n8n gets it. */
const PACK = typescript('scripts/pack.ts');

const LINES = ['v2', 'v1'];
const FAST = ['unit', 'repository', 'sandbox', 'engine'];
/**
 * The layers of tests that `npm test` and its options run, and the lines of n8n that they need. The default is all but the
 * slow layers, plus one test of the whole way in a real n8n. Of the slow ones, `browser` needs Chromium, and `scale`
 * PostgreSQL, Redis and HAProxy. `npm start` always runs n8n 2.x, so `start` is not one of the server tests, which run on
 * both lines.
 */
const TESTS = {
	default: { layers: [...FAST, 'smoke'], lines: ['v2'] },
	'--fast': { layers: FAST, lines: [] },
	'--v2': { layers: ['server', 'start'], lines: ['v2'] },
	'--v1': { layers: ['server'], lines: ['v1'], env: { N8N_LINE: 'v1' } },
};

function test(args) {
	const option = args.find((argument) => argument in TESTS);
	const { env, layers, lines } = TESTS[option ?? 'default'];
	const others = args.filter((argument) => argument !== option);
	const selected = args.includes('--selectProjects') ? [] : ['--selectProjects', ...layers];
	const layer = Object.keys(AT_ONCE).find((name) => [...others, ...selected].includes(name)) ?? 'others';
	const workers = `--maxWorkers=${String(AT_ONCE[layer])}`;
	return { lines, env, steps: [PACK, jest(workers, ...others, ...selected)] };
}

/** The tests that follow a new user from start to finish, which take the README's pictures. */
const PICTURED = ['desk', 'editor/check', 'editor/firstWorkflow', 'editor/dialogue', 'editor/platform'].map(
	(file) => `test/browser/${file}.test`,
);

/**
 * What each command needs and runs, given its arguments: the lines of n8n to install, and the steps, in order, as the
 * arguments of `node`. A command that is `isTied` learns from the end of its channel that this process was killed.
 */
const COMMANDS = {
	setup: (args) => ({ lines: LINES.filter((line) => args.includes(line)), steps: [] }),
	start: (args) => ({ lines: ['v2'], steps: [typescript('scripts/start/main.ts', ...args)], isTied: true }),
	'start:scale': (args) => ({ lines: ['v2'], steps: [typescript('scripts/scale/main.ts', ...args)] }),
	test,
	bench: (args) => ({ lines: ['v2'], steps: [PACK, typescript('bench/main.ts', ...args)] }),
	'faults:scale': (args) => ({
		lines: ['v2'],
		steps: [PACK, typescript('test/scale/faults/main.ts', ...args)],
	}),
	images: () => ({
		lines: ['v2'],
		env: { README_IMAGES: 'write' },
		steps: [PACK, jest('--maxWorkers=1', '--selectProjects', 'browser', '--', ...PICTURED)],
	}),
	'release:check': () => ({ lines: [], steps: [typescript('scripts/release/main.ts')] }),
};

let child;
let isStopped = false;
// Passed on, so that the command can stop what it started; the terminal sends it the same signals, which does no harm.
for (const signal of ['SIGINT', 'SIGTERM'])
	process.on(signal, () => {
		isStopped = true;
		stopSetup();
		child?.kill(signal);
	});

/** Runs a Node.js program of the project. Returns its exit code. */
async function runNode(args, { env, isTied }) {
	const node = node24();
	const PATH = [dirname(node), join(ROOT, 'node_modules', '.bin'), process.env.PATH].join(delimiter);
	const stdio = isTied ? ['inherit', 'inherit', 'inherit', 'ipc'] : 'inherit';
	child = spawn(node, [...CONNECTIONS, ...args], { cwd: ROOT, stdio, env: { ...process.env, ...env, PATH } });
	const [code, signal] = await once(child, 'close');
	return code ?? (signal === null ? 1 : 128);
}

/** @returns the exit code */
async function run({ lines, steps, ...how }) {
	try {
		await setup(lines);
	} catch (error) {
		// An npm that was stopped always fails.
		if (!isStopped) throw error;
	}
	if (isStopped) {
		process.stdout.write('\nStopped. Run the command again to continue.\n');
		return 130;
	}
	for (const step of steps) {
		const code = await runNode(step, how);
		if (code !== 0) return code;
	}
	return 0;
}

const [command, ...args] = process.argv.slice(2);
try {
	if (!Object.hasOwn(COMMANDS, command))
		throw new SetupError(`Commands: ${Object.keys(COMMANDS).join(', ')}`);
	process.exitCode = await run(COMMANDS[command](args));
} catch (error) {
	process.stderr.write(`${error instanceof SetupError ? error.message : (error.stack ?? error)}\n`);
	process.exitCode = 1;
}
