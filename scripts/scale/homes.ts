import { randomBytes } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { installPackage } from '../n8n/installPackage';
import type { N8nCommand } from '../n8n/server';
import { N8nMember } from './member';

/** Made once: credentials in the database can be read with this key only. */
export function encryptionKey(folder: string): string {
	const file = join(folder, 'encryption-key');
	if (!existsSync(file)) writeFileSync(file, randomBytes(24).toString('hex'), { mode: 0o600 });
	return readFileSync(file, 'utf8');
}

/** Gives n8n processes with the same settings and package, each with a home of its own. */
export function memberMaker(folder: string, tarball: string, env: Record<string, string>) {
	const packed = join(folder, 'package');
	installPackage(packed, tarball);
	return (name: string, command: N8nCommand, port: number) => {
		const userFolder = join(folder, name);
		const nodes = join('.n8n', 'nodes');
		mkdirSync(join(userFolder, '.n8n'), { recursive: true });
		rmSync(join(userFolder, nodes), { recursive: true, force: true });
		cpSync(join(packed, nodes), join(userFolder, nodes), { recursive: true });
		const logFile = join(folder, `${name}.log`);
		return new N8nMember(name, { command, userFolder, logFile, port, env, detached: true });
	};
}
