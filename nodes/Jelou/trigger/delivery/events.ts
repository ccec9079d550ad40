import type { IDataObject } from 'n8n-workflow';
import { isObject } from '../../shared/json';

export const EVENTS = ['conversation.start', 'conversation.close', 'message'] as const;
export const ALL_EVENTS = '*';

/** One event of Jelou, with `event` filled in. Everything else is as Jelou sent it. */
export type JelouEvent = IDataObject & { event: string };

/**
 * The name of an event. Jelou's messages have no `event` field, and new events may appear: those are named from what
 * the payload says of itself.
 */
function nameOf(payload: IDataObject): string {
	if (typeof payload.event === 'string' && payload.event !== '') return payload.event;
	if (payload.object === 'message_event' || payload.field === 'messages') return 'message';
	const parts = [payload.field, payload.event_type].filter(
		(part): part is string => typeof part === 'string' && part !== '',
	);
	return parts.join('.') || 'unknown';
}

/**
 * Reads an event from the bytes of a delivery, which must have been verified before.
 *
 * @returns `undefined` when the bytes are not a JSON object
 * @see Jelou's page "Webhook events"
 */
export function parseEvent(body: Buffer): JelouEvent | undefined {
	let payload: unknown;
	try {
		payload = JSON.parse(body.toString('utf8'));
	} catch {
		return undefined;
	}
	return isObject(payload) ? { ...payload, event: nameOf(payload) } : undefined;
}

/** Whether the user asked for this event. */
export function isWanted(event: JelouEvent, events: readonly string[]): boolean {
	return events.includes(ALL_EVENTS) || events.includes(event.event);
}
