import { execFileSync } from 'node:child_process';
import { accessSync, constants, existsSync, readdirSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';

/** Something that keeps queue mode from starting, told in one sentence. */
export class ScaleError extends Error {}

const DEBIAN_FOLDER = '/usr/lib/postgresql';
const POSTGRES_PROGRAMS = ['initdb', 'postgres', 'psql'];
const INSTALL = 'on Debian and Ubuntu: apt-get install -y --no-install-recommends';

function isProgram(path: string): boolean {
	try {
		accessSync(path, constants.X_OK);
		return true;
	} catch {
		return false;
	}
}

function pathFolders(env: NodeJS.ProcessEnv): string[] {
	return (env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
}

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
	throw new ScaleError(`PostgreSQL is not installed: install it (${INSTALL} postgresql) and try again.`);
}

/**
 * The path of `redis-server`.
 *
 * @throws ScaleError when there is none
 */
export function findRedis(env: NodeJS.ProcessEnv = process.env): string {
	const found = pathFolders(env)
		.map((folder) => join(folder, 'redis-server'))
		.find(isProgram);
	if (found !== undefined) return found;
	throw new ScaleError(`Redis is not installed: install it (${INSTALL} redis-server) and try again.`);
}

/** The path of `haproxy`, if there is one: queue mode runs without it, but less safely. Debian has it off the path. */
export function findHaproxy(env: NodeJS.ProcessEnv = process.env, debian = '/usr/sbin'): string | undefined {
	return [...pathFolders(env), debian].map((folder) => join(folder, 'haproxy')).find(isProgram);
}

/** `haproxy`, where what is measured or tested depends on it. @throws ScaleError when there is none */
export function neededHaproxy(env?: NodeJS.ProcessEnv, debian?: string): string {
	const found = findHaproxy(env, debian);
	if (found !== undefined) return found;
	throw new ScaleError(`HAProxy is not installed: install it (${INSTALL} haproxy) and try again.`);
}

/** Whom a program runs as: PostgreSQL refuses to run as root. */
export interface Account {
	uid?: number;
	gid?: number;
}

function idOf(kind: '-u' | '-g'): number {
	try {
		return Number(execFileSync('id', [kind, 'postgres'], { encoding: 'utf8', stdio: 'pipe' }));
	} catch {
		throw new ScaleError(
			'PostgreSQL refuses to run as root, and there is no user "postgres": run this as another user.',
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
				`PostgreSQL refuses to run as root, and its user "postgres" may not enter ${parent}: run this as another user, or put the project where everybody may enter, such as /srv.`,
			);
		}
	}
}
