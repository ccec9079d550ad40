/**
 * Ends a measurement in good order on Ctrl-C: what it started runs apart from the terminal, and would go on.
 *
 * @returns what to call when it has ended by itself
 */
export function onInterrupt(stop: () => Promise<void>): () => void {
	const end = () => void stop().finally(() => process.exit(130));
	const signals = ['SIGINT', 'SIGTERM'] as const;
	for (const signal of signals) process.once(signal, end);
	return () => {
		for (const signal of signals) process.off(signal, end);
	};
}
