/**
 * Loaded into each n8n by the soak: on SIGUSR2 it collects all garbage, and prints how many bytes are in use then. What
 * garbage there is between two collections goes up and down by some 100 MB and says nothing about a leak.
 */
const { setFlagsFromString } = require('node:v8');
const { runInNewContext } = require('node:vm');

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc');

process.on('SIGUSR2', () => {
	collect();
	const { external, heapUsed } = process.memoryUsage();
	process.stdout.write(`\nmemory in use: ${heapUsed + external}\n`);
});
