import type { IDataObject } from 'n8n-workflow';

import { ALL_EVENTS, type JelouEvent } from './events';
import { isObject } from '../../shared/json';

/** What the trigger's parameters ask for. */
interface Filters {
	events: readonly string[];
	/** Empty: any bot. */
	botIds: readonly string[];
	/** Empty: any type. Applies to messages only. */
	messageTypes: readonly string[];
	/** Milliseconds; 0: any age. */
	maximumAge: number;
}

function texts(value: unknown): string[] {
	const list: unknown[] = Array.isArray(value) ? value : typeof value === 'string' ? value.split(',') : [];
	return list
		.filter((entry) => typeof entry === 'string' || typeof entry === 'number')
		.map((entry) => String(entry).trim())
		.filter((entry) => entry !== '');
}

/**
 * Reads the trigger's parameters. A filter that cannot be read is ignored, but without a list of events no event
 * passes.
 */
export function readFilters(events: unknown, options: IDataObject): Filters {
	const seconds = Number(options.maximumAge ?? 0);
	return {
		events: texts(events),
		botIds: texts(options.botIds),
		messageTypes: texts(options.messageTypes),
		maximumAge: seconds > 0 ? seconds * 1_000 : 0,
	};
}

/** Whether the user asked for this event, from this bot, and for messages of this type. */
export function isAskedFor(event: JelouEvent, { botIds, events, messageTypes }: Filters): boolean {
	if (!events.includes(ALL_EVENTS) && !events.includes(event.event)) return false;
	if (
		botIds.length > 0 &&
		!texts([isObject(event.bot) ? event.bot.id : undefined]).some((id) => botIds.includes(id))
	) {
		return false;
	}
	if (event.event !== 'message' || messageTypes.length === 0) return true;
	const type = isObject(event.value) ? event.value.type : undefined;
	return typeof type === 'string' && messageTypes.includes(type);
}

/**
 * Whether an event's timestamp is further from now than Maximum Age, so that it may be a recorded delivery that is
 * replayed. Because clocks differ, the future is treated like the past: an event accepted from further ahead could be
 * replayed until then. Also true for an event without a timestamp.
 */
export function exceedsMaximumAge(event: JelouEvent, { maximumAge }: Filters, now = Date.now()): boolean {
	if (maximumAge === 0) return false;
	return typeof event.timestamp !== 'number' || Math.abs(now - event.timestamp) > maximumAge;
}
