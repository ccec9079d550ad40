import { afterSetup, runNode, typescript } from './run.mjs';

const given = process.argv.slice(2);
const line = given[given.indexOf('--line') + 1];

/** `--line v1` or `--line v2` tests on one line of n8n alone. */
await afterSetup({ server: line !== 'v1', n8nV1: line !== 'v2' }, () =>
	runNode(typescript('scripts/release/main.ts', ...given)),
);
