import { sentenceOf } from './problems';

export const say = (text: string) => process.stdout.write(`${text}\n`);

const ending = new AbortController();
/** Aborted when everything is to end. */
export const ends = ending.signal;

const stops: Array<() => Promise<void>> = [];

/** Adds something that runs, and has to be ended before what was added earlier. Gives what forgets it again. */
export function onEnd(stop: () => Promise<void>): () => void {
	stops.push(stop);
	return () => void stops.splice(stops.indexOf(stop), stops.includes(stop) ? 1 : 0);
}

async function endAll(): Promise<void> {
	ending.abort();
	for (const stop of stops.splice(0).reverse()) await stop();
}

/** Ends everything, with a sentence, and the program with exit code 1. */
export async function fail(sentence: string): Promise<void> {
	// What is interrupted fails as a matter of course.
	if (ends.aborted) return;
	process.stderr.write(`${sentence}\n`);
	process.exitCode = 1;
	await endAll();
}

/** Runs a program, which ends all that it has started on Ctrl-C, or when it fails. */
function run(main: () => Promise<void>, tell: (error: unknown) => string, interruptedCode: number): void {
	const started = main().catch((error: unknown) => fail(tell(error)));
	const end = () => {
		// The terminal and npm both send a signal.
		if (ends.aborted) return;
		say('\nStopping …');
		// What is still being started ends by itself when it sees the abort, and is waited for.
		void endAll()
			.then(() => started)
			.finally(() => process.exit(process.exitCode ?? interruptedCode));
	};
	// SIGHUP: the terminal was closed. `disconnect`: whoever started this was killed.
	for (const event of ['SIGINT', 'SIGTERM', 'SIGHUP', 'disconnect']) process.on(event, end);
	// With the terminal, nobody is there to read what is said then.
	for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
	process.channel?.unref();
}

/** Runs what goes on until Ctrl-C, or until it fails, which it says in one sentence. */
export function runServers(main: () => Promise<void>): void {
	run(main, sentenceOf, 0);
}

/** Runs a measurement, which ends by itself; one that fails says where. */
export function runMeasurement(main: () => Promise<void>): void {
	run(main, (error) => (error instanceof Error ? (error.stack ?? error.message) : String(error)), 130);
}
