const realTimeout = setTimeout;

/** Stops the clock and the timers, but not the network. `jest.useRealTimers()` undoes it. */
export function stopTime(): void {
	jest.useFakeTimers({
		doNotFake: ['clearImmediate', 'hrtime', 'nextTick', 'queueMicrotask', 'setImmediate'],
	});
}

/** Lets stopped time pass until a promise is settled, at about this many times the usual speed. */
export async function passTime<T>(promise: Promise<T>, speed = 10): Promise<T> {
	let isSettled = false;
	const settle = () => void (isSettled = true);
	promise.then(settle, settle);
	while (!isSettled) {
		await new Promise((resolve) => realTimeout(resolve, 1));
		await jest.advanceTimersByTimeAsync(speed);
	}
	return await promise;
}

/** Lets time that was stopped pass, fifty times as fast as it does. */
export async function pass(ms: number): Promise<void> {
	await passTime(new Promise((resolve) => setTimeout(resolve, ms)), 50);
}

/** Lets it pass until something is so. */
export async function passUntil(what: string, isSo: () => boolean): Promise<void> {
	for (let n = 0; n < 300 && !isSo(); n++) await pass(100);
	if (!isSo()) throw new Error(`It never came about: ${what}.`);
}

/** Does something that waits, without waiting that long. */
export async function hurry<T>(action: () => Promise<T>): Promise<T> {
	stopTime();
	try {
		return await passTime(action());
	} finally {
		jest.useRealTimers();
	}
}
