import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';

import type { Login, N8nClient } from '../n8n/client';
import { readJsonFile, writeJsonFile } from './jsonFile';

function isLogin(value: unknown): value is Login {
	return (
		typeof value === 'object' &&
		value !== null &&
		'email' in value &&
		typeof value.email === 'string' &&
		'password' in value &&
		typeof value.password === 'string'
	);
}

/** The log-in of the local n8n: made once, then kept beside its database. */
export function ownLogin(file: string): Login {
	const kept = readJsonFile(file);
	if (isLogin(kept)) return kept;
	// n8n asks for a digit and a capital letter.
	const login = { email: 'owner@example.com', password: `Jelou1-${randomBytes(6).toString('hex')}` };
	mkdirSync(dirname(file), { recursive: true });
	writeJsonFile(file, login);
	return login;
}

/** Logs in, and says what to do when n8n knows another login. */
export async function useLogin(client: N8nClient, login: Login, file: string): Promise<void> {
	try {
		await client.login(login);
	} catch (error) {
		if (!(error instanceof Error) || !error.message.startsWith('n8n answered 401 ')) throw error;
		throw new Error(
			`n8n does not accept the login in ${file}: if you changed it in n8n, enter the new one in that file; to start from scratch, delete ${dirname(file)}.`,
		);
	}
}
