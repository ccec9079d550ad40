import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';

import { z } from 'zod';

import { say } from '../lifecycle';
import type { Login, N8nClient } from '../n8n/client';
import { readKept, writeKept } from './kept';

const LOGIN = z.object({ email: z.string(), password: z.string() });

/** The login of the local n8n: made once, then kept beside its database. */
export function ownLogin(file: string): Login {
	const kept = readKept(file, LOGIN);
	if (kept) return kept;
	// n8n requires a digit and a capital letter.
	const login = { email: 'owner@example.com', password: `Jelou1-${randomBytes(6).toString('hex')}` };
	mkdirSync(dirname(file), { recursive: true });
	writeKept(file, login);
	return login;
}

/** Logs in with the kept login, and says what to do when n8n does not accept it. */
export async function logIn(client: N8nClient, file: string): Promise<Login> {
	const login = ownLogin(file);
	try {
		await client.login(login);
	} catch (error) {
		if (!(error instanceof Error) || !error.message.startsWith('n8n answered 401 ')) throw error;
		throw new Error(
			`n8n does not accept the login in ${file}: if you changed it in n8n, enter the new one in that file; to start from scratch, delete ${dirname(file)}.`,
		);
	}
	return login;
}

/** Prints what a person needs after a start, last, where it is seen: addresses by name, then hints. */
export function sayReady(addresses: Record<string, string>, login: Login, ...hints: string[]): void {
	const rows = Object.entries({
		...addresses,
		'n8n email': login.email,
		'n8n password': login.password,
		'To stop': 'Press Ctrl-C',
	});
	const width = Math.max(...rows.map(([name]) => name.length));
	const table = rows.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`);
	say(['\nReady.\n', ...table, ...(hints.length > 0 ? [''] : []), ...hints, ''].join('\n'));
}
