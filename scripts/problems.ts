import { statfsSync } from 'node:fs';

const DISK_FULL = 'The disk is full: free up some space and run the command again.';
const PORT_TAKEN = 'Another program has just taken a port that was free: run the command again.';
/** With fewer bytes free, nothing can be started. */
const TOO_LITTLE = 1e6;

/** Whether a program's output, or an error's message, says that the disk is full. */
function isDiskFull(text: string): boolean {
	return /ENOSPC|SQLITE_FULL|disk is full/.test(text);
}

export function messageOf(error: unknown): string {
	return error instanceof Error ? error.message : String(error);
}

/** Why a program ended, in one sentence. */
export function sentenceOf(error: unknown): string {
	const message = messageOf(error);
	if (isDiskFull(message)) return DISK_FULL;
	if (message.includes('EADDRINUSE')) return PORT_TAKEN;
	return message.split('\n')[0] ?? '';
}

/** Why n8n did not start, judging by its output; on a full disk there may be none. */
export function whyNoN8n(output: string, logFile: string): string {
	const { bavail, bsize } = statfsSync(logFile);
	if (isDiskFull(output) || bavail * bsize < TOO_LITTLE) return DISK_FULL;
	return `n8n did not start: see the end of ${logFile}.`;
}
