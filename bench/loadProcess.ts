import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

import type { Outcome, Volley } from './load';

export interface LoadProcess {
	pid: number;
	/** Sends a volley; rejects when a request fails or the process ends. */
	fire(volley: Volley): Promise<Outcome>;
	close(): Promise<void>;
}

/** Starts `load.ts`. It ends by itself when this process does. */
export function startLoadProcess(): LoadProcess {
	const child = fork(join(__dirname, 'load.ts'), { execArgv: ['--import', 'tsx'] });
	const exited = once(child, 'exit');
	return {
		pid: child.pid ?? 0,
		fire: async (volley) => {
			const answer = once(child, 'message');
			child.send(volley);
			const ended = exited.then((): never => {
				throw new Error('The client has ended.');
			});
			const [outcome] = (await Promise.race([answer, ended])) as [Outcome | { error: string }];
			if ('error' in outcome) throw new Error(`A delivery failed: ${outcome.error}`);
			return outcome;
		},
		close: async () => {
			child.kill();
			await exited;
		},
	};
}
