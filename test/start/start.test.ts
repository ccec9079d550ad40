import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import {
	copyFileSync,
	existsSync,
	mkdirSync,
	readFileSync,
	readdirSync,
	readlinkSync,
	rmSync,
	statSync,
	writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

import { DEMO_PROJECT } from '../../sandbox';
import { isRecord, type Json } from '../../scripts/json';
import { N8nClient } from '../../scripts/n8n/client';
import { waitUntil } from '../../scripts/n8n/waitUntil';
import { ROOT, WORK_FOLDER } from '../../scripts/paths';
import { sentenceOf } from '../../scripts/problems';
import { KeptProcess } from '../../scripts/process';
import { ownLogin } from '../../scripts/start/login';
import { readMade } from '../../scripts/start/kept';
import { OWN, startProjects, type StartProject } from '../../scripts/start/projects';
import { CHEAP } from '../server/support/stage';
import { triggerWorkflow } from '../server/support/workflows';

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

	test('says in one sentence that a port was taken while it started', () => {
		const error = new Error('listen EADDRINUSE: address already in use 127.0.0.1:8040');
		expect(sentenceOf(error)).toBe(
			'Another program has just taken a port that was free: run the command again.',
		);
	});
});

describe('npm start, run for real', () => {
	const started = join(FOLDER, 'started');
	const cutOff = join(FOLDER, 'cut-off');
	const all: KeptProcess[] = [];
	const PROGRAM = ['--import', 'tsx', join(ROOT, 'scripts/start/main.ts')];
	const portOf = (url: string) => new URL(url).port;
	afterAll(async () => {
		await Promise.all(all.map((each) => each.kill()));
		for (const pid of [...n8nProcesses(), ...n8nProcesses(cutOff)]) process.kill(Number(pid), 'SIGKILL');
	});

	/** Starts it with a data folder. Its `stop` is a Ctrl-C. Only the first runs n8n as a user's does. */
	function begin(folder = started, program = PROGRAM, env: Record<string, string> = CHEAP): KeptProcess {
		mkdirSync(FOLDER, { recursive: true });
		const begun = new KeptProcess(process.execPath, program, {
			cwd: ROOT,
			env: { ...process.env, ...env, N8N_JELOU_START_FOLDER: folder },
			logFile: join(FOLDER, `${randomUUID()}.log`),
			stopSignal: 'SIGINT',
			stopTimeoutMs: 60_000,
		});
		all.push(begun);
		return begun;
	}

	/** Waits until it says that it is ready, and where. */
	async function ready(begun: KeptProcess): Promise<{ page: string; n8n: string }> {
		await begun.becomes(() => /^ +To stop/m.test(begun.log()), 600_000);
		expect(begun.log()).toMatch(/^Ready\.$/m);
		const [page, n8n] = begun.log().match(/http:\/\/127\.0\.0\.1:\d+/g) ?? [];
		return { page: String(page), n8n: String(n8n) };
	}

	/** The n8n processes that work with this data folder. */
	function n8nProcesses(folder = started): string[] {
		return readdirSync('/proc').filter((pid) => {
			try {
				const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
				return readlinkSync(`/proc/${pid}/cwd`) === join(folder, 'user') && command.includes('bin/n8n');
			} catch {
				// Not a process, or it has ended, or belongs to somebody else.
				return false;
			}
		});
	}

	const isHealthy = async (n8n: string) =>
		fetch(`${n8n}/healthz/readiness`).then(
			({ ok }) => ok,
			() => false,
		);

	let first: KeptProcess;
	let urls: Awaited<ReturnType<typeof ready>>;
	let n8n: string;
	beforeAll(async () => {
		first = begin(started, PROGRAM, {});
		urls = await ready(first);
		[n8n = ''] = n8nProcesses();
		expect(n8n).not.toBe('');
	});

	test('keeps its data from other users of the machine', () => {
		expect((statSync(join(started, 'user')).mode & 0o777).toString(8)).toBe('700');
	});

	test('runs n8n without an isolate for each delivery', () => {
		const environment = readFileSync(`/proc/${n8n}/environ`, 'utf8').split('\0');
		expect(environment).toContain('N8N_EXPRESSION_ENGINE_LAZY_ACQUIRE=true');
	});

	test('says in one sentence that it is already running, and where', async () => {
		const second = begin();
		const code = await Promise.race([second.exited, ready(second).then(() => 'started a second n8n')]);
		await second.stop();
		expect({ code, output: second.log() }).toEqual({
			code: 1,
			output: `npm start is already running: the chat page is ${urls.page} and n8n is ${urls.n8n}. To stop it, press Ctrl-C in its terminal.\n`,
		});
		expect(n8nProcesses()).toEqual([n8n]);
	});

	/** Logs in as the person does. */
	async function clientOf(folder: string, url: string): Promise<N8nClient> {
		const client = new N8nClient(url);
		await client.login(ownLogin(join(folder, 'login.json')));
		return client;
	}

	/** Everything, the person's and ours: all workflows, credentials and webhooks. */
	async function everything({ n8n: url, page }: { n8n: string; page: string }) {
		const client = await clientOf(started, url);
		const response = await fetch(`${page}/sandbox/state`);
		const state = (await response.json()) as { projects: Json[] };
		return {
			workflows: await Promise.all(
				(await client.workflows()).map(async ({ id }) => {
					const { active, name, nodes, updatedAt } = await client.workflow(String(id));
					return { active, id, name, nodes, updatedAt };
				}),
			),
			credentials: await Promise.all(
				(await client.credentials()).map(async ({ id, name, updatedAt }) => {
					return { id, name, updatedAt, data: await client.credentialData(String(id)) };
				}),
			),
			webhooks: state.projects.map(({ id, integration }) => ({
				id,
				integration: isRecord(integration) ? { ...integration, updatedAt: '' } : null,
			})),
		};
	}

	/** A customer of "My project" writes. Returns the webhook's status, null if there was none. */
	async function writes(page: string): Promise<unknown> {
		const response = await fetch(`${page}/sandbox/projects/my-project/messages?wait=true`, {
			method: 'POST',
			headers: { 'content-type': 'application/json' },
			body: JSON.stringify({ text: 'hola' }),
		});
		const { delivery } = (await response.json()) as { delivery: Json };
		return delivery.status;
	}

	/** What was written in the chat of the first customer of "My project", and its delivery. */
	async function chat(page: string): Promise<unknown[]> {
		const response = await fetch(`${page}/sandbox/state`);
		const { log, messages } = (await response.json()) as { log: Json[]; messages: Record<string, Json[]> };
		const [room] = OWN.rooms ?? [];
		const events = log.filter(({ kind, projectId }) => kind === 'delivery' && projectId === OWN.id);
		return [messages[room?.id ?? ''], events];
	}

	describe("with the person's own workflow published in between, and an example unpublished", () => {
		let before: Awaited<ReturnType<typeof everything>>;
		let said: unknown[];
		beforeAll(async () => {
			const client = await clientOf(started, urls.n8n);
			const credential = (await client.credentials()).find(({ name }) => name === OWN.credential);
			await client.activate(
				await client.createWorkflow(triggerWorkflow('my-first-flow', String(credential?.id))),
			);
			const echo = (await client.workflows()).find(({ name }) => name === 'Echo support');
			await client.deactivate(String(echo?.id));
			await waitUntil('the workflow to answer', async () => (await writes(urls.page)) === 200);
			const chats = join(started, 'user', 'chats.json');
			const isKept = () => existsSync(chats) && readFileSync(chats, 'utf8').includes('"hola"');
			await waitUntil('the chat to be kept', isKept);
			// The webhook of what was unpublished is given back after five seconds.
			const isGivenBack = async () => {
				const url = `${urls.page}/platform/v1/external-support/${DEMO_PROJECT.id}`;
				const headers = { 'x-api-key': DEMO_PROJECT.apiKey };
				return (await fetch(url, { headers })).status === 404;
			};
			await waitUntil('the webhook to be given back', isGivenBack);
			before = await everything(urls);
			// Two tests in the editor that nobody will end: one of the published workflow, one of another.
			const own = before.webhooks.find(({ id }) => id === OWN.id)?.integration as Json;
			const testUrl = String(own.webhookUrl).replace('/webhook/', '/webhook-test/');
			await askJelou('PATCH', OWN, testUrl);
			const other = startProjects().find(({ name }) => name === 'AI agent') ?? OWN;
			await askJelou('POST', other, `${urls.n8n}/webhook-test/nobody/webhook`);
		});

		/** Creates or changes the integration of a project. */
		async function askJelou(method: string, { apiKey, id }: StartProject, webhookUrl: string) {
			const response = await fetch(`${urls.page}/platform/v1/external-support/${id}`, {
				method,
				headers: { 'content-type': 'application/json', 'x-api-key': apiKey },
				body: JSON.stringify({ webhookUrl }),
			});
			expect(response.status).toBe(200);
		}

		test('after a SIGKILL, the next start ends the n8n that was left running, and changes nothing', async () => {
			await first.kill();
			expect(await isHealthy(urls.n8n)).toBe(true);
			const ports = ['--n8n-port', portOf(urls.n8n), '--sandbox-port', portOf(urls.page)];
			const third = begin(started, [...PROGRAM, ...ports]);
			try {
				const now = await ready(third);
				expect(n8nProcesses()).toEqual([expect.not.stringMatching(`^${n8n}$`)]);
				expect(third.log()).toContain('Stopping the n8n that an earlier npm start left running …');
				expect(await everything(now)).toEqual(before);
				expect(await writes(now.page)).toBe(200);
				said = await chat(now.page);
				expect(said.flat().length).toBeGreaterThan(3);
			} finally {
				await third.stop();
			}
			expect(await third.exited).toBe(0);
			expect(n8nProcesses()).toEqual([]);
		});

		test('after Ctrl-C, the next start changes nothing, whichever port n8n gets, and the workflow still replies', async () => {
			const taken = createServer().listen(Number(portOf(urls.n8n)), '127.0.0.1');
			await once(taken, 'listening');
			const fourth = begin(started, [...PROGRAM, '--sandbox-port', portOf(urls.page)]);
			try {
				const now = await ready(fourth);
				expect(now.n8n).not.toBe(urls.n8n);
				const moved: unknown = JSON.parse(JSON.stringify(before).replaceAll(urls.n8n, now.n8n));
				expect(await everything(now)).toEqual(moved);
				expect(await chat(now.page)).toEqual(said);
				expect(await writes(now.page)).toBe(200);
			} finally {
				await fourth.stop();
				taken.close();
			}
			expect(await fourth.exited).toBe(0);
		});
	});

	describe('a first start that was killed half-way', () => {
		const made = () => readMade(join(cutOff, 'user', 'made.json'));
		let launcher: KeptProcess;
		let n8nUrl: string;
		beforeAll(async () => {
			const killed = begin(cutOff);
			const hasSome = () => Object.keys(made().workflows).length > 2;
			await waitUntil('the first workflows', hasSome, 5);
			await killed.kill();
			expect(made().published).toEqual([]);
		});

		test('says in one sentence that n8n knows another login, and leaves nothing running', async () => {
			const file = join(cutOff, 'login.json');
			const login = readFileSync(file);
			writeFileSync(file, JSON.stringify({ email: 'owner@example.com', password: 'Another-1' }));
			const mistaken = begin(cutOff);
			expect(await mistaken.exited).toBe(1);
			expect(mistaken.log()).toMatch(/^n8n does not accept the login in .+login\.json: .+\.$/m);
			expect(n8nProcesses(cutOff)).toEqual([]);
			writeFileSync(file, login);
		});

		test('is completed by the next, with the right login again, and without duplicates', async () => {
			launcher = begin(cutOff, [join(ROOT, 'scripts/run.mjs'), 'start']);
			({ n8n: n8nUrl } = await ready(launcher));
			const client = await clientOf(cutOff, n8nUrl);
			const names = (each: Json[]) => each.map(({ name }) => String(name)).sort();
			const workflows = await client.workflows();
			const projects = startProjects();
			const examples = projects.filter(({ file }) => file !== undefined);
			expect(names(workflows)).toEqual(examples.map(({ name }) => name).sort());
			expect(names(workflows.filter(({ active }) => active === true))).toEqual([
				'Business hours',
				'Echo support',
				'Guided order',
				'Media intake',
				'Satisfaction survey',
				'Shipping notice',
				'Support desk (Chatwoot)',
				'Ticket',
			]);
			const ofTheDesk = 'Sandbox: Chatwoot';
			const ofProjects = projects.flatMap(({ credential, platformCredential = [] }) =>
				[credential, platformCredential].flat(),
			);
			expect(names(await client.credentials())).toEqual([...ofProjects, ofTheDesk].sort());
		});

		test('nothing keeps running when what started it is killed', async () => {
			expect(n8nProcesses(cutOff)).not.toEqual([]);
			await launcher.kill();
			await waitUntil('n8n to end', () => n8nProcesses(cutOff).length === 0);
			expect(await isHealthy(n8nUrl)).toBe(false);
		});
	});
});

