import { afterSetup } from './run.mjs';

await afterSetup({ server: process.argv.includes('--server') }, () => 0);
