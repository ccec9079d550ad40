import type { IWebhookFunctions } from 'n8n-workflow';

import { BoundedMap } from '../../shared/boundedMap';
import { uptime } from '../../shared/clock';
import { isObject } from '../../shared/json';
import type { JelouEvent } from '../event/events';

/** Jelou documents for its other products both no repetition and three, so a message may arrive more than once. */
const MAX_MESSAGES = 10_000;
const REMEMBERED_MS = 60 * 60 * 1_000;

/** When each message was answered with success, as `uptime` tells it. */
const handled = new BoundedMap<string, number>(MAX_MESSAGES);
/** The messages that are being handled, each with what becomes of it: true for success. */
export const inProgress = new Map<string, Promise<boolean>>();

/** Names a message of a trigger; `undefined` for an event that is no message, or has no ID. */
export function messageKey(triggerKey: string, event: JelouEvent): string | undefined {
	const id = event.event === 'message' && isObject(event.value) ? event.value.id : undefined;
	return typeof id === 'string' ? JSON.stringify([triggerKey, event.room_id, id]) : undefined;
}

function isHandled(key: string): boolean {
	const at = handled.get(key);
	return at !== undefined && uptime() - at < REMEMBERED_MS;
}

/**
 * Says whether this process is the first to handle a message. One that arrives twice at once waits for what becomes of
 * the first: only a message whose delivery was answered with 2xx is remembered, so the repetition of one that failed runs.
 *
 * @param key names the trigger and the message
 */
export async function isFirst(context: IWebhookFunctions, key: string): Promise<boolean> {
	// In the editor an event is often sent again on purpose.
	if (context.getMode() === 'manual') return true;
	for (let other = inProgress.get(key); other !== undefined; other = inProgress.get(key)) {
		if (await other) return false;
	}
	if (isHandled(key)) return false;
	follow(key, outcomeOf(context));
	return true;
}

/** What becomes of a delivery, which may be over already: true when it was answered with 2xx. */
export async function outcomeOf(context: IWebhookFunctions): Promise<boolean> {
	const response = context.getResponseObject();
	return await new Promise((resolve) => {
		const end = () => {
			resolve(response.writableFinished && response.statusCode >= 200 && response.statusCode < 300);
		};
		// Its events were emitted before, and come no more.
		if (response.closed || response.writableFinished) return end();
		response.once('finish', end);
		response.once('close', end);
	});
}

/** A message is handled when this succeeds, and from now on by nothing else. */
export function follow(key: string, outcome: Promise<boolean>): void {
	inProgress.set(key, outcome);
	void outcome.then((isSuccess) => {
		if (inProgress.get(key) !== outcome) return;
		inProgress.delete(key);
		if (isSuccess) handled.set(key, uptime());
	});
}
