const realTimeout = setTimeout;

/** Makes clock and timers stand still, but not the network. `jest.useRealTimers()` ends it. */
export function stopTime(): void {
	jest.useFakeTimers({
		doNotFake: ['clearImmediate', 'hrtime', 'nextTick', 'queueMicrotask', 'setImmediate'],
	});
}

/** Lets the time that was stopped pass until a promise is settled, about so many times as fast as it does. */
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

/** Does something that waits, without waiting as long. */
export async function hurry<T>(action: () => Promise<T>): Promise<T> {
	stopTime();
	try {
		return await passTime(action());
	} finally {
		jest.useRealTimers();
	}
}
