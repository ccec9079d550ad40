/**
 * Installs everything that the project needs and does not have yet. Plain JavaScript without dependencies, because it
 * runs before anything is installed. What is there is reused: a stamp beside it says which lock file it came from.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
	existsSync,
	mkdirSync,
	readFileSync,
	rmSync,
	statSync,
	statfsSync,
	utimesSync,
	writeFileSync,
} from 'node:fs';
import { delimiter, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const WORK_FOLDER = join(ROOT, '.n8n-jelou');
const MINIMUM_NODE = [20, 19];
const DISK_FULL = 'The disk is full: free up about 4 GB and run the command again.';

/** A problem that is reported in one sentence, without a stack. */
export class SetupError extends Error {}

/** @throws SetupError when this Node.js is too old */
export function checkNode(version = process.versions.node) {
	const [major, minor] = version.split('.').map(Number);
	if (major > MINIMUM_NODE[0] || (major === MINIMUM_NODE[0] && minor >= MINIMUM_NODE[1])) return;
	throw new SetupError(`Node.js ${version} is too old: install Node.js ${MINIMUM_NODE.join('.')} or newer.`);
}

const gigabytes = (bytes) => `${(bytes / 1e9).toFixed(1)} GB`;

function freeBytes() {
	const { bavail, bsize } = statfsSync(ROOT);
	return bavail * bsize;
}

/**
 * Says how far an installation has come. Near the end, npm writes nothing for a minute or more, as if it were stuck.
 *
 * @param {string} before the previous line
 */
export function progressLine(written, seconds, before = '') {
	const size = `${gigabytes(Math.max(0, written))} written`;
	const isStill = before.trimStart().startsWith(`${size},`);
	return `  ${size}, ${seconds} s${isStill ? '; npm is still at work, which takes a minute or two' : ''}\n`;
}

function showProgress() {
	const started = Date.now();
	const freeBefore = freeBytes();
	let line = '';
	const timer = setInterval(() => {
		line = progressLine(freeBefore - freeBytes(), Math.round((Date.now() - started) / 1000), line);
		process.stdout.write(line);
	}, 20_000);
	return () => clearInterval(timer);
}

let running;

/** Ends the installation that is running, if any. */
export function stopSetup() {
	running?.kill('SIGTERM');
}

/** @throws SetupError when npm fails */
async function runNpm(folder, args) {
	// npm must not run on the Node.js that it is about to install, so that is taken off the path.
	const path = (process.env.PATH ?? '').split(delimiter).filter((entry) => !entry.includes('node_modules'));
	const npmCli = process.env.npm_execpath;
	const [command, first] = npmCli?.endsWith('.js')
		? [process.env.npm_node_execpath ?? process.execPath, [npmCli]]
		: ['npm', []];
	const npm = promisify(execFile)(command, [...first, ...args], {
		cwd: folder,
		env: { ...process.env, PATH: path.join(delimiter), npm_config_yes: 'true' },
		maxBuffer: Infinity,
		shell: process.platform === 'win32' && command === 'npm',
	});
	running = npm.child;
	try {
		await npm;
	} catch (error) {
		if (error.code === 'ENOENT')
			throw new SetupError('npm was not found: install Node.js, which includes npm.');
		const log = join(WORK_FOLDER, 'install.log');
		const output = `${error.stdout}${error.stderr}`;
		writeFileSync(log, output);
		throw new SetupError(explainNpm(output, args, log));
	} finally {
		running = undefined;
	}
}

/** What went wrong in npm, in one sentence. */
export function explainNpm(output, args, log) {
	if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EAI_FAIL/.test(output)) {
		return 'The npm registry cannot be reached: check your network connection and run the command again.';
	}
	if (/ENOSPC/.test(output)) return DISK_FULL;
	return `"npm ${args[0]}" failed: see the end of ${log}.`;
}

/** A file system error as a sentence; any other error as it is. */
function explainSystem(error) {
	if (error?.code === 'ENOSPC') return new SetupError(DISK_FULL);
	if (!['EACCES', 'EPERM', 'EROFS'].includes(error?.code)) return error;
	return new SetupError(
		`${error.path ?? ROOT} cannot be written: run the command as the user who owns the folder.`,
	);
}

/** Whether the process with this ID is alive, whichever user it belongs to. */
function isAlive(pid) {
	try {
		return process.kill(pid, 0);
	} catch (error) {
		return error.code === 'EPERM';
	}
}

const TURN_BEAT_MS = 10_000;

/**
 * Keeps other commands from installing into the same folders at the same time.
 *
 * @returns a function that lets them again
 * @throws SetupError while another command installs
 */
function takeTurn() {
	mkdirSync(WORK_FOLDER, { recursive: true });
	const file = join(WORK_FOLDER, 'installing');
	const other = existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0;
	// A killed command's file is no obstacle, even if another process has its ID by now.
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

async function install({ folder, what, time, bytes, needed }) {
	const stamp = join(folder, 'node_modules', '.jelou-setup');
	const lock = createHash('sha256')
		.update(readFileSync(join(folder, 'package-lock.json')))
		.digest('hex');
	if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
	const free = freeBytes();
	// npm first deletes what an earlier installation left.
	if (free < bytes && !existsSync(join(folder, 'node_modules'))) {
		throw new SetupError(
			`Not enough disk space for ${what}: ${gigabytes(bytes)} are needed and ${gigabytes(free)} are free. Free up some and run the command again.`,
		);
	}
	process.stdout.write(`Installing ${what} (only once: about ${gigabytes(bytes)}, ${time}) …\n`);
	const giveTurn = takeTurn();
	const stopProgress = showProgress();
	try {
		const options = ['--ignore-scripts', '--prefer-offline', '--fetch-retries=1', '--no-audit', '--no-fund'];
		await runNpm(folder, ['ci', ...options]);
		await runNpm(folder, ['rebuild', needed, '--ignore-scripts=false']);
		writeFileSync(stamp, lock);
	} finally {
		stopProgress();
		giveTurn();
	}
}

/** `needed` is the one package whose install script has to run. */
const N8N = { time: '3 to 6 minutes', needed: 'sqlite3' };
/** Each in a folder with its own lock file. The tools include Node.js 24, which n8n runs on; `npm start` runs `v2`. */
const PARTS = {
	tools: {
		folder: ROOT,
		what: 'the development tools',
		time: '1 to 2 minutes',
		bytes: 0.6e9,
		needed: 'node',
	},
	v2: { ...N8N, folder: join(ROOT, 'test', 'n8n'), what: 'n8n', bytes: 2.8e9 },
	v1: { ...N8N, folder: join(ROOT, 'test', 'n8n-v1'), what: 'n8n 1.123', bytes: 1.7e9 },
};

/**
 * Installs the development tools, and n8n.
 *
 * @param lines of n8n, such as `['v2']`
 * @throws SetupError with one sentence that says what to do
 */
export async function setup(lines) {
	checkNode();
	try {
		for (const part of ['tools', ...lines]) await install(PARTS[part]);
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
