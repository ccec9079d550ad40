import { factsOf } from '../errors';
import { readable } from '../http/record';
import type { Delivery } from '../types';

const NO_RESPONSE = new Set(['TimeoutError', 'UND_ERR_CONNECT_TIMEOUT', 'ETIMEDOUT']);
const CUT_OFF = new Set(['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE']);
const NO_HOST = new Set(['ENOTFOUND', 'EAI_AGAIN']);

/** Why there is no response, in plain words, and what to do about it: one or two sentences, or none. */
interface NoResponse {
	error: string;
	advice: string;
}

export const NO_WEBHOOK: NoResponse = {
	error: 'no webhook is registered yet',
	advice: 'Publish a workflow with a Jelou Trigger in n8n, then send again.',
};

export const CLOSED: NoResponse = { error: 'the sandbox was closed', advice: '' };

export function reasonOf(error: unknown, url: string, timeoutMs: number): NoResponse {
	const { name, code, message } = factsOf(error);
	if (NO_RESPONSE.has(name) || NO_RESPONSE.has(code)) {
		return {
			error: `no answer within ${timeoutMs / 1000} s`,
			advice: 'Check that n8n is running and not overloaded, then send again.',
		};
	}
	if (code === 'ECONNREFUSED') {
		return {
			error: `nothing is listening at ${new URL(url).host}`,
			advice: 'Start n8n, then send again.',
		};
	}
	if (NO_HOST.has(code)) {
		return {
			error: `the host ${new URL(url).hostname} was not found`,
			advice: 'Check the webhook URL.',
		};
	}
	return {
		error: CUT_OFF.has(code) ? 'the connection was closed before an answer arrived' : message,
		advice: 'Check that n8n is still running, then send again.',
	};
}

/** What the webhook says it did, if it says so as a Jelou Trigger does: `{"status": "accepted"}`. */
export function statusIn({ answer = '' }: Delivery): string | undefined {
	const said = readable(answer);
	if (typeof said !== 'object' || said === null || !('status' in said)) return undefined;
	return typeof said.status === 'string' && said.status !== '' ? said.status : undefined;
}

/** Whether an event went to a workflow that is being tested in n8n's editor. */
export function isTest({ url }: Delivery): boolean {
	return url.includes('/webhook-test/');
}

/** Why an event did not get through and what to do, in plain words; null when it did. */
export function failureOf(delivery: Delivery): string | null {
	const { status, error = 'no answer', advice = '' } = delivery;
	if (status === null) return `${error}. ${advice}`.trimEnd();
	if (status >= 200 && status < 300) return null;
	const [meaning, remedy] = meaningOf(status, delivery);
	return `the webhook answered ${status}: ${meaning}. ${remedy}`;
}

/** What a response means, and what to do about it. */
function meaningOf(status: number, delivery: Delivery): [string, string] {
	const { answer = '' } = delivery;
	if (status === 401 || status === 403) {
		return [
			'it rejected the signature',
			'In n8n, enter the signing secret of the current integration in the Jelou API credential. Or delete the integration, clear that field and publish the workflow again.',
		];
	}
	if (status === 404 && answer.includes('not registered') && isTest(delivery)) {
		return [
			'n8n is not listening for a test event right now',
			'It listens for one event at a time. Click “Execute workflow” in n8n, then send again. Or publish the workflow.',
		];
	}
	if (status === 404 && answer.includes('not registered')) {
		return [
			'no published workflow is listening there',
			'Publish the workflow with the Jelou Trigger in n8n, then send again.',
		];
	}
	if (status === 404) {
		return [
			'there is nothing at this URL',
			'Publish the workflow again so that it registers its current URL.',
		];
	}
	if (status >= 300 && status < 400) {
		return [
			'the webhook has moved, and redirects are not followed',
			'Register the URL that it redirects to.',
		];
	}
	if (status === 429) return ['it is receiving too many events', 'Wait a moment, then send again.'];
	if (status >= 500) return ['an error occurred there', 'Look for the error under Executions in n8n.'];
	return ['it rejected the event', 'Open the delivery in the event log to see why.'];
}
