import { join } from 'node:path';

import { ROOT } from '../../../scripts/paths';
import { onInterrupt, runMeasurement } from '../../../scripts/scale/measurement';
import { environment, saveResults } from '../../../bench/report';
import { table, writeScaleTable } from '../../../bench/scale/tables';
import { startScaleStage } from '../support/stage';
import type { Row } from './row';
import { FaultBench } from './rows';
import { LONG } from './sizes';

const say = (text: string) => process.stdout.write(`${text}\n`);

const HEAD = [
	'what happens',
	'events',
	'taken',
	'refused',
	'no answer',
	'runs',
	'retried, done then',
	'input lost by n8n',
	'messages',
	'twice',
	'of these, same ID',
	'lost silently',
	'forged',
	'forged runs',
];

function cells(row: Row): Array<string | number> {
	const runs = Object.entries(row.runs).map(([status, count]) => `${String(count)} ${status}`);
	return [
		row.fault,
		row.events,
		row.accepted,
		row.refused,
		row.unanswered,
		runs.join(', ') || 'none',
		`${String(row.retried)}, ${String(row.retriedWell)}`,
		row.withoutInput,
		row.messages,
		row.twice,
		row.twiceWithSameId,
		row.lostSilently,
		row.forged,
		row.forgedRuns,
	];
}

/** What a user reads in n8n, each text once, with the faults that it is seen with. */
function errorList(rows: Row[]): string {
	return rows
		.filter(({ errors }) => errors.length > 0)
		.map(({ errors, fault }) => `- ${fault}: ${errors.map((error) => `“${error}”`).join(', ')}`)
		.join('\n');
}

/** The long form of the fault tests: everything in full size, written to `docs/scale/faults.json` and `docs/scale.md`. */
async function main(): Promise<void> {
	const interrupting = new AbortController();
	const starting = startScaleStage({}, interrupting.signal);
	// Also while it is still starting: then it ends by itself, and is waited for.
	const stop = async () => (await starting.catch(() => undefined))?.stop();
	const forget = onInterrupt(async () => {
		interrupting.abort();
		await stop();
	});
	const rows: Row[] = [];
	try {
		const stage = await starting;
		for (const [name, run] of new FaultBench(stage, LONG).rows()) {
			say(`${name} …`);
			rows.push(await run());
			say(JSON.stringify(rows.at(-1)));
		}
	} finally {
		await stop();
		forget();
	}
	saveResults({ ...environment(), sizes: LONG, rows }, join(ROOT, 'docs', 'scale', 'faults.json'));
	const { cores, date, n8n } = environment();
	const footer = `n8n ${n8n} on ${String(cores)} cores, ${date}: one main, one webhook process, two workers.`;
	const errors = errorList(rows).replaceAll(/127\.0\.0\.1:\d+/g, 'the host');
	writeScaleTable(
		'scale faults',
		`${table(HEAD, rows.map(cells))}\n\n${footer}\n\nWhat n8n shows:\n\n${errors}`,
	);
	const wrong = rows.filter(({ forgedRuns, lostSilently }) => lostSilently > 0 || forgedRuns > 0);
	if (wrong.length > 0)
		throw new Error(`Lost silently or forged: ${wrong.map(({ fault }) => fault).join(', ')}`);
}

runMeasurement(main);
