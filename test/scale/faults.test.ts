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

test.each(names)('%s: nothing is lost silently and nothing forged runs', async (name) => {
	const [, run] = bench.rows().find(([each]) => each === name) ?? [];
	const row = await run?.();
	process.stdout.write(`${JSON.stringify(row)}\n`);
	expect(row).toMatchObject({ lostSilently: 0, forgedRuns: 0 });
	expect(row?.forged).toBeGreaterThan(0);
});
