import { execFile, execFileSync } from 'node:child_process';
import { chownSync, existsSync, globSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join, resolve, sep } from 'node:path';
import { promisify } from 'node:util';

import { LOOPBACK } from '../ports';
import { Service, findFolder, installed, keptSecret } from './service';

const USER = 'n8n';
/** Rows of executions can be large. */
const MAX_OUTPUT = 512 * 1024 * 1024;

/**
 * The folder that holds PostgreSQL's programs. Debian keeps those of each version in a folder of its own, off the path;
 * the newest is taken.
 *
 * @throws Error when there is none
 */
export function findPostgres(env?: NodeJS.ProcessEnv, debian = '/usr/lib/postgresql'): string {
	const versions = globSync(join(debian, '*', 'bin'));
	versions.sort((a, b) => b.localeCompare(a, 'en', { numeric: true }));
	const programs = ['initdb', 'postgres', 'psql'];
	return installed('PostgreSQL', 'postgresql', findFolder(programs, env, versions));
}

/** The account PostgreSQL runs as: it refuses to run as root. */
interface Account {
	uid?: number;
	gid?: number;
}

function idOf(kind: '-u' | '-g'): number {
	try {
		return Number(execFileSync('id', [kind, 'postgres'], { encoding: 'utf8', stdio: 'pipe' }));
	} catch {
		throw new Error(
			'PostgreSQL does not run as root, and there is no user "postgres": run this as another user.',
		);
	}
}

/** The current user, or `postgres` when that is root. @throws Error when there is no such user */
export function postgresAccount(): Account {
	return process.getuid?.() === 0 ? { uid: idOf('-u'), gid: idOf('-g') } : {};
}

/**
 * Makes sure that an account can reach a folder.
 *
 * @throws Error naming the first folder on the way that it cannot enter
 */
export function assertReachable(folder: string, { uid, gid }: Account): void {
	if (uid === undefined) return;
	const names = dirname(folder).split(sep);
	for (const parent of names.map((_, n) => resolve(sep, ...names.slice(0, n + 1)))) {
		try {
			execFileSync('test', ['-x', parent], { uid, gid, cwd: '/', stdio: 'ignore' });
		} catch {
			throw new Error(
				`PostgreSQL does not run as root, and its user "postgres" has no access to ${parent}: run this as another user, or move the project to a folder that all users can access, such as /srv.`,
			);
		}
	}
}

/** A private PostgreSQL. */
export interface Postgres {
	service: Service;
	/** The settings with which n8n uses it. */
	env: Record<string, string>;
	/** Runs a query. Returns its rows, each a list of columns as text. */
	query(sql: string): Promise<string[][]>;
}

/** @throws Error when the folder belongs to another version, or not to PostgreSQL at all */
function assertVersion(folder: string, programs: string): void {
	const file = join(folder, 'PG_VERSION');
	const found = existsSync(file) ? readFileSync(file, 'utf8').trim() : 'unknown';
	const said = execFileSync(join(programs, 'postgres'), ['--version'], { encoding: 'utf8', cwd: '/' });
	const here = /\d+/.exec(said)?.[0] ?? 'unknown';
	if (found === here) return;
	throw new Error(
		`The data in ${folder} belongs to PostgreSQL ${found}, but PostgreSQL ${here} is installed: install PostgreSQL ${found}, or delete that folder to start over.`,
	);
}

/** Creates the data folder. */
function initialize(folder: string, programs: string, account: Account, passwordFile: string): void {
	mkdirSync(folder, { recursive: true, mode: 0o700 });
	const { gid, uid } = account;
	for (const path of [folder, passwordFile])
		if (uid !== undefined && gid !== undefined) chownSync(path, uid, gid);
	const access = ['-U', USER, '-A', 'scram-sha-256', `--pwfile=${passwordFile}`];
	const args = ['-D', folder, ...access, '-E', 'UTF8', '--locale=C', '--no-instructions'];
	try {
		execFileSync(join(programs, 'initdb'), args, { ...account, cwd: folder, stdio: 'pipe' });
	} catch (error) {
		rmSync(folder, { recursive: true, force: true });
		throw new Error(
			`PostgreSQL could not prepare ${folder}: ${/error: (.*)/.exec(String(error))?.[1] ?? 'initdb failed'}.`,
		);
	}
}

/**
 * A private PostgreSQL on the loopback address, with its data in a folder that is created if it is missing.
 *
 * @throws Error when PostgreSQL is missing, or the folder belongs to another version or cannot be reached
 */
export function postgresService(folder: string, port: number): Postgres {
	const programs = findPostgres();
	const account = postgresAccount();
	assertReachable(folder, account);
	if (existsSync(folder)) assertVersion(folder, programs);
	const password = keptSecret(`${folder}.secret`);
	if (!existsSync(folder)) initialize(folder, programs, account, `${folder}.secret`);
	const connection = ['-h', LOOPBACK, '-p', String(port), '-U', USER, '-d', 'postgres'];
	const service = new Service({
		name: 'PostgreSQL',
		program: join(programs, 'postgres'),
		args: ['-D', folder, '-h', LOOPBACK, '-p', String(port), '-c', 'unix_socket_directories='],
		folder,
		...account,
		// A "fast" shutdown: rolls back open transactions, and writes everything to disk.
		stopSignal: 'SIGINT',
		ready: /database system is ready to accept connections/,
		failed: /FATAL: {2}(.*)/,
	});
	return {
		service,
		env: {
			DB_TYPE: 'postgresdb',
			DB_POSTGRESDB_HOST: LOOPBACK,
			DB_POSTGRESDB_PORT: String(port),
			DB_POSTGRESDB_DATABASE: 'postgres',
			DB_POSTGRESDB_USER: USER,
			DB_POSTGRESDB_PASSWORD: password,
		},
		query: async (sql) => {
			const args = [...connection, '-X', '-A', '-t', '-F', '\x1f', '-R', '\x1e', '-c', sql];
			const { stdout } = await promisify(execFile)(join(programs, 'psql'), args, {
				cwd: '/',
				env: { ...process.env, PGPASSWORD: password },
				maxBuffer: MAX_OUTPUT,
			});
			const rows = stdout.replace(/\n$/, '');
			return rows === '' ? [] : rows.split('\x1e').map((row) => row.split('\x1f'));
		},
	};
}
