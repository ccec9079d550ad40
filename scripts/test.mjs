import { join } from 'node:path';

import { afterSetup, runNode, typescript } from './run.mjs';
import { ROOT } from './setup.mjs';

const jest = join(ROOT, 'node_modules', 'jest', 'bin', 'jest.js');

/** What runs on npm alone; `browser` needs Chromium, `scale` PostgreSQL and Redis. */
const LAYERS = ['unit', 'sandbox', 'engine', 'server'];

/** `--v1` runs the server tests on the older line of n8n. */
const isV1 = process.argv.includes('--v1');
const given = process.argv.slice(2).filter((argument) => argument !== '--v1');
const layers = isV1 ? ['server'] : LAYERS;
const selected = given.includes('--selectProjects') ? [] : ['--selectProjects', ...layers];
if (isV1) process.env.N8N_LINE = 'v1';

/** Builds and packs first: the server tests install the tarball, as a user's n8n would. */
await afterSetup({ server: !isV1, n8nV1: isV1 }, async () => {
	const code = await runNode(typescript('scripts/pack.ts'));
	return code === 0 ? await runNode([jest, '--runInBand', ...given, ...selected]) : code;
});
