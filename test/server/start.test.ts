import { execFile, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, readdirSync, readlinkSync, rmSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

import { waitUntil } from '../../scripts/n8n/waitUntil';
import { ROOT, WORK_FOLDER } from '../../scripts/paths';

jest.setTimeout(60_000);

interface Ended {
	code: number;
	stdout: string;
	stderr: string;
}

async function run(args: string[], env: Record<string, string> = {}): Promise<Ended> {
	return new Promise((resolve) => {
		execFile(
			process.execPath,
			args,
			{ cwd: ROOT, env: { ...process.env, ...env } },
			(error, stdout, stderr) => {
				resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
			},
		);
	});
}

/** A data folder of the tests' own: the project's may be in use. */
const FOLDER = join(WORK_FOLDER, 'test-start', randomUUID());
afterAll(() => rmSync(FOLDER, { recursive: true, force: true }));

const start = async (...args: string[]) =>
	run(['--import', 'tsx', join(ROOT, 'scripts/start/main.ts'), ...args], {
		N8N_JELOU_START_FOLDER: join(FOLDER, 'mistaken'),
	});

describe('npm start', () => {
	let taken: Server;
	let port: string;
	beforeAll(async () => {
		taken = createServer().listen(0, '127.0.0.1');
		await new Promise((resolve) => taken.once('listening', resolve));
		port = String((taken.address() as AddressInfo).port);
	});
	afterAll(async () => new Promise((resolve) => taken.close(resolve)));

	test.each(['n8n-port', 'sandbox-port'])(
		'says in one sentence that the port for --%s is taken',
		async (option) => {
			const { code, stderr, stdout } = await start(`--${option}`, port);
			expect(stderr).toBe(
				`Port ${port} is already in use: choose another with --${option}, or omit --${option} to use a free one.\n`,
			);
			expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
		},
	);

	test.each([
		[['--n8n-port', 'many'], /^--n8n-port many is not a valid port: .+\n$/],
		[['--n8n-port', '70000'], /^--n8n-port 70000 is not a valid port: .+\n$/],
		[['--nonsense'], /^Usage: npm start -- .+\n$/],
	])('says in one sentence what is wrong with %j', async (args, message) => {
		const { code, stderr } = await start(...args);
		expect(stderr).toMatch(message);
		expect(code).toBe(1);
	});
});

describe('npm start, run for real', () => {
	const folder = join(FOLDER, 'started');
	afterAll(() => {
		first.child.kill('SIGKILL');
		for (const pid of n8nProcesses()) process.kill(Number(pid), 'SIGKILL');
	});

	/** Starts it with this data folder; `output` grows, and `ended` gives its exit code. */
	function begin() {
		const child = spawn(process.execPath, ['--import', 'tsx', join(ROOT, 'scripts/start/main.ts')], {
			cwd: ROOT,
			env: { ...process.env, N8N_JELOU_START_FOLDER: folder },
			stdio: ['ignore', 'pipe', 'pipe'],
		});
		let output = '';
		for (const stream of [child.stdout, child.stderr]) {
			stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
		}
		const ended = once(child, 'exit').then(([code]: unknown[]) => code);
		const ready = async () => {
			const isDecided = () => Promise.resolve(/^Press Ctrl-C/m.test(output) || child.exitCode !== null);
			await waitUntil('npm start to be ready', isDecided, 240_000);
			expect(output).toMatch(/^Ready\.$/m);
			const [page, n8n] = output.match(/http:\/\/127\.0\.0\.1:\d+/g) ?? [];
			return { page: String(page), n8n: String(n8n) };
		};
		return { child, ended, ready, output: () => output };
	}

	/** The n8n processes that work with this data folder. */
	function n8nProcesses(): string[] {
		return readdirSync('/proc').filter((pid) => {
			try {
				const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
				return readlinkSync(`/proc/${pid}/cwd`) === join(folder, 'user') && command.includes('bin/n8n');
			} catch {
				// Not a process, ended meanwhile, or somebody else's.
				return false;
			}
		});
	}

	const isHealthy = async (n8n: string) =>
		fetch(`${n8n}/healthz/readiness`).then(
			({ ok }) => ok,
			() => false,
		);

	let first: ReturnType<typeof begin>;
	let urls: Awaited<ReturnType<typeof first.ready>>;
	let n8n: string;
	beforeAll(async () => {
		first = begin();
		urls = await first.ready();
		[n8n = ''] = n8nProcesses();
		expect(n8n).not.toBe('');
	}, 300_000);

	test('keeps its data from other users of the machine', () => {
		expect((statSync(join(folder, 'user')).mode & 0o777).toString(8)).toBe('700');
	});

	test('runs n8n without an isolate for each delivery', () => {
		const environment = readFileSync(`/proc/${n8n}/environ`, 'utf8').split('\0');
		expect(environment).toContain('N8N_EXPRESSION_ENGINE_LAZY_ACQUIRE=true');
	});

	test('says in one sentence that it is running already, and where', async () => {
		const second = begin();
		const code = await Promise.race([second.ended, second.ready().then(() => 'started a second n8n')]);
		second.child.kill('SIGINT');
		await second.ended;
		expect({ code, output: second.output() }).toEqual({
			code: 1,
			output: `npm start is already running: the chat page is ${urls.page} and n8n is ${urls.n8n}. To stop it, press Ctrl-C in its terminal.\n`,
		});
		expect(n8nProcesses()).toEqual([n8n]);
	}, 300_000);

	test('ends the n8n that a killed start left running before it starts another', async () => {
		first.child.kill('SIGKILL');
		await first.ended;
		expect(await isHealthy(urls.n8n)).toBe(true);
		const third = begin();
		try {
			const started = await third.ready();
			expect(n8nProcesses()).toEqual([expect.not.stringMatching(`^${n8n}$`)]);
			expect(third.output()).toContain('Stopping the n8n that an earlier npm start left running …');
			expect(await isHealthy(started.n8n)).toBe(true);
		} finally {
			third.child.kill('SIGINT');
		}
		expect(await third.ended).toBe(0);
		expect(n8nProcesses()).toEqual([]);
	}, 300_000);
});

describe('setting up', () => {
	const setup = JSON.stringify(join(ROOT, 'scripts/setup.mjs'));
	const evaluate = async (code: string) =>
		run(['--input-type=module', '-e', `import * as setup from ${setup}; ${code}`]);

	test('says in one sentence that a Node.js is too old', async () => {
		const check = (version: string) =>
			`try { setup.checkNode('${version}') } catch (error) { console.log(error.message) }`;
		const { stdout } = await evaluate(
			['20.18.3', '18.20.0', '20.19.0', '24.0.0', '100.0.0'].map(check).join(';'),
		);
		expect(stdout).toBe(
			[
				'Node.js 20.18.3 is too old: install Node.js 20.19 or newer.',
				'Node.js 18.20.0 is too old: install Node.js 20.19 or newer.',
				'',
			].join('\n'),
		);
	});

	test.each([
		['npm error code ENOTFOUND', /^The npm registry cannot be reached: /],
		['npm error code EAI_AGAIN', /^The npm registry cannot be reached: /],
		['npm error code ENOSPC', /^The disk is full: /],
		['npm error code ELIFECYCLE', /^"npm ci" failed: see the end of install\.log\.$/],
	])('says in one sentence what %s means', async (output, message) => {
		const { stdout } = await evaluate(`console.log(setup.explainNpm('${output}', ['ci'], 'install.log'))`);
		expect(stdout.trim()).toMatch(message);
	});
});
