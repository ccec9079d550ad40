import { parseArgs } from 'node:util';

import { benchActions } from './actions';
import { benchDialogues } from './dialogue';
import { runMeasurement } from '../scripts/lifecycle';
import { benchQuestions } from './questions';
import { benchQueueMode } from './queueMode';
import { writeSummary } from './summary';
import { benchTriggers } from './trigger';

const PARTS = ['actions', 'trigger', 'dialogue', 'questions'];
/** Needs PostgreSQL, Redis and HAProxy, so it has to be asked for. */
const QUEUE_MODE = 'queue-mode';
const USE = `Use: npm run bench -- [--only ${[...PARTS, QUEUE_MODE].join('|')}] [--rounds 7] [--seconds 5] [--previous <tarball>]`;

/**
 * What was asked for: rounds of each comparison, the most seconds that a round of the trigger takes, and an earlier
 * version of the package to compare its deliveries with.
 */
function readArguments() {
	try {
		const { values } = parseArgs({
			options: {
				only: { type: 'string' },
				rounds: { type: 'string', default: '7' },
				seconds: { type: 'string', default: '5' },
				previous: { type: 'string' },
			},
		});
		const { only } = values;
		const parts = only === QUEUE_MODE ? [only] : PARTS.filter((part) => part === (only ?? part));
		const [rounds, seconds] = [Number(values.rounds), Number(values.seconds)];
		if (parts.length > 0 && Number.isInteger(rounds) && rounds > 0 && seconds > 0 && seconds <= 60)
			return { parts, rounds, seconds, previous: values.previous };
	} catch {
		// An option that does not exist.
	}
	return undefined;
}

async function main(): Promise<void> {
	const asked = readArguments();
	if (asked === undefined) {
		process.stderr.write(`${USE}\n`);
		process.exitCode = 1;
		return;
	}
	if (asked.parts.includes('actions')) await benchActions(asked.rounds);
	if (asked.parts.includes('trigger')) await benchTriggers(asked.rounds, asked.seconds);
	if (asked.parts.includes('dialogue')) await benchDialogues(asked.rounds);
	if (asked.parts.includes('questions')) await benchQuestions(asked.rounds, asked.seconds, asked.previous);
	if (asked.parts.includes(QUEUE_MODE)) await benchQueueMode(asked.rounds, asked.seconds);
	else writeSummary();
}

runMeasurement(main);
