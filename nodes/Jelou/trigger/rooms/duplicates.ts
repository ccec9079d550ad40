import { createHash } from 'node:crypto';

import { sleep, type IWebhookFunctions } from 'n8n-workflow';

import { BoundedMap } from '../../shared/boundedMap';
import { uptime } from '../../shared/clock';
import type { Deadline } from '../event/deadline';
import { messageIdOf, type JelouEvent } from '../event/events';
import { hold, outcomeOf } from './held';

/**
 * How many events are remembered. For its other products, Jelou documents both no repetition and three, so an event may
 * arrive more than once.
 */
const MAX_EVENTS = 10_000;
const REMEMBERED_MS = 60 * 60 * 1_000;

/** When the delivery of each event succeeded, by `uptime`. */
const handled = new BoundedMap<string, number>(MAX_EVENTS);
/** The events that are being handled, each with what becomes of it: true for success. */
const inProgress = new Map<string, Promise<boolean>>();

/**
 * Identifies an event of a trigger: a message by its ID, anything else by its bytes. `undefined` for a message without
 * an ID, because a customer may write the same text twice.
 */
export function eventKey(triggerKey: string, event: JelouEvent, body: Buffer): string | undefined {
	if (event.event !== 'message') {
		return JSON.stringify([triggerKey, createHash('sha256').update(body).digest('base64')]);
	}
	const id = messageIdOf(event);
	return id !== undefined ? JSON.stringify([triggerKey, event.room_id, id]) : undefined;
}

/**
 * Whether this delivery of an event is the first in this process. Another one at the same time waits for what becomes
 * of the first: only an event whose delivery was responded to with 2xx is remembered, so that one that failed can be
 * repeated.
 *
 * @param key identifies the trigger and the event
 * @returns `'busy'` when it could not wait: too many deliveries are held, or its time is over
 */
export async function isFirst(
	context: IWebhookFunctions,
	key: string,
	deadline: Deadline,
): Promise<boolean | 'busy'> {
	// In the editor an event is often sent again on purpose.
	if (context.getMode() === 'manual') return true;
	for (let other = inProgress.get(key); other !== undefined; other = inProgress.get(key)) {
		if (!hold(context)) return 'busy';
		deadline.hasWaited = true;
		const outcome = await Promise.race([other, sleep(deadline.left('respond')).then(() => 'busy' as const)]);
		if (outcome === 'busy') return outcome;
		if (outcome) return false;
	}
	const handledAt = handled.get(key) ?? -Infinity;
	if (uptime() - handledAt < REMEMBERED_MS) return false;
	follow(key, outcomeOf(context));
	return true;
}

/** From now on an event is in progress; it counts as handled if this outcome is a success. */
export function follow(key: string, outcome: Promise<boolean>): void {
	inProgress.set(key, outcome);
	void outcome.then((isSuccess) => {
		if (inProgress.get(key) !== outcome) return;
		inProgress.delete(key);
		if (isSuccess) handled.set(key, uptime());
	});
}
