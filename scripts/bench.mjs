import { afterSetup, runNode, typescript } from './run.mjs';

/** Packs what is measured, then measures it in one n8n. */
await afterSetup({ server: true }, async () => {
	const code = await runNode(typescript('scripts/pack.ts'));
	return code === 0 ? await runNode(typescript('bench/main.ts', ...process.argv.slice(2))) : code;
});
