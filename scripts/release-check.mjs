import { afterSetup, runNode, typescript } from './run.mjs';

const given = process.argv.slice(2);
const line = given[given.indexOf('--line') + 1];

/** `--line v1` or `--line v2` tests on one line of n8n alone, `--line none` on none. */
await afterSetup({ server: !['v1', 'none'].includes(line), n8nV1: !['v2', 'none'].includes(line) }, () =>
	runNode(typescript('scripts/release/main.ts', ...given)),
);
