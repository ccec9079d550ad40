/**
 * Brings everything that the project needs and is not there yet. Plain JavaScript on Node.js alone, because it runs
 * before anything is installed. What is there already is reused: a stamp beside it says which lock file it came from.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
	createWriteStream,
	existsSync,
	mkdirSync,
	readFileSync,
	readdirSync,
	rmSync,
	statSync,
	statfsSync,
	utimesSync,
	writeFileSync,
} from 'node:fs';
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

function freeBytes(folder) {
	const { bavail, bsize } = statfsSync(folder);
	return bavail * bsize;
}

/**
 * Shows how far an installation is: one line that changes on a terminal, a line now and then elsewhere. No total is
 * shown: some packages are for other systems and never come. What has been written goes on growing to the end, while
 * the largest packages are unpacked and the number of them stands still.
 */
function showProgress(folder) {
	let step = '';
	let written = 0;
	const started = Date.now();
	const freeBefore = freeBytes(folder);
	const isTerminal = process.stdout.isTTY === true;
	const line = () => {
		written = Math.max(written, freeBefore - freeBytes(folder));
		const seconds = `${Math.round((Date.now() - started) / 1000)} s`;
		if (step !== '') return `  ${step}, ${seconds}`;
		return `  ${countPackages(folder)} packages, ${(written / 1e9).toFixed(1)} GB, ${seconds}`;
	};
	const timer = setInterval(
		() => process.stdout.write(isTerminal ? `\r${line()}\x1b[K` : `${line()}\n`),
		isTerminal ? 1000 : 20_000,
	);
	return {
		goOn: (next) => (step = next),
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
		// On a full disk npm says so, too, and that is what is told.
		file.on('error', () => undefined);
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

const DISK_FULL = 'The disk is full: free up about 4 GB and run the command again.';

/** What went wrong in npm, in one sentence. */
export function explainNpm(output, args, log) {
	if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EAI_FAIL/.test(output)) {
		return 'The npm registry cannot be reached: check your network connection and run the command again.';
	}
	if (/ENOSPC/.test(output)) return DISK_FULL;
	return `"npm ${args[0]}" failed: see the end of ${log}.`;
}

/** A problem of the file system, as a sentence; anything else as it is. */
function explainSystem(error) {
	if (error?.code === 'ENOSPC') return new SetupError(DISK_FULL);
	if (!['EACCES', 'EPERM', 'EROFS'].includes(error?.code)) return error;
	return new SetupError(
		`${error.path ?? ROOT} cannot be written: run the command as the user who owns the folder.`,
	);
}

/** Whether the process of this ID is alive; one of another user is, too. */
function isAlive(pid) {
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		return error.code === 'EPERM';
	}
}

const TURN_BEAT_MS = 10_000;

/**
 * Keeps other commands from installing into the same folders at the same time.
 *
 * @returns what lets them
 * @throws SetupError while another one installs
 */
function takeTurn() {
	mkdirSync(WORK_FOLDER, { recursive: true });
	const file = join(WORK_FOLDER, 'installing');
	const other = existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0;
	// What a killed command has left is no obstacle, although another process may have been given its ID since.
	if (other > 0 && isAlive(other) && Date.now() - statSync(file).mtimeMs < 6 * TURN_BEAT_MS) {
		throw new SetupError(
			`Another command is installing here (process ${other}): wait until it is ready, or stop it, and run this one again.`,
		);
	}
	writeFileSync(file, String(process.pid));
	const timer = setInterval(() => utimesSync(file, new Date(), new Date()), TURN_BEAT_MS);
	return () => {
		clearInterval(timer);
		rmSync(file, { force: true });
	};
}

async function install({ folder, what, time, bytes, prepare }) {
	if (isInstalled(folder)) return;
	const free = freeBytes(folder);
	// npm deletes first what an earlier installation has left.
	if (free < bytes && !existsSync(join(folder, 'node_modules'))) {
		throw new SetupError(
			`Not enough disk space for ${what}: ${gigabytes(bytes)} are needed and ${gigabytes(free)} are free. Free up some and run the command again.`,
		);
	}
	process.stdout.write(`Installing ${what} (only once: about ${gigabytes(bytes)}, ${time}) …\n`);
	const giveTurn = takeTurn();
	const progress = showProgress(folder);
	const ci = ['ci', '--ignore-scripts', '--prefer-offline', '--fetch-retries=1', '--no-audit', '--no-fund'];
	try {
		await runNpm(folder, ci, 'install.log');
		progress.goOn(prepare.step);
		await runNpm(folder, ['rebuild', prepare.package, '--ignore-scripts=false'], 'install.log');
		writeFileSync(stampFile(folder), lockHash(folder));
	} finally {
		progress.stop();
		giveTurn();
	}
}

const gigabytes = (bytes) => `${(bytes / 1e9).toFixed(1)} GB`;

/** The one install script of the tools that is needed: it brings Node.js 24, which n8n runs on. */
const TOOLS = {
	folder: ROOT,
	what: 'the development tools',
	time: '1 to 2 minutes',
	bytes: 0.6e9,
	prepare: { package: 'node', step: 'Installing Node.js 24' },
};
const DATABASE = { package: 'sqlite3', step: 'Preparing the database, up to 2 minutes' };
const V2 = { what: 'n8n', time: '3 to 6 minutes', bytes: 2.8e9, prepare: DATABASE };
/** The n8n servers, each in a folder of its own with its own lock file. `server` is what `npm start` runs. */
const SERVERS = {
	server: { ...V2, folder: join(ROOT, 'test', 'n8n') },
	n8nV1: { ...V2, folder: join(ROOT, 'test', 'n8n-v1'), what: 'n8n 1.123', bytes: 1.7e9 },
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
	try {
		await install(TOOLS);
		for (const [name, server] of Object.entries(SERVERS)) {
			if (wanted[name] === true) await install(server);
		}
	} catch (error) {
		throw explainSystem(error);
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
