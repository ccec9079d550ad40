import { factsOf } from '../errors';
import type { Delivery } from '../types';

const NO_ANSWER = new Set(['TimeoutError', 'UND_ERR_CONNECT_TIMEOUT', 'ETIMEDOUT']);
const CUT_OFF = new Set(['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE']);
const NO_HOST = new Set(['ENOTFOUND', 'EAI_AGAIN']);

/** Why a webhook did not answer, in plain words. */
export function reasonOf(error: unknown, url: string, timeoutMs: number): string {
	const { name, code, message } = factsOf(error);
	if (NO_ANSWER.has(name) || NO_ANSWER.has(code)) return `no answer within ${timeoutMs / 1000} s`;
	if (code === 'ECONNREFUSED') return `nothing is listening at ${new URL(url).host}`;
	if (NO_HOST.has(code)) return `the host ${new URL(url).hostname} cannot be found`;
	return CUT_OFF.has(code) ? 'the connection was closed before an answer came' : message;
}

/** Why an event did not get through, in plain words; null when it did. */
export function failureOf({ status, error = 'no answer', answer = '' }: Delivery): string | null {
	if (status === null) return error;
	if (status >= 200 && status < 300) return null;
	return `${status}: ${meaningOf(status, answer)}`;
}

function meaningOf(status: number, answer: string): string {
	if (status === 401 || status === 403) return 'the receiver refused the signature';
	if (status === 404 && answer.includes('not registered'))
		return 'no active workflow listens at this address';
	if (status === 404) return 'the receiver does not know this address';
	if (status >= 300 && status < 400) return 'the receiver redirects, which is not followed';
	return status >= 500 ? 'the receiver failed' : 'the receiver refused it';
}
