import { sleep } from 'n8n-workflow';

import type { Failure } from './types';

/** How many times a call that may be repeated is retried, unless the user says otherwise. */
export const DEFAULT_RETRIES = 3;
const BASE_DELAY_MS = 500;
const MAX_DELAY_MS = 30_000;
/** The longest that a server's Retry-After is followed. */
const MAX_RETRY_AFTER_MS = 60_000;

/** No connection came about, so nothing was processed. */
const NOT_CONNECTED = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'];
/** A connection came about and no answer did: it may have been processed. */
const NO_ANSWER = ['ECONNABORTED', 'ETIMEDOUT', 'ECONNRESET', 'EPIPE'];

/**
 * Whether a failed call may be retried. A call that changes something is only repeated when it was certainly not
 * processed: a start, close or send that timed out is not, because the user would see it twice. A read always may.
 */
export function isRetryable(failure: Failure, isRead: boolean): boolean {
	if (failure.kind === 'network') {
		return NOT_CONNECTED.includes(failure.code) || (isRead && NO_ANSWER.includes(failure.code));
	}
	if (failure.status === 429 || failure.status === 503) return true;
	return isRead && [500, 502, 504].includes(failure.status);
}

/** Milliseconds that a Retry-After header asks for, in seconds or as a date; `undefined` when it says nothing usable. */
export function readRetryAfter(header: unknown, now = Date.now()): number | undefined {
	if (typeof header !== 'string') return undefined;
	const text = header.trim();
	if (/^\d+$/.test(text)) return Number(text) * 1_000;
	// Only an HTTP date: Date.parse would take "-1" and much else for a date.
	const date = /^[A-Z][a-z]{2}, /.test(text) ? Date.parse(text) : Number.NaN;
	return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

/**
 * How long to wait before the next attempt, in milliseconds: exponential with full jitter, and never less than the
 * server asked for, up to a minute.
 *
 * @param attempt how many attempts have failed before this one, from 0
 * @param random a number from 0 to 1
 */
export function retryDelay(
	failure: Failure,
	attempt: number,
	random = Math.random(),
	now = Date.now(),
): number {
	const backoff = random * Math.min(MAX_DELAY_MS, BASE_DELAY_MS * 2 ** attempt);
	const asked = failure.kind === 'answer' ? readRetryAfter(failure.retryAfter, now) : undefined;
	return Math.round(Math.max(backoff, Math.min(asked ?? 0, MAX_RETRY_AFTER_MS)));
}

/** Waits, or stops waiting when the signal is aborted. Never rejects. */
export async function pause(ms: number, signal?: AbortSignal): Promise<void> {
	if (signal?.aborted) return;
	await new Promise<void>((resolve) => {
		const end = () => {
			signal?.removeEventListener('abort', end);
			resolve();
		};
		// An older n8n's `sleep` knows no signal, so that is listened to here as well.
		signal?.addEventListener('abort', end);
		sleep(ms, signal).then(end, end);
	});
}
