import { afterSetup, runNode, typescript } from './run.mjs';

const PROGRAMS = { bench: 'bench/scale/main.ts', faults: 'test/scale/faults/main.ts' };
const [name, ...args] = process.argv.slice(2);

/** Packs what is measured, then measures it in queue mode. */
await afterSetup({ server: true }, async () => {
	const code = await runNode(typescript('scripts/pack.ts'));
	return code === 0 ? await runNode(typescript(PROGRAMS[name], ...args)) : code;
});
