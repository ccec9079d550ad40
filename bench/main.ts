import { parseArgs } from 'node:util';

import { runMeasurement, say } from '../scripts/lifecycle';
import { writeBlock } from '../scripts/markdown';
import { benchActions } from './actions';
import { benchCost, COSTS } from './costs';
import { benchQuestions } from './questions';
import { benchQueueMode } from './queueMode';
import { environment, savedReport, saveResults, type Result } from './report';
import { blocks } from './tables';

/** Needs PostgreSQL, Redis and HAProxy, so it runs only when asked for. */
const QUEUE_MODE = 'queue-mode';
const PARTS = new Map<string, (rounds: number, previous?: string) => Promise<Result[]>>([
	...COSTS.map((name) => [name, async (rounds: number) => await benchCost(name, rounds)] as const),
	['actions', benchActions],
	['questions', benchQuestions],
	[QUEUE_MODE, benchQueueMode],
]);
const USE = `Usage: npm run bench -- [--only ${[...PARTS.keys()].join('|')}] [--rounds 5] [--previous <tarball>]`;

/** The parts to run, the rounds of each, and an earlier version of the package to compare deliveries with. */
function readArguments() {
	const text = { type: 'string' } as const;
	const { values } = parseArgs({ options: { only: text, rounds: text, previous: text } });
	const { only, previous } = values;
	const rounds = Number(values.rounds ?? 5);
	const parts = [...PARTS].filter(([name]) => (only === undefined ? name !== QUEUE_MODE : name === only));
	if (parts.length === 0 || !Number.isInteger(rounds) || rounds < 1) throw new Error(USE);
	return { parts, rounds, previous };
}

async function main(): Promise<void> {
	const { parts, previous, rounds } = readArguments();
	for (const [name, run] of parts)
		saveResults({ [name]: { ...environment(), rounds, results: await run(rounds, previous) } });
	for (const [page, marker, text] of blocks(savedReport())) {
		say(`\n${text}`);
		writeBlock(page, marker, text);
	}
}

runMeasurement(main);
