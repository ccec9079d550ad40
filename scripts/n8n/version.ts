import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { z } from 'zod';

import { N8N_FOLDER } from '../paths';

/** The version of the installed n8n of the line in use, such as `2.41.1`. */
export function n8nVersion(): string {
	const manifest = readFileSync(join(N8N_FOLDER, 'node_modules', 'n8n', 'package.json'), 'utf8');
	return z.object({ version: z.string() }).parse(JSON.parse(manifest)).version;
}
