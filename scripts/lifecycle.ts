import { sentenceOf } from './problems';

export const say = (text: string) => process.stdout.write(`${text}\n`);

const ending = new AbortController();
/** Aborted when everything must end. */
export const ends = ending.signal;

const stops: Array<() => Promise<void>> = [];

/** Adds what to stop at the end; what was added last is stopped first. Returns a function that removes it again. */
export function onEnd(stop: () => Promise<void>): () => void {
	stops.push(stop);
	return () => void stops.splice(stops.indexOf(stop), stops.includes(stop) ? 1 : 0);
}

async function endAll(): Promise<void> {
	ending.abort();
	for (const stop of stops.splice(0).reverse()) await stop();
}

/** Prints a sentence, stops everything, and makes the program exit with code 1. */
export async function fail(sentence: string): Promise<void> {
	// After an interrupt, failures are expected.
	if (ends.aborted) return;
	process.stderr.write(`${sentence}\n`);
	process.exitCode = 1;
	await endAll();
}

/** Runs a program, and stops all that it has started on Ctrl-C or when it fails. */
function run(main: () => Promise<void>, describe: (error: unknown) => string, interruptedCode: number): void {
	const started = main().catch((error: unknown) => fail(describe(error)));
	const end = () => {
		// The terminal and npm both send a signal.
		if (ends.aborted) return;
		say('\nStopping …');
		// What is still starting ends by itself when it sees the abort; this waits for it.
		void endAll()
			.then(() => started)
			.finally(() => process.exit(process.exitCode ?? interruptedCode));
	};
	// SIGHUP: the terminal was closed. `disconnect`: the process that started this one was killed.
	for (const event of ['SIGINT', 'SIGTERM', 'SIGHUP', 'disconnect']) process.on(event, end);
	// Once the terminal is gone, nobody reads the output.
	for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
	process.channel?.unref();
}

/** Runs servers until Ctrl-C, or until one fails, which is reported in one sentence. */
export function runServers(main: () => Promise<void>): void {
	run(main, sentenceOf, 0);
}

/** Runs a measurement, which ends by itself; a failure is reported with its stack. */
export function runMeasurement(main: () => Promise<void>): void {
	run(main, (error) => (error instanceof Error ? (error.stack ?? error.message) : String(error)), 130);
}
