let ending: Promise<void> | undefined;

/**
 * Ends a measurement in good order on Ctrl-C: what it started runs apart from the terminal, and would go on. A second
 * signal changes nothing: the terminal and npm both send one.
 *
 * @returns what to call when it has ended by itself
 */
export function onInterrupt(stop: () => Promise<void>): () => void {
	const end = () => {
		if (ending !== undefined) return;
		process.stdout.write('\nStopping …\n');
		ending = stop();
		void ending.finally(() => process.exit(130));
	};
	const signals = ['SIGINT', 'SIGTERM'] as const;
	for (const signal of signals) process.on(signal, end);
	return () => {
		if (ending === undefined) for (const signal of signals) process.off(signal, end);
	};
}

/** Runs a measurement. One that fails says why; one that is interrupted fails as a matter of course. */
export function runMeasurement(main: () => Promise<void>): void {
	main().catch((error: unknown) => {
		if (ending !== undefined) return;
		process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
		process.exitCode = 1;
	});
}
