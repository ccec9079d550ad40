import { sleep } from 'n8n-workflow';

import { readErrorResponse } from './errorResponse';
import type { Failure, JelouRequest } from './types';

/** How many times a call is retried, if it may be repeated and the user does not say otherwise. */
export const DEFAULT_RETRIES = 3;
const BASE_DELAY_MS = 500;
const MAX_DELAY_MS = 30_000;
/** The longest wait that a server's Retry-After can impose. */
const MAX_RETRY_AFTER_MS = 60_000;

/** No connection was made, so nothing was processed. */
const NOT_CONNECTED = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'];
/** There was a connection but no response: the request may have been processed. */
export const NO_RESPONSE = ['ECONNABORTED', 'ETIMEDOUT', 'ECONNRESET', 'EPIPE'];
/** Statuses that may be different later. */
const PASSING = [429, 500, 502, 503, 504];

/** Whether a connection failed because of the server's certificate, and so before anything was sent. */
export function isCertificateCode(code: string): boolean {
	return /CERT|SELF_SIGNED|LEAF_SIGNATURE/.test(code);
}

/** Whether Jelou takes no requests at all for the moment, rather than refusing this one. */
export function asksToWait(failure: Failure): boolean {
	if (failure.kind !== 'response') return false;
	return (
		failure.status === 429 || (failure.status === 503 && readRetryAfter(failure.retryAfter) !== undefined)
	);
}

/**
 * Whether a failed call was certainly not processed: it did not get out, or Jelou refused it. A server error does not
 * prove that, because a proxy may have lost the response; nor does a 408, or a 2xx that is not in Jelou's envelope.
 */
export function wasNotProcessed(failure: Failure): boolean {
	if (failure.kind === 'network') {
		return NOT_CONNECTED.includes(failure.code) || isCertificateCode(failure.code);
	}
	const { body, status } = failure;
	if (status >= 200 && status < 300) return readErrorResponse(body).isEnvelope;
	return (status >= 300 && status < 500 && status !== 408) || asksToWait(failure);
}

/**
 * Whether a failed call may be retried. A POST is repeated only when it was certainly not processed, because a customer
 * would see its effect twice. A GET always may be, and a PATCH or DELETE, which changes nothing more the second time,
 * also after a 503.
 */
export function isRetryable(failure: Failure, method: JelouRequest['method']): boolean {
	const { code, status } = { code: '', status: 0, ...failure };
	if (![...NOT_CONNECTED, ...NO_RESPONSE].includes(code) && !PASSING.includes(status)) return false;
	return method === 'GET' || wasNotProcessed(failure) || (method !== 'POST' && status === 503);
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
 * @param attempt how many attempts failed before the one that just did
 * @param random a number from 0 to 1
 */
export function retryDelay(
	failure: Failure,
	attempt: number,
	random = Math.random(),
	now = Date.now(),
): number {
	const backoff = random * Math.min(MAX_DELAY_MS, BASE_DELAY_MS * 2 ** attempt);
	const asked = failure.kind === 'response' ? readRetryAfter(failure.retryAfter, now) : undefined;
	return Math.round(Math.max(backoff, Math.min(asked ?? 0, MAX_RETRY_AFTER_MS)));
}

/** Waits, but no longer once the signal is aborted. Never rejects. */
export async function wait(ms: number, signal?: AbortSignal): Promise<void> {
	if (signal?.aborted) return;
	await new Promise<void>((resolve) => {
		const end = () => {
			signal?.removeEventListener('abort', end);
			resolve();
		};
		// The `sleep` of an older n8n takes no signal, so the signal is listened to here as well.
		signal?.addEventListener('abort', end);
		sleep(ms, signal).then(end, end);
	});
}
