import { randomUUID } from 'node:crypto';

import { toApiError } from '../../shared/apiError';
import { loadCredential } from '../../shared/credential';
import { messageRequest } from '../../shared/message';
import { wasNotProcessed } from '../../shared/retry';
import { tryCall } from '../../shared/transport';
import type { Deadline } from '../event/deadline';
import { warn } from '../event/log';
import type { KeptQuestion } from './storedRooms';
import type { RoomView } from './view';

const TIMEOUT_MS = 8_000;

/**
 * `isSent`: it was sent, or may have been. Otherwise, why it certainly was not, and whether Jelou may take it later.
 */
type Sending = { isSent: true } | { isSent: false; error: Error; isPassing: boolean };

/**
 * Sends the customer a text that belongs to a question.
 *
 * @throws NodeOperationError when the credential cannot be used
 */
export async function sendText(
	{ context }: RoomView,
	question: KeptQuestion,
	body: string,
	deadline?: Deadline,
): Promise<Sending> {
	const credential = await loadCredential(context);
	const request = messageRequest(question, { id: randomUUID(), type: 'text', content: { body } });
	const timeout = deadline?.timeout(TIMEOUT_MS) ?? TIMEOUT_MS;
	const result = await tryCall(context, credential, request, { timeout, maxRetries: 0 });
	if (result.ok) return { isSent: true };
	const { failure } = result;
	const error = toApiError(context.getNode(), failure, request, credential);
	if (!wasNotProcessed(failure)) {
		warn(context, 'does not know whether a question was sent, and takes it for sent', error.message);
		return { isSent: true };
	}
	const isPassing = failure.kind === 'network' || [429, 503].includes(failure.status);
	return { isSent: false, error, isPassing };
}

/** What an error says, and what to do about it. */
export function messageOf({ message, ...rest }: Error & { description?: unknown }): string {
	return typeof rest.description === 'string' ? `${message}: ${rest.description}` : message;
}
