import fc from 'fast-check';

import { runInLanes } from '../../nodes/Jelou/actions/lanes';

/** A started task, which ends when the test says so. */
interface Running {
	index: number;
	end: () => void;
}

/** Runs items whose ends the test decides, and watches what may never happen. */
function watch(lanes: Array<string | undefined>, concurrency: number) {
	const running: Running[] = [];
	const started: number[] = [];
	const asked: number[] = [];
	const overlaps: number[] = [];
	let most = 0;
	let isStopped = false;
	const finished = runInLanes(lanes.length, {
		concurrency,
		task: (index) => {
			asked.push(index);
			return { key: lanes[index], run: async () => await run(index) };
		},
		isStopped: () => isStopped,
	});
	async function run(index: number): Promise<void> {
		const lane = lanes[index];
		if (lane !== undefined && running.some((other) => lanes[other.index] === lane)) overlaps.push(index);
		started.push(index);
		await new Promise<void>((resolve) => {
			running.push({
				index,
				end: () => {
					running.splice(
						running.findIndex((entry) => entry.index === index),
						1,
					);
					resolve();
				},
			});
			most = Math.max(most, running.length);
		});
	}
	return {
		running,
		started,
		asked,
		overlaps,
		finished,
		most: () => most,
		stop: () => (isStopped = true),
	};
}

const settle = async () => new Promise((resolve) => setImmediate(resolve));

async function endAll(watched: ReturnType<typeof watch>, pick: (count: number) => number): Promise<void> {
	let isFinished = false;
	void watched.finished.then(() => (isFinished = true));
	// On a slow machine nothing may run for a moment: lanes yield to others.
	for (await settle(); !isFinished; await settle()) {
		const { length } = watched.running;
		if (length > 0) watched.running[pick(length)]?.end();
	}
}

test('lanes keep their order, the limit holds and every task runs once, in whatever order the tasks end', async () => {
	const lane = fc.option(fc.constantFrom('a', 'b', 'c', 'd'), { nil: undefined });
	await fc.assert(
		fc.asyncProperty(
			fc.array(lane, { maxLength: 40 }),
			fc.integer({ min: 1, max: 8 }),
			fc.infiniteStream(fc.nat()),
			async (lanes, concurrency, choices) => {
				const watched = watch(lanes, concurrency);
				await endAll(watched, (count) => Number(choices.next().value) % count);
				expect(watched.overlaps).toEqual([]);
				expect(watched.most()).toBeLessThanOrEqual(concurrency);
				expect([...watched.started].sort((a, b) => a - b)).toEqual(lanes.map((_, index) => index));
				expect(watched.asked).toEqual(lanes.map((_, index) => index));
				for (const name of new Set(lanes)) {
					if (name === undefined) continue;
					const ofLane = watched.started.filter((index) => lanes[index] === name);
					expect(ofLane).toEqual([...ofLane].sort((a, b) => a - b));
				}
			},
		),
		{ numRuns: 300 },
	);
});

test('as many tasks run as the limit allows, whenever enough lanes have work', async () => {
	const watched = watch(['a', 'a', 'a', 'b', 'c', 'd'], 3);
	await settle();
	expect(watched.running.map(({ index }) => index)).toEqual([0, 3, 4]);
	watched.running[0]?.end();
	await settle();
	expect(watched.running.map(({ index }) => index)).toEqual([3, 4, 1]);
	await endAll(watched, () => 0);
});

test('once stopped nothing new starts, and it resolves after what was running has ended', async () => {
	const watched = watch(['a', 'b', 'a', 'c', 'd'], 2);
	await settle();
	watched.stop();
	watched.running[0]?.end();
	await settle();
	expect(watched.started).toEqual([0, 1]);
	let isFinished = false;
	void watched.finished.then(() => (isFinished = true));
	await settle();
	expect(isFinished).toBe(false);
	await endAll(watched, () => 0);
	expect(watched.started).toEqual([0, 1]);
});

test('once stopped, tasks that wait for their lane are not started either', async () => {
	const watched = watch(['a', 'a', 'b', 'b', 'a'], 3);
	await settle();
	expect(watched.started).toEqual([0, 2]);
	watched.stop();
	await endAll(watched, () => 0);
	expect(watched.started).toEqual([0, 2]);
});

test('with one long lane, only a limited number of tasks is requested', async () => {
	const watched = watch(
		Array.from({ length: 5_000 }, () => 'a'),
		10,
	);
	await settle();
	expect(watched.asked.length).toBeLessThan(1_500);
	await endAll(watched, () => 0);
	expect(watched.started).toHaveLength(5_000);
	expect(watched.started).toEqual([...watched.started].sort((a, b) => a - b));
});

test('without tasks it resolves at once', async () => {
	await expect(
		runInLanes(0, { concurrency: 1, task: () => ({ run: async () => {} }), isStopped: () => false }),
	).resolves.toBeUndefined();
});

test('tasks that take long without waiting yield to others', async () => {
	let hasOtherRun = false;
	setTimeout(() => (hasOtherRun = true));
	const sawOther: boolean[] = [];
	const run = () => {
		const since = performance.now();
		while (performance.now() - since < 30);
		sawOther.push(hasOtherRun);
		return Promise.resolve();
	};
	await runInLanes(6, { concurrency: 1, task: () => ({ run }), isStopped: () => false });
	expect(sawOther[0]).toBe(false);
	expect(sawOther.at(-1)).toBe(true);
});
