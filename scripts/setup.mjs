/**
 * Brings everything that the project needs and is not there yet. Plain JavaScript on Node.js alone, because it runs
 * before anything is installed. What is there already is reused: a stamp beside it says which lock file it came from.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createWriteStream, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '..');
export const WORK_FOLDER = join(ROOT, '.n8n-jelou');
const MINIMUM_NODE = [20, 19];

/** A problem that is told in one sentence, without a stack. */
export class SetupError extends Error {}

/** @throws SetupError when this Node.js is too old */
export function checkNode(version = process.versions.node) {
	const [major, minor] = version.split('.').map(Number);
	if (major > MINIMUM_NODE[0] || (major === MINIMUM_NODE[0] && minor >= MINIMUM_NODE[1])) return;
	throw new SetupError(`Node.js ${version} is too old: install Node.js ${MINIMUM_NODE.join('.')} or newer.`);
}

function stampFile(folder) {
	return join(folder, 'node_modules', '.jelou-setup');
}

function lockHash(folder) {
	return createHash('sha256')
		.update(readFileSync(join(folder, 'package-lock.json')))
		.digest('hex');
}

function isInstalled(folder) {
	const stamp = stampFile(folder);
	return existsSync(stamp) && readFileSync(stamp, 'utf8') === lockHash(folder);
}

/** How many packages have been unpacked: npm makes all folders first, and fills them afterwards. */
function countPackages(folder) {
	const modules = join(folder, 'node_modules');
	const namesIn = (parent) =>
		(existsSync(parent) ? readdirSync(parent) : []).filter((name) => !name.startsWith('.'));
	const paths = namesIn(modules).flatMap((name) =>
		name.startsWith('@') ? namesIn(join(modules, name)).map((inner) => join(name, inner)) : [name],
	);
	return paths.filter((path) => existsSync(join(modules, path, 'package.json'))).length;
}

/** Shows how far an installation is: one line that changes on a terminal, a line now and then elsewhere. */
function showProgress(folder) {
	let isFinishing = false;
	const started = Date.now();
	const isTerminal = process.stdout.isTTY === true;
	const timer = setInterval(
		() => {
			const seconds = Math.round((Date.now() - started) / 1000);
			// Some packages are for other systems and never come, and the last steps take minutes: no total is shown.
			const line = `  ${isFinishing ? 'Finishing' : `${countPackages(folder)} packages`}, ${seconds} s`;
			process.stdout.write(isTerminal ? `\r${line}\x1b[K` : `${line}\n`);
		},
		isTerminal ? 1000 : 20_000,
	);
	return {
		finish: () => (isFinishing = true),
		stop: () => {
			clearInterval(timer);
			if (isTerminal) process.stdout.write('\r\x1b[K');
		},
	};
}

let running;

/** Ends the installation that is running, if any. */
export function stopSetup() {
	running?.kill('SIGTERM');
}

function runNpm(folder, args, logName) {
	mkdirSync(WORK_FOLDER, { recursive: true });
	const log = join(WORK_FOLDER, logName);
	// npm must not run on the Node.js that it is about to install, so that one is taken off the path.
	const path = (process.env.PATH ?? '').split(delimiter).filter((entry) => !entry.includes('node_modules'));
	const npmCli = process.env.npm_execpath;
	const [command, first] = npmCli?.endsWith('.js')
		? [process.env.npm_node_execpath ?? process.execPath, [npmCli]]
		: ['npm', []];
	return new Promise((done, fail) => {
		const child = spawn(command, [...first, ...args], {
			cwd: folder,
			env: { ...process.env, PATH: path.join(delimiter), npm_config_yes: 'true' },
			stdio: ['ignore', 'pipe', 'pipe'],
			shell: process.platform === 'win32' && command === 'npm',
		});
		running = child;
		const file = createWriteStream(log, { flags: 'a' });
		let output = '';
		for (const stream of [child.stdout, child.stderr]) {
			stream.on('data', (chunk) => {
				output = (output + chunk).slice(-20_000);
				file.write(chunk);
			});
		}
		child.on('error', () => fail(new SetupError('npm was not found: install Node.js, which includes npm.')));
		child.on('close', (code) => {
			running = undefined;
			file.end();
			if (code === 0) done();
			else fail(new SetupError(explainNpm(output, args, log)));
		});
	});
}

/** What went wrong in npm, in one sentence. */
export function explainNpm(output, args, log) {
	if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EAI_FAIL/.test(output)) {
		return 'The npm registry cannot be reached: check your network connection and run the command again.';
	}
	if (/ENOSPC/.test(output)) return 'The disk is full: free up about 4 GB and run the command again.';
	return `"npm ${args[0]}" failed: see the end of ${log}.`;
}

async function install(folder, what, finish) {
	if (isInstalled(folder)) return;
	process.stdout.write(`Installing ${what} …\n`);
	const progress = showProgress(folder);
	try {
		await runNpm(folder, ['ci', '--ignore-scripts', '--prefer-offline', '--fetch-retries=1'], 'install.log');
		progress.finish();
		await finish();
	} finally {
		progress.stop();
	}
	writeFileSync(stampFile(folder), lockHash(folder));
}

/** The n8n servers, each in a folder of its own with its own lock file. `server` is what `npm start` runs. */
const SERVERS = {
	server: { folder: 'n8n', what: 'n8n (only once: about 2.8 GB, 3 to 6 minutes)' },
	n8nV1: { folder: 'n8n-v1', what: 'n8n 1.123 (only once: about 1.7 GB, 3 to 6 minutes)' },
};

/**
 * Installs the development tools and what else is asked for: with `server` the n8n that `npm start` and the server tests
 * run, with `n8nV1` the older line that the server tests run on as well.
 *
 * @param wanted such as `{ server: true }`
 * @throws SetupError with one sentence that says what to do
 */
export async function setup(wanted) {
	checkNode();
	await install(ROOT, 'the development tools (only once: about 600 MB, 1 to 2 minutes)', () =>
		// The one install script that is needed: it brings Node.js 24, which n8n runs on.
		runNpm(ROOT, ['rebuild', 'node', '--ignore-scripts=false'], 'install.log'),
	);
	for (const [name, { folder, what }] of Object.entries(SERVERS)) {
		if (wanted[name] !== true) continue;
		const path = join(ROOT, 'test', folder);
		await install(path, what, () =>
			runNpm(path, ['rebuild', 'sqlite3', '--ignore-scripts=false'], 'install.log'),
		);
	}
}

/** The Node.js 24 that everything runs on, whatever Node.js the user has. */
export function node24() {
	const own = join(ROOT, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
	if (existsSync(own)) return own;
	if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath;
	throw new SetupError(
		'Node.js 24 could not be installed: run the command again, or install Node.js 24 yourself.',
	);
}
