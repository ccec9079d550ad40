import { spawn, type ChildProcess } from 'node:child_process';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';

const ROOT = join(__dirname, '..', '..');

interface Run {
	child: ChildProcess;
	/** Everything printed so far. */
	output: () => string;
	code: Promise<number | null>;
}

function run(...args: string[]): Run {
	const child = spawn(process.execPath, ['--import', 'tsx', join('sandbox', 'main.ts'), ...args], {
		cwd: ROOT,
	});
	let output = '';
	child.stdout.on('data', (chunk) => (output += String(chunk)));
	child.stderr.on('data', (chunk) => (output += String(chunk)));
	const code = new Promise<number | null>((resolve) => child.on('close', resolve));
	return { child, output: () => output, code };
}

test.each(['SIGTERM', 'SIGINT'] as const)('prints its address, and ends cleanly on %s', async (signal) => {
	const { child, output, code } = run();
	try {
		while (!output().includes('API key') && child.exitCode === null)
			await new Promise((r) => setTimeout(r, 20));
		const url = /http:\/\/127\.0\.0\.1:\d+/.exec(output())?.[0];
		expect((await fetch(`${url}/`)).status).toBe(200);
		child.kill(signal);
		expect(await code).toBe(0);
	} finally {
		child.kill('SIGKILL');
	}
});

test('a port in use is one clear sentence and exit code 1', async () => {
	const taken = createServer();
	await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
	const { port } = taken.address() as AddressInfo;
	const { output, code } = run('--port', String(port));
	expect(await code).toBe(1);
	expect(output().trim().split('\n')).toEqual([
		expect.stringMatching(new RegExp(`^Port ${port} is already in use\\.`)),
	]);
	await new Promise((resolve) => taken.close(resolve));
});

test.each([
	['--port', 'abc'],
	['--port', '70000'],
	['--prot', '1'],
])('%s %s is refused in one sentence', async (...args) => {
	const { output, code } = run(...args);
	expect(await code).toBe(1);
	expect(output().trim().split('\n')).toHaveLength(1);
});
