import { execFile, spawn, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import {
	existsSync,
	mkdirSync,
	readFileSync,
	readdirSync,
	readlinkSync,
	rmSync,
	statSync,
	writeFileSync,
} from 'node:fs';
import { createServer as createWebServer, type Server } from 'node:http';
import { connect, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { parse } from 'yaml';

import { ROOT, WORK_FOLDER } from '../../scripts/paths';
import { isFree, freePort } from '../../scripts/ports';
import { waitUntil } from '../../scripts/n8n/waitUntil';
import { startCluster } from '../../scripts/scale/cluster';
import { findHaproxy, haproxyService, neededHaproxy } from '../../scripts/scale/haproxy';
import {
	assertReachable,
	findPostgres,
	postgresAccount,
	postgresService,
} from '../../scripts/scale/postgres';
import { findRedis, redisService } from '../../scripts/scale/redis';

const FOLDER = join(WORK_FOLDER, 'test-scale', randomUUID());
afterAll(() => rmSync(FOLDER, { recursive: true, force: true }));

interface Ended {
	code: number;
	stdout: string;
	stderr: string;
}

/** Runs `npm run start:scale` without the setup. */
async function start(args: string[], env: Record<string, string> = {}): Promise<Ended> {
	const program = ['--import', 'tsx', join(ROOT, 'scripts/scale/main.ts'), ...args];
	const options = { cwd: ROOT, env: { ...process.env, ...env } };
	return new Promise((resolve) => {
		execFile(process.execPath, program, options, (error, stdout, stderr) => {
			resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
		});
	});
}

/** Occupies a port of the loopback address while something is tried. */
async function withTakenPort<Result>(use: (port: number) => Promise<Result>): Promise<Result> {
	const taken = createServer().listen(0, '127.0.0.1');
	await new Promise((resolve) => taken.once('listening', resolve));
	try {
		return await use((taken.address() as AddressInfo).port);
	} finally {
		await new Promise((resolve) => taken.close(resolve));
	}
}

describe('npm run start:scale, in one sentence and with exit code 1', () => {
	test.each(['n8n', 'webhook', 'sandbox', 'postgres', 'redis'])(
		'says that the port for %s is taken',
		async (name) => {
			await withTakenPort(async (port) => {
				expect(await start([`--${name}-port`, String(port)])).toEqual({
					code: 1,
					stdout: '',
					stderr: `Port ${String(port)} is already in use: choose another with --${name}-port, or omit --${name}-port to use a free one.\n`,
				});
			});
		},
	);

	test('says that Redis is missing, before anything is started', async () => {
		// Only Node is on the path; PostgreSQL is found where Debian keeps it.
		expect(await start([], { PATH: dirname(process.execPath) })).toEqual({
			code: 1,
			stdout: '',
			stderr: expect.stringMatching(
				/^Redis is not installed: install it \(.+ redis-server\) and try again\.\n$/,
			),
		});
	});

	test('says how it is used', async () => {
		const { code, stderr } = await start(['--nonsense']);
		expect(stderr).toMatch(/^Usage: npm run start:scale -- .*\[--postgres-port N\] \[--redis-port N\]\n$/);
		expect(code).toBe(1);
	});
});

describe('npm run start:scale, run for real', () => {
	/** Starts it with its own ports; `output` grows, and `ended` resolves with the exit code. */
	async function begin() {
		const names = ['n8n', 'webhook', 'sandbox', 'postgres', 'redis'];
		const ports = await Promise.all(names.map(() => freePort()));
		const args = names.flatMap((name, n) => [`--${name}-port`, String(ports[n])]);
		const program = ['--import', 'tsx', join(ROOT, 'scripts/scale/main.ts'), ...args];
		const env = { ...process.env, N8N_JELOU_SCALE_FOLDER: join(FOLDER, 'started') };
		const child = spawn(process.execPath, program, { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'] });
		let output = '';
		for (const stream of [child.stdout, child.stderr]) {
			stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
		}
		const ended = once(child, 'exit').then(([code]: unknown[]) => code);
		const says = async (text: string) =>
			waitUntil(`"${text}" in ${output}`, () => output.includes(text) || child.exitCode !== null);
		const allFree = async () => (await Promise.all(ports.map(isFree))).every(Boolean);
		return { child, ended, says, allFree, output: () => output };
	}

	test('a Ctrl-C in the middle of the start leaves nothing running', async () => {
		const { allFree, child, ended, says } = await begin();
		try {
			await says('Starting the main process');
		} finally {
			child.kill('SIGINT');
		}
		expect(await ended).toBe(0);
		expect(await allFree()).toBe(true);
	});

	test('says when and where it is ready, replies to a customer, and stops everything', async () => {
		const { allFree, child, ended, output, says } = await begin();
		try {
			await says('Press Ctrl-C');
			const [, chat] = /^ +Chat page +(\S+)$/m.exec(output()) ?? [];
			const messages = `${String(chat)}/sandbox/projects/demo-project/messages?wait=true`;
			const headers = { 'content-type': 'application/json' };
			const body = JSON.stringify({ text: 'hola' });
			const hasReply = async () => {
				await fetch(messages, { method: 'POST', headers, body });
				return (await (await fetch(`${String(chat)}/sandbox/state`)).text()).includes('¡Hola, Ana Torres!');
			};
			await waitUntil('the reply of "Echo support"', hasReply, 1_000);
		} finally {
			child.kill('SIGINT');
		}
		expect(await ended).toBe(0);
		expect(await allFree()).toBe(true);
	});
});

/** The processes that work in a folder, or have it among their arguments. */
function processesOf(folder: string): string[] {
	const read = (file: () => string) => {
		try {
			return file();
		} catch {
			// The process has ended, or belongs to somebody else.
			return '';
		}
	};
	const all = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
	return all
		.map(
			(pid) =>
				read(() => readlinkSync(`/proc/${pid}/cwd`)) +
				read(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8')),
		)
		.filter((text) => text.includes(folder));
}

test('a measurement that is interrupted, with the two signals that npm and a terminal send, leaves nothing running', async () => {
	const program = ['--import', 'tsx', join(ROOT, 'bench/main.ts'), '--only', 'queue-mode'];
	const child = spawn(process.execPath, program, { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] });
	let output = '';
	child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
	const ended = once(child, 'exit');
	const folder = join(WORK_FOLDER, 'test-scale');
	try {
		await waitUntil('the measurement to begin', () => output.includes('Queue mode, workers: 1'));
		expect(processesOf(folder).length).toBeGreaterThan(4);
	} finally {
		child.kill('SIGINT');
		child.kill('SIGINT');
		await sleep(500);
		child.kill('SIGINT');
	}
	expect((await ended)[0]).toBe(130);
	expect(processesOf(folder)).toEqual([]);
});

describe('what is missing', () => {
	const nowhere = { PATH: ['/nonexistent', '/nowhere'].join(delimiter) };

	test('PostgreSQL', () => {
		expect(() => findPostgres(nowhere, '/nonexistent')).toThrow(
			/^PostgreSQL is not installed: install it \(.+ postgresql\) and try again\.$/,
		);
		expect(existsSync(join(findPostgres(), 'initdb'))).toBe(true);
	});

	test('Redis', () => {
		expect(() => findRedis(nowhere)).toThrow(/^Redis is not installed: /);
		expect(existsSync(findRedis())).toBe(true);
	});

	test('HAProxy, which only tests and measurements require', () => {
		expect(findHaproxy(nowhere, '/nonexistent')).toBeUndefined();
		expect(() => neededHaproxy(nowhere, '/nonexistent')).toThrow(
			/^HAProxy is not installed: install it \(.+ haproxy\) and try again\.$/,
		);
		expect(existsSync(neededHaproxy())).toBe(true);
	});

	test('the way to a folder for the user postgres, where PostgreSQL may not run as root', () => {
		const closed = join(FOLDER, 'closed');
		mkdirSync(FOLDER, { recursive: true });
		mkdirSync(closed, { mode: 0o700 });
		// A user who is not root runs PostgreSQL as themselves, and may enter their own folders.
		const account = postgresAccount();
		const check = () => assertReachable(join(closed, 'inner', 'postgres'), account);
		if (account.uid === undefined) expect(check).not.toThrow();
		else expect(check).toThrow(`has no access to ${closed}: run this as another user`);
	});
});

describe('a cluster that cannot start leaves nothing running', () => {
	const tarball = join(FOLDER, 'there-is-none.tgz');
	const attempt = async (folder: string, ports: { postgres: number; redis: number }) => {
		const failed = startCluster({ folder, tarball, ports }).then(
			() => 'started',
			(error: unknown) => (error instanceof Error ? error.message : String(error)),
		);
		const message = await failed;
		return { message, free: [await isFree(ports.postgres), await isFree(ports.redis)] };
	};

	test('a data folder of another version', async () => {
		const folder = join(FOLDER, 'other-version');
		mkdirSync(join(folder, 'postgres'), { recursive: true });
		writeFileSync(join(folder, 'postgres', 'PG_VERSION'), '9\n');
		const { free, message } = await attempt(folder, { postgres: await freePort(), redis: await freePort() });
		expect(message).toMatch(
			/^The data in .+\/postgres belongs to PostgreSQL 9, but PostgreSQL \d+ is installed: install PostgreSQL 9, or delete that folder to start over\.$/,
		);
		expect(free).toEqual([true, true]);
	});

	test("PostgreSQL's port, taken meanwhile", async () => {
		await withTakenPort(async (postgres) => {
			const { free, message } = await attempt(join(FOLDER, 'pg'), { postgres, redis: await freePort() });
			expect(message).toMatch(/^PostgreSQL did not start: .*could not create any TCP\/IP sockets\.$/);
			expect(free).toEqual([false, true]);
		});
	});

	test("Redis's port, taken meanwhile: PostgreSQL is stopped again", async () => {
		await withTakenPort(async (redis) => {
			const { free, message } = await attempt(join(FOLDER, 'redis'), { postgres: await freePort(), redis });
			expect(message).toMatch(/^Redis did not start: .*Failed listening on port \d+.*\.$/);
			expect(free).toEqual([true, false]);
		});
	});

	test('n8n that cannot start', async () => {
		const ports = { postgres: await freePort(), redis: await freePort() };
		const { free, message } = await attempt(join(FOLDER, 'n8n'), ports);
		expect(message).toMatch(/npm/);
		expect(free).toEqual([true, true]);
	});
});

test('data and password survive a stop', async () => {
	const folder = join(FOLDER, 'kept', 'postgres');
	mkdirSync(dirname(folder), { recursive: true });
	for (const round of [1, 2]) {
		const { query, service } = postgresService(folder, await freePort());
		await service.start();
		try {
			await query('create table if not exists rounds (n int)');
			await query(`insert into rounds values (${String(round)})`);
			expect(await query('select n, count(*) over () from rounds order by n')).toEqual(
				round === 1
					? [['1', '1']]
					: [
							['1', '2'],
							['2', '2'],
						],
			);
		} finally {
			await service.stop();
		}
	}
});

test('Redis keeps the queue when it is stopped', async () => {
	const port = await freePort();
	const { service } = redisService(join(FOLDER, 'queue'), port);
	await service.start();
	await service.stop();
	expect(await isFree(port)).toBe(true);
	expect(existsSync(join(FOLDER, 'queue', 'appendonlydir'))).toBe(true);
});

test('Redis requires a password, which no other user of the machine can read', async () => {
	const folder = join(FOLDER, 'guarded');
	mkdirSync(FOLDER, { recursive: true });
	const port = await freePort();
	const { env, service } = redisService(folder, port);
	await service.start();
	/** Redis's replies to these commands on one connection. */
	const ask = async (commands: string) => {
		const socket = connect(port, '127.0.0.1');
		socket.end(`${commands}QUIT\r\n`);
		let answer = '';
		for await (const chunk of socket) answer += String(chunk);
		return answer;
	};
	try {
		expect(await ask('KEYS *\r\n')).toMatch(/^-NOAUTH /);
		expect(await ask(`AUTH ${String(env.QUEUE_BULL_REDIS_PASSWORD)}\r\nPING\r\n`)).toMatch(/^\+OK\r\n\+PONG/);
		expect(readFileSync(`/proc/${String(service.pid)}/cmdline`, 'utf8')).not.toContain(
			env.QUEUE_BULL_REDIS_PASSWORD,
		);
		const open = [folder, ...readdirSync(FOLDER).map((name) => join(FOLDER, name))].filter(
			(path) =>
				(statSync(path).mode & 0o077) !== 0 &&
				!statSync(path).isDirectory() &&
				readFileSync(path, 'utf8').includes(String(env.QUEUE_BULL_REDIS_PASSWORD)),
		);
		expect(open).toEqual([]);
		expect((statSync(folder).mode & 0o777).toString(8)).toBe('700');
	} finally {
		await service.stop();
	}
});

describe('the balancer', () => {
	test('says when its port was taken meanwhile', async () => {
		await withTakenPort(async (port) => {
			const starting = haproxyService(neededHaproxy(), join(FOLDER, 'haproxy'), port).use([await freePort()]);
			await expect(starting).rejects.toThrow(/^HAProxy did not start: .*cannot bind socket .*\.$/);
		});
	});

	describe('in front of two webhook processes', () => {
		/** A webhook process as HAProxy sees it: ready, and naming itself in every response. */
		async function startNamed(name: string, port: number): Promise<Server> {
			const server = createWebServer((_, response) => response.end(name)).listen(port, '127.0.0.1');
			await once(server, 'listening');
			return server;
		}

		async function close(server: Server): Promise<void> {
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		}

		const addresses = Array.from({ length: 20 }, (_, n) => [
			`/webhook/${String(n)}/webhook`,
			`/webhook-waiting/${String(n)}`,
		]).flat();

		test('gives each address to one of them, and to the other only while that one is away', async () => {
			const [port, first, second] = [await freePort(), await freePort(), await freePort()];
			const haproxy = haproxyService(neededHaproxy(), join(FOLDER, 'by-address'), port);
			const servers = [await startNamed('first', first), await startNamed('second', second)];
			// On separate connections, as deliveries arrive: when the server is gone, HAProxy closes a connection that it has
			// used before, and leaves it to the client to retry.
			const headers = { connection: 'close' };
			/** The process that responds at each address. */
			const asked = async (query = '') =>
				Promise.all(
					addresses.map(async (path) =>
						(await fetch(`http://127.0.0.1:${String(port)}${path}${query}`, { headers })).text(),
					),
				);
			try {
				await haproxy.use([first, second]);
				const served = await asked();
				expect(new Set(served)).toEqual(new Set(['first', 'second']));
				for (let n = 0; n < 5; n++) expect(await asked(`?signature=${String(n)}`)).toEqual(served);

				await Promise.all(servers.slice(0, 1).map(close));
				expect(new Set(await asked())).toEqual(new Set(['second']));

				servers[0] = await startNamed('first', first);
				await waitUntil('the first to be found', async () => (await asked()).includes('first'));
				expect(await asked()).toEqual(served);
			} finally {
				await haproxy.service.stop();
				await Promise.all(servers.map(close));
			}
		});
	});

	test('understands its settings in docker-compose.yml, even while names cannot be resolved', () => {
		const { configs }: { configs: { balancer: { content: string } } } = parse(
			readFileSync(join(ROOT, 'docker-compose.yml'), 'utf8'),
			{ merge: true },
		);
		const file = join(FOLDER, 'compose.cfg');
		mkdirSync(FOLDER, { recursive: true });
		const isValid = (text: string) => {
			writeFileSync(file, text);
			return spawnSync(neededHaproxy(), ['-c', '-f', file]).status === 0;
		};
		expect(isValid(configs.balancer.content)).toBe(true);
		expect(isValid(configs.balancer.content.replace('balance uri', 'balance evenly'))).toBe(false);
	});
});
