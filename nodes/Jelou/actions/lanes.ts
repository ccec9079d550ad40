/** How many items may wait for their lane before no more are looked at. It bounds memory, not correctness. */
const MAX_WAITING = 1_000;

export interface LaneOptions {
	/** How many items may be under way at once, at least 1. */
	concurrency: number;
	/** The lane of an item, asked once per item and in input order; an item without a lane waits for no other. */
	laneOf(index: number): string | undefined;
	/** Does an item. Must not reject. */
	run(index: number): Promise<void>;
	/** Asked before every start: once it says yes, nothing new is started. */
	isStopped(): boolean;
}

/**
 * Runs items, several at a time, so that two items of one lane are never under way together and go in input order.
 * Resolves when everything that was started has ended.
 */
export async function runInLanes(count: number, options: LaneOptions): Promise<void> {
	const busy = new Set<string>();
	const waiting = new Map<string, Array<{ index: number; lane: string }>>();
	/** The first in line of lanes that have become free. */
	const ready: Array<{ index: number; lane: string }> = [];
	let waitingCount = 0;
	let next = 0;
	let underWay = 0;

	function take(): { index: number; lane?: string } | undefined {
		const first = ready.shift();
		if (first !== undefined) return first;
		while (next < count && waitingCount < MAX_WAITING && !options.isStopped()) {
			const index = next++;
			const lane = options.laneOf(index);
			if (lane === undefined || !busy.has(lane)) return { index, lane };
			const line = waiting.get(lane);
			if (line) line.push({ index, lane });
			else waiting.set(lane, [{ index, lane }]);
			waitingCount++;
		}
		return undefined;
	}

	function release(lane: string): void {
		const line = waiting.get(lane);
		const first = line?.shift();
		if (first === undefined) {
			busy.delete(lane);
			return;
		}
		// The lane stays busy, so that nobody overtakes the one that is ready now.
		if (line?.length === 0) waiting.delete(lane);
		waitingCount--;
		ready.push(first);
	}

	await new Promise<void>((resolve, reject) => {
		const fill = () => {
			while (underWay < options.concurrency && !options.isStopped()) {
				const item = take();
				if (item === undefined) break;
				start(item);
			}
			if (underWay === 0) resolve();
		};
		const start = ({ index, lane }: { index: number; lane?: string }) => {
			underWay++;
			if (lane !== undefined) busy.add(lane);
			options
				.run(index)
				.then(() => {
					underWay--;
					if (lane !== undefined) release(lane);
					fill();
				})
				.catch(reject);
		};
		fill();
	});
}
