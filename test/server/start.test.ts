import { execFile } from 'node:child_process';
import { createServer, type Server } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

import { ROOT } from '../../scripts/paths';

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

const start = async (...args: string[]) =>
	run(['--import', 'tsx', join(ROOT, 'scripts/start/main.ts'), ...args]);

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
				`Port ${port} is taken: choose another with --${option}, or leave it out to get a free one.\n`,
			);
			expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
		},
	);

	test.each([
		[['--n8n-port', 'many'], /^--n8n-port many is not a port: .+\n$/],
		[['--n8n-port', '70000'], /^--n8n-port 70000 is not a port: .+\n$/],
		[['--nonsense'], /^Use: npm start -- .+\n$/],
	])('says in one sentence what is wrong with %j', async (args, message) => {
		const { code, stderr } = await start(...args);
		expect(stderr).toMatch(message);
		expect(code).toBe(1);
	});
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
		['npm error code ELIFECYCLE', /^"npm ci" failed: the reason is at the end of install\.log\.$/],
	])('says in one sentence what %s means', async (output, message) => {
		const { stdout } = await evaluate(`console.log(setup.explainNpm('${output}', ['ci'], 'install.log'))`);
		expect(stdout.trim()).toMatch(message);
	});
});
