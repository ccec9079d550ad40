import { join } from 'node:path';

import { afterSetup, runNode, typescript } from './run.mjs';
import { ROOT } from './setup.mjs';

const jest = join(ROOT, 'node_modules', 'jest', 'bin', 'jest.js');

const FAST = ['unit', 'repository', 'sandbox', 'engine'];
/** `npm start` always runs n8n 2.x, so it is not one of the server tests, which run on both lines. */
const DEFAULT = [...FAST, 'server', 'start'];
/**
 * What runs by default is what runs on npm alone; `browser` needs Chromium, `scale` PostgreSQL, Redis and HAProxy.
 * `--fast` needs no n8n server, `--v2` and `--v1` run the server tests on one line of n8n.
 */
const LAYERS = { '--fast': FAST, '--v1': ['server'], '--v2': ['server', 'start'] };

const flag = process.argv.slice(2).find((argument) => argument in LAYERS);
const given = process.argv.slice(2).filter((argument) => argument !== flag);
const layers = LAYERS[flag] ?? DEFAULT;
const selected = given.includes('--selectProjects') ? [] : ['--selectProjects', ...layers];
if (flag === '--v1') process.env.N8N_LINE = 'v1';

/** Builds and packs first: the server tests install the tarball, as a user's n8n would. */
await afterSetup({ server: !['--fast', '--v1'].includes(flag), n8nV1: flag === '--v1' }, async () => {
	const code = await runNode(typescript('scripts/pack.ts'));
	return code === 0 ? await runNode([jest, '--runInBand', ...given, ...selected]) : code;
});
