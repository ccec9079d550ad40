import { FaultBench } from './faults/rows';
import { SHORT } from './faults/sizes';
import { startScaleStage, type ScaleStage } from './support/stage';

jest.setTimeout(420_000);

let stage: ScaleStage;
let bench: FaultBench;
beforeAll(async () => {
	stage = await startScaleStage();
	bench = new FaultBench(stage, SHORT);
});
afterAll(async () => stage?.stop());

// The rows by name, so that one can be run alone; the bench is made later.
const names = new FaultBench({} as ScaleStage, SHORT).rows().map(([name]) => name);

const KILLED = 'a worker killed in mid-batch';

test.each(names)('%s: nothing is lost silently and nothing forged runs', async (name) => {
	const [, run] = bench.rows().find(([each]) => each === name) ?? [];
	const row = await run?.();
	process.stdout.write(`${JSON.stringify(row)}\n`);
	expect(row).toMatchObject({ lostSilently: 0, forgedRuns: 0, unreplied: 0, retriedWell: row?.retried });
	expect(row?.forged).toBeGreaterThan(0);
	// The one thing that n8n takes along: the input of the run that a killed worker had under way.
	expect(row?.withoutInput).toBe(name === KILLED ? 1 : 0);
	if (name.startsWith('the clock')) expect(row).toMatchObject({ accepted: 0, refused: row?.events });
});
