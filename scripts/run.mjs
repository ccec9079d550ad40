/** Runs one of the project's TypeScript programs on Node.js 24, after setting up what it needs. */
import { spawn } from 'node:child_process';
import { delimiter, dirname, join } from 'node:path';

import { ROOT, SetupError, node24, setup, stopSetup } from './setup.mjs';

/** Ends with one sentence on standard error. */
export function fail(error) {
	process.stderr.write(`${error instanceof SetupError ? error.message : (error.stack ?? error)}\n`);
	process.exitCode = 1;
}

/**
 * Starts a Node.js program of the project and ends as it ends. Signals are passed on, so that it can stop what it
 * started; the terminal sends them to it as well, which does no harm.
 *
 * @param args what to run, as after `node`
 * @param isTied whether it is told, by the end of its channel, when this process is killed
 */
export function runNode(args, isTied = false) {
	const node = node24();
	const path = [dirname(node), join(ROOT, 'node_modules', '.bin'), process.env.PATH].join(delimiter);
	const stdio = isTied ? ['inherit', 'inherit', 'inherit', 'ipc'] : 'inherit';
	const child = spawn(node, args, { cwd: ROOT, stdio, env: { ...process.env, PATH: path } });
	const passOn = (signal) => child.kill(signal);
	process.on('SIGINT', passOn);
	process.on('SIGTERM', passOn);
	return new Promise((done) => {
		child.on('close', (code, signal) => {
			process.off('SIGINT', passOn);
			process.off('SIGTERM', passOn);
			done(code ?? (signal === null ? 1 : 128));
		});
	});
}

/** Sets up and, unless interrupted meanwhile, goes on with `next`. */
export async function afterSetup(options, next) {
	let isStopped = false;
	const stop = () => {
		isStopped = true;
		stopSetup();
	};
	process.on('SIGINT', stop);
	process.on('SIGTERM', stop);
	try {
		await setup(options);
		process.off('SIGINT', stop);
		process.off('SIGTERM', stop);
		if (!isStopped) process.exitCode = await next();
	} catch (error) {
		if (!isStopped) return fail(error);
	}
	if (isStopped) {
		process.stdout.write('\nStopped. Run the command again to continue.\n');
		process.exitCode = 130;
	}
}

/** The arguments that run a TypeScript file of the project. */
export const typescript = (file, ...args) => ['--import', 'tsx', join(ROOT, file), ...args];
