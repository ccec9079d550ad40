import { afterSetup, runNode, typescript } from './run.mjs';

/** Packs what is measured, then causes every fault in queue mode, in full size. */
await afterSetup({ server: true }, async () => {
	const code = await runNode(typescript('scripts/pack.ts'));
	return code === 0 ? await runNode(typescript('test/scale/faults/main.ts', ...process.argv.slice(2))) : code;
});
