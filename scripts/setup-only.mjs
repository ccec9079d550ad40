import { afterSetup } from './run.mjs';

await afterSetup(
	{ server: process.argv.includes('--server'), n8nV1: process.argv.includes('--n8n-v1') },
	() => 0,
);