test('a process that survives its starter can still write its log, without which n8n does not stop', async () => {
	mkdirSync(FOLDER, { recursive: true });
	const logFile = join(FOLDER, 'left.log');
	const log = () => (existsSync(logFile) ? readFileSync(logFile, 'utf8') : '');
	const left = `process.on('SIGTERM', () => console.log('ended') ?? process.exit());
		setInterval(() => undefined, 1000); console.log('begun', process.pid)`;
	const code = `const { KeptProcess } = require(${JSON.stringify(join(ROOT, 'scripts/process.ts'))});
		new KeptProcess(process.execPath, ['-e', ${JSON.stringify(left)}], ${JSON.stringify({ logFile })})`;
	const starter = new KeptProcess(process.execPath, ['--import', 'tsx', '-e', code]);
	await waitUntil('the log', () => log().includes('begun'));
	await starter.kill();
	process.kill(Number(/\d+/.exec(log())?.[0]), 'SIGTERM');
	await waitUntil('the last words', () => log().includes('ended'));
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

	test('says that npm is still at work while nothing is written', async () => {
		const code = `
			const lines = [[1e9, 20], [2.7e9, 40], [2.71e9, 60], [2.7e9, 80]];
			lines.reduce((before, [bytes, seconds]) => {
				const line = setup.progressLine(bytes, seconds, before);
				process.stdout.write(line);
				return line;
			}, '');`;
		const { stdout } = await evaluate(code);
		const still = '; npm is still at work, which takes a minute or two';
		expect(stdout.trimEnd().split('\n')).toEqual([
			'  1.0 GB written, 20 s',
			'  2.7 GB written, 40 s',
			`  2.7 GB written, 60 s${still}`,
			`  2.7 GB written, 80 s${still}`,
		]);
	});

	describe('run for real', () => {
		const scratch = join(FOLDER, 'scratch');
		/** In place of npm: does what it is told in its environment. */
		const npm = join(scratch, 'fake-npm.js');
		beforeAll(() => {
			mkdirSync(join(scratch, 'scripts'), { recursive: true });
			for (const name of ['setup.mjs', 'run.mjs'])
				copyFileSync(join(ROOT, 'scripts', name), join(scratch, 'scripts', name));
			const dependencies = { 'left-pad': '1.3.0' };
			const integrity = `sha512-${Buffer.alloc(64).toString('base64')}`;
			const packages = { '': { dependencies }, 'node_modules/left-pad': { version: '1.3.0', integrity } };
			writeFileSync(join(scratch, 'package.json'), JSON.stringify({ dependencies }));
			writeFileSync(join(scratch, 'package-lock.json'), JSON.stringify({ lockfileVersion: 3, packages }));
			writeFileSync(
				npm,
				`const { mkdirSync } = require('node:fs');
				mkdirSync('node_modules', { recursive: true });
				if (process.env.FAKE === 'full') { console.error('npm error code ENOSPC'); process.exit(228); }
				if (process.env.FAKE === 'slow') setInterval(() => console.log('…'), 100);`,
			);
		});
		const install = async (env: Record<string, string>) =>
			run([join(scratch, 'scripts', 'run.mjs'), 'setup'], { npm_execpath: npm, ...env });
		const works = async () => {
			const { code, stderr, stdout } = await install({});
			expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
			expect(stdout).toMatch(/^Installing the development tools /);
			expect((await install({})).stdout).toBe('');
			rmSync(join(scratch, 'node_modules'), { recursive: true });
		};

		test('no network is one sentence, and the next command works', async () => {
			const env = {
				npm_execpath: '',
				npm_config_registry: 'http://127.0.0.1:1',
				npm_config_cache: join(scratch, 'cache'),
				npm_config_fetch_retry_mintimeout: '1',
			};
			const { code, stderr } = await install(env);
			expect({ code, stderr }).toEqual({
				code: 1,
				stderr:
					'The npm registry cannot be reached: check your network connection and run the command again.\n',
			});
			await works();
		});

		test('a full disk is one sentence, and the next command works', async () => {
			const { code, stderr } = await install({ FAKE: 'full' });
			expect({ code, stderr }).toEqual({
				code: 1,
				stderr: 'The disk is full: free up about 4 GB and run the command again.\n',
			});
			await works();
		});

		test('a second command does not wait, but says which process is installing; a killed one is no obstacle', async () => {
			const slow = new KeptProcess(process.execPath, [join(scratch, 'scripts', 'run.mjs'), 'setup'], {
				env: { ...process.env, npm_execpath: npm, FAKE: 'slow' },
				logFile: join(scratch, 'slow.log'),
			});
			const lock = join(scratch, '.n8n-jelou', 'installing');
			await waitUntil('the first to install', () => existsSync(lock));
			const { code, stderr } = await install({});
			expect({ code, stderr }).toEqual({
				code: 1,
				stderr: `Another command is installing here (process ${String(slow.pid)}): wait until it is ready, or stop it, and run this one again.\n`,
			});
			await slow.kill();
			await works();
		});
	});
});
