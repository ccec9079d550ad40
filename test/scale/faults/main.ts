import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { z } from 'zod';

import { ROOT } from '../../../scripts/paths';
import { onEnd, runMeasurement } from '../../../scripts/lifecycle';
import { environment, saveResults } from '../../../bench/report';
import { table, writeBlock } from '../../../scripts/markdown';
import { startScaleStage } from '../support/stage';
import type { DeskRow } from './deskTalk';
import type { Row } from './row';
import { FaultBench } from './rows';
import { LONG } from './sizes';

const say = (text: string) => process.stdout.write(`${text}\n`);

const RESULTS = join(ROOT, 'docs', 'scale', 'faults.json');

const count = z.number();
/** In the order in which they are saved. */
const ROW: z.ZodType<Row> = z.object({
	fault: z.string(),
	events: count,
	accepted: count,
	refused: count,
	unanswered: count,
	runs: z.record(count),
	withoutInput: count,
	retried: count,
	retriedWell: count,
	messages: count,
	twice: count,
	twiceWithSameId: count,
	lostSilently: count,
	unreplied: count,
	dialogues: z
		.object({
			opened: count,
			finished: count,
			failed: count,
			repeated: count,
			askedTwice: count,
			crossed: count,
			runsTooMany: count,
		})
		.optional(),
	errors: z.array(z.string()),
	forged: count,
	forgedRuns: count,
	restarts: count,
});
const DESK_ROW: z.ZodType<DeskRow> = z.object({
	what: z.string(),
	customers: count,
	written: count,
	arrived: count,
	repeated: count,
	twice: count,
	failed: count,
	crossed: count,
	lostSilently: count,
});

/**
 * The rows of the last run, some of which are measured again.
 *
 * @throws Error when they were measured elsewhere or on another day: one table has one date and one n8n
 */
function savedRows(): { rows: Row[]; desk: DeskRow[] } {
	const saved: unknown = JSON.parse(readFileSync(RESULTS, 'utf8'));
	z.object({
		...Object.fromEntries(Object.entries(environment()).map(([name, value]) => [name, z.literal(value)])),
	}).parse(saved);
	return z.object({ rows: z.array(ROW), desk: z.array(DESK_ROW) }).parse(saved);
}

/** Measures what was chosen, or everything. Returns the saved rows, those measured again in their places, then the new ones. */
async function measured<Of>(
	all: Array<[string, () => Promise<Of>]>,
	chosen: string[],
	saved: Of[],
	nameOf: (row: Of) => string,
): Promise<Of[]> {
	const rows = [...saved];
	for (const [name, run] of all.filter(([each]) => chosen.length === 0 || chosen.includes(each))) {
		say(`${name} …`);
		const row = await run();
		say(JSON.stringify(row));
		const place = rows.findIndex((each) => nameOf(each) === nameOf(row));
		rows.splice(place === -1 ? rows.length : place, place === -1 ? 0 : 1, row);
	}
	return rows;
}

const HEAD = [
	'what happens',
	'events',
	'got a 200',
	'got none',
	'runs',
	'done on retry',
	'input lost',
	'sent twice',
	'lost silently',
];

function cells(row: Row): Array<string | number> {
	const runs = Object.entries(row.runs).map(([status, count]) => `${String(count)} ${status}`);
	return [
		row.fault,
		row.events,
		row.accepted,
		row.refused + row.unanswered,
		runs.join(', ') || 'none',
		row.retried === 0 ? '' : `${String(row.retriedWell)} of ${String(row.retried)}`,
		row.withoutInput,
		row.twice,
		row.lostSilently,
	];
}

const DIALOGUE_HEAD = [
	'what happens',
	'dialogues',
	'finished',
	'visible as failed',
	'wrote again what was refused',
	'asked twice',
	"given another's answer",
	'messages',
	'got a 200',
	'lost silently',
];

const DESK_HEAD = [
	'what happens',
	'customers',
	'messages of both sides',
	'arrived',
	'written again',
	'arrived twice',
	'visible as failed',
	'at another customer',
	'lost silently',
];

function deskCells(row: DeskRow): Array<string | number> {
	const { arrived, crossed, customers, failed, lostSilently, repeated, twice, what, written } = row;
	return [what, customers, written, arrived, repeated, twice, failed, crossed, lostSilently];
}

function dialogueCells({ accepted, dialogues, events, fault, lostSilently }: Row): Array<string | number> {
	const { askedTwice = 0, crossed = 0, failed = 0, finished = 0, opened = 0, repeated = 0 } = dialogues ?? {};
	const what = fault.replace('dialogues, ', '');
	return [what, opened, finished, failed, repeated, askedTwice, crossed, events, accepted, lostSilently];
}

/**
 * The long form of the fault tests: everything at full size, written to `docs/scale/faults.json` and `docs/scale.md`. With
 * names of rows as arguments, only these are measured, and the others stay as they are.
 */
async function main(): Promise<void> {
	const chosen = process.argv.slice(2);
	const saved = chosen.length === 0 ? { rows: [], desk: [] } : savedRows();
	const interrupting = new AbortController();
	const starting = startScaleStage({ webhooks: 2, signal: interrupting.signal });
	// Works while the stage is still starting, too: it then ends by itself, and this waits for it.
	const stop = async () => (await starting.catch(() => undefined))?.stop();
	const forget = onEnd(async () => {
		interrupting.abort();
		await stop();
	});
	let rows: Row[];
	let desk: DeskRow[];
	try {
		const bench = new FaultBench(await starting, LONG);
		const names = [...bench.rows(), ...bench.deskRows()].map(([name]) => name);
		const unknown = chosen.filter((name) => !names.includes(name));
		if (unknown.length > 0) throw new Error(`No such row: ${unknown.join(', ')}`);
		rows = await measured(bench.rows(), chosen, saved.rows, ({ fault }) => fault);
		desk = await measured(bench.deskRows(), chosen, saved.desk, ({ what }) => what);
	} finally {
		await stop();
		forget();
	}
	saveResults({ ...environment(), sizes: LONG, rows, desk }, RESULTS);
	const { cores, date, n8n } = environment();
	const footer = `n8n ${n8n} on ${String(cores)} cores, ${date}: one main, two workers, webhook processes by address. Forged events came in as well; none of them ran.`;
	const tables = [
		table(HEAD, rows.filter(({ dialogues }) => dialogues === undefined).map(cells)),
		table(DIALOGUE_HEAD, rows.filter(({ dialogues }) => dialogues !== undefined).map(dialogueCells)),
		table(DESK_HEAD, desk.map(deskCells)),
	];
	for (const [n, marker] of ['scale faults', 'scale dialogues', 'scale desk'].entries())
		writeBlock('docs/scale.md', marker, `<!-- prettier-ignore -->\n${String(tables[n])}\n\n${footer}`);
	const wrong = [
		...rows
			.filter(
				({ dialogues, forgedRuns, lostSilently }) =>
					lostSilently > 0 || forgedRuns > 0 || (dialogues?.crossed ?? 0) > 0,
			)
			.map(({ fault }) => fault),
		...desk.filter(({ crossed, lostSilently }) => lostSilently > 0 || crossed > 0).map(({ what }) => what),
	];
	if (wrong.length > 0) throw new Error(`Lost silently, forged or given to another: ${wrong.join(', ')}`);
}

runMeasurement(main);
