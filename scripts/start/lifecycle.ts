import { sentenceOf } from '../problems';

export const say = (text: string) => process.stdout.write(`${text}\n`);

/** A program that starts things and ends them all, whatever happens. */
export class Lifecycle {
	/** Aborted when everything is to end. */
	readonly ending = new AbortController();
	private readonly stops: Array<() => Promise<void>> = [];

	get isStopping(): boolean {
		return this.ending.signal.aborted;
	}

	/** Adds something that runs, and has to be ended before what was added earlier. */
	add(stop: () => Promise<void>): void {
		this.stops.push(stop);
	}

	/** Ends everything with one sentence, and the program with exit code 1. */
	async fail(sentence: string): Promise<void> {
		if (this.isStopping) return;
		process.stderr.write(`${sentence}\n`);
		process.exitCode = 1;
		await this.stop();
	}

	private async stop(): Promise<void> {
		this.ending.abort();
		for (const stop of this.stops.splice(0).reverse()) await stop();
	}

	/** Runs the program until Ctrl-C, or until it fails. */
	run(main: () => Promise<void>): void {
		let stopped: Promise<void> | undefined;
		const started = main().catch((error: unknown) => this.fail(sentenceOf(error)));
		const end = () => {
			if (this.isStopping) return;
			say('\nStopping …');
			// What is still being started ends by itself when it sees the abort, and is waited for.
			stopped ??= this.stop().then(() => started);
			void stopped.then(() => process.exit(process.exitCode ?? 0));
		};
		process.on('SIGINT', end);
		process.on('SIGTERM', end);
		// Closing the terminal; and whoever started this was killed.
		process.on('SIGHUP', end);
		process.on('disconnect', end);
		// With the terminal, nobody is there to read what is said then.
		for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
		process.channel?.unref();
	}
}
