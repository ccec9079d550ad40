import { afterSetup, runNode, typescript } from './run.mjs';

await afterSetup({ server: true }, () =>
	runNode(typescript('scripts/scale/main.ts', ...process.argv.slice(2))),
);
