import { afterSetup, runNode, typescript } from './run.mjs';

await afterSetup({ server: true }, () =>
	runNode(typescript('scripts/start/main.ts', ...process.argv.slice(2)), true),
);
