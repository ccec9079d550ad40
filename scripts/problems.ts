const DISK_FULL = 'The disk is full: free up some space and run the command again.';

/** Whether a program's output, or an error's message, says that nothing more can be written. */
function isDiskFull(text: string): boolean {
	return /ENOSPC|SQLITE_FULL|disk is full/.test(text);
}

/** What ended a program, in one sentence. */
export function sentenceOf(error: unknown): string {
	const message = error instanceof Error ? error.message : String(error);
	return isDiskFull(message) ? DISK_FULL : (message.split('\n')[0] ?? '');
}

/** Why n8n did not start, as far as its output tells. */
export function whyNoN8n(output: string, logFile: string): string {
	return isDiskFull(output) ? DISK_FULL : `n8n did not start: see the end of ${logFile}.`;
}
