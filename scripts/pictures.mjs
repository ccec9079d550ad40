import { rmSync } from 'node:fs';
import { join } from 'node:path';

import { afterSetup, runNode, typescript } from './run.mjs';
import { ROOT } from './setup.mjs';

const jest = join(ROOT, 'node_modules', 'jest', 'bin', 'jest.js');
const tests = ['firstWorkflow', 'dialogue'].map((name) => `browser/editor/${name}`);
const browser = ['--runInBand', '--selectProjects', 'browser', '--', ...tests];

/** Makes the README's pictures anew, from a run of the tests that walk a new user's whole path. */
await afterSetup({ server: true }, async () => {
	// What an earlier run left must not pass for a picture of this one.
	rmSync(join(ROOT, 'build', 'screenshots'), { recursive: true, force: true });
	for (const step of [typescript('scripts/pack.ts'), [jest, ...browser], typescript('scripts/pictures.ts')]) {
		const code = await runNode(step);
		if (code !== 0) return code;
	}
	return 0;
});
