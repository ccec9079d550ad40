import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

import type { Login } from '../n8n/client';

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
	try {
		const kept: unknown = JSON.parse(readFileSync(file, 'utf8'));
		if (isLogin(kept)) return kept;
	} catch {
		// None was made yet.
	}
	// n8n asks for a digit and a capital letter.
	const login = { email: 'owner@example.com', password: `Jelou1-${randomBytes(6).toString('hex')}` };
	mkdirSync(dirname(file), { recursive: true });
	writeFileSync(file, JSON.stringify(login), { mode: 0o600 });
	return login;
}
