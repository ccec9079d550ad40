import { join } from 'node:path';

import { afterSetup, runNode, typescript } from './run.mjs';
import { ROOT } from './setup.mjs';

const jest = join(ROOT, 'node_modules', 'jest', 'bin', 'jest.js');

/** Builds and packs first: the server tests install the tarball, as a user's n8n would. */
await afterSetup({ server: true }, async () => {
	const code = await runNode(typescript('scripts/pack.ts'));
	return code === 0 ? await runNode([jest, '--runInBand', ...process.argv.slice(2)]) : code;
});
