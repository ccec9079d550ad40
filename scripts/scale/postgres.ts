import { execFile, execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chownSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

import { LOOPBACK } from '../n8n/ports';
import { ScaleError, Service, isProgram, notInstalled, pathFolders, type Account } from './service';

const USER = 'n8n';
const DATABASE = 'postgres';
/** Rows of executions can be large. */
const MAX_OUTPUT = 512 * 1024 * 1024;
const DEBIAN_FOLDER = '/usr/lib/postgresql';
const POSTGRES_PROGRAMS = ['initdb', 'postgres', 'psql'];

/** The folder that PostgreSQL's own `pg_config` names, if that is there. Debian has it only with the client's headers. */
function configuredFolder(env: NodeJS.ProcessEnv): string[] {
	try {
		return [execFileSync('pg_config', ['--bindir'], { encoding: 'utf8', env, stdio: 'pipe' }).trim()];
	} catch {
		return [];
	}
}

/** Debian keeps the programs of each version in a folder of its own, off the path; the newest first. */
function debianFolders(root: string): string[] {
	if (!existsSync(root)) return [];
	const versions = readdirSync(root).filter((name) => /^\d+$/.test(name));
	return versions.sort((a, b) => Number(b) - Number(a)).map((version) => join(root, version, 'bin'));
}

/**
 * The folder that holds PostgreSQL's programs.
 *
 * @throws ScaleError when there is none
 */
export function findPostgres(env: NodeJS.ProcessEnv = process.env, debian = DEBIAN_FOLDER): string {
	const folders = [...configuredFolder(env), ...debianFolders(debian), ...pathFolders(env)];
	const found = folders.find((folder) => POSTGRES_PROGRAMS.every((name) => isProgram(join(folder, name))));
	if (found !== undefined) return found;
	throw notInstalled('PostgreSQL', 'postgresql');
}

function idOf(kind: '-u' | '-g'): number {
	try {
		return Number(execFileSync('id', [kind, 'postgres'], { encoding: 'utf8', stdio: 'pipe' }));
	} catch {
		throw new ScaleError(
			'PostgreSQL does not run as root, and there is no user "postgres": run this as another user.',
		);
	}
}

/** The present user, or `postgres` when that is root. @throws ScaleError when there is no such user */
export function postgresAccount(): Account {
	return process.getuid?.() === 0 ? { uid: idOf('-u'), gid: idOf('-g') } : {};
}

/**
 * Makes sure that an account can reach a folder.
 *
 * @throws ScaleError naming the first folder on the way that is closed to it
 */
export function assertReachable(folder: string, { uid, gid }: Account): void {
	if (uid === undefined) return;
	const parents: string[] = [];
	for (let at = dirname(folder); !parents.includes(at); at = dirname(at)) parents.push(at);
	for (const parent of parents.reverse()) {
		try {
			execFileSync('test', ['-x', parent], { uid, gid, cwd: '/', stdio: 'ignore' });
		} catch {
			throw new ScaleError(
				`PostgreSQL does not run as root, and its user "postgres" has no access to ${parent}: run this as another user, or move the project to a folder that all users can access, such as /srv.`,
			);
		}
	}
}

/** A private PostgreSQL. */
export interface Postgres {
	service: Service;
	/** What n8n has to know to use it. */
	env: Record<string, string>;
	/** Runs a query; gives its rows, each a list of columns as text. */
	query(sql: string): Promise<string[][]>;
}

/** The major version of the programs in a folder. */
function majorVersion(programs: string): string {
	const said = execFileSync(join(programs, 'postgres'), ['--version'], { encoding: 'utf8', cwd: '/' });
	return /(\d+)/.exec(said)?.[1] ?? 'unknown';
}

/** @throws ScaleError when the folder is of another version, or is not PostgreSQL's at all */
function assertVersion(folder: string, programs: string): void {
	const file = join(folder, 'PG_VERSION');
	const found = existsSync(file) ? readFileSync(file, 'utf8').trim() : 'unknown';
	const installed = majorVersion(programs);
	if (found === installed) return;
	throw new ScaleError(
		`The data in ${folder} belongs to PostgreSQL ${found}, but PostgreSQL ${installed} is installed: install PostgreSQL ${found}, or delete that folder to start over.`,
	);
}

function own(path: string, { uid, gid }: Account): void {
	if (uid !== undefined && gid !== undefined) chownSync(path, uid, gid);
}

/** Makes the data folder with a password of its own: other users of the machine can reach the port. */
function initialize(folder: string, programs: string, account: Account, password: string): void {
	const passwordFile = `${folder}.password`;
	mkdirSync(folder, { recursive: true, mode: 0o700 });
	own(folder, account);
	writeFileSync(passwordFile, password, { mode: 0o600 });
	own(passwordFile, account);
	const args = ['-D', folder, '-U', USER, '-A', 'scram-sha-256', `--pwfile=${passwordFile}`, '-E', 'UTF8'];
	try {
		const options = { ...account, cwd: folder, stdio: 'pipe', encoding: 'utf8' } as const;
		execFileSync(join(programs, 'initdb'), [...args, '--locale=C', '--no-instructions'], options);
	} catch (error) {
		rmSync(folder, { recursive: true, force: true });
		throw new ScaleError(
			`PostgreSQL could not prepare ${folder}: ${/error: (.*)/.exec(String(error))?.[1] ?? 'initdb failed'}.`,
		);
	} finally {
		rmSync(passwordFile, { force: true });
	}
	writeFileSync(`${folder}.secret`, password, { mode: 0o600 });
}

/**
 * A private PostgreSQL on the loopback address, with its data in a folder that is made when it is not there.
 *
 * @throws ScaleError when PostgreSQL is missing, or the folder is of another version or cannot be reached
 */
export function postgresService(folder: string, port: number, env?: NodeJS.ProcessEnv): Postgres {
	const programs = findPostgres(env);
	const account = postgresAccount();
	assertReachable(folder, account);
	if (existsSync(folder)) assertVersion(folder, programs);
	else initialize(folder, programs, account, randomBytes(16).toString('hex'));
	const password = readFileSync(`${folder}.secret`, 'utf8');
	const connection = ['-h', LOOPBACK, '-p', String(port), '-U', USER, '-d', DATABASE];
	const service = new Service({
		name: 'PostgreSQL',
		program: join(programs, 'postgres'),
		args: ['-D', folder, '-h', LOOPBACK, '-p', String(port), '-c', 'unix_socket_directories='],
		folder,
		logFile: `${folder}.log`,
		account,
		// "Fast": open transactions are rolled back, and everything is on disk.
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
			DB_POSTGRESDB_DATABASE: DATABASE,
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
