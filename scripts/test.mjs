import { join } from 'node:path';

import { afterSetup, runNode, typescript } from './run.mjs';
import { ROOT } from './setup.mjs';

const jest = join(ROOT, 'node_modules', 'jest', 'bin', 'jest.js');

/** What runs on npm alone; `browser` needs Chromium, `scale` PostgreSQL and Redis. */
const LAYERS = ['unit', 'sandbox', 'engine', 'server'];

const given = process.argv.slice(2);
const selected = given.includes('--selectProjects') ? [] : ['--selectProjects', ...LAYERS];

/** Builds and packs first: the server tests install the tarball, as a user's n8n would. */
await afterSetup({ server: true }, async () => {
	const code = await runNode(typescript('scripts/pack.ts'));
	return code === 0 ? await runNode([jest, '--runInBand', ...given, ...selected]) : code;
});
