import type { IDataObject, INodePropertyOptions } from 'n8n-workflow';

import { isObject, isText } from '../../shared/json';
import { OUTGOING_MESSAGE } from '../../shared/messageTypes';
import { textOf } from './text';

/** One event from Jelou, with `event` filled in. Everything else is as Jelou sent it. */
export type JelouEvent = IDataObject & { event: string };

interface EventType {
	/** The value of `event` in the output. */
	value: string;
	/** As the menu shows it. */
	name: string;
	description?: string;
	/** Absent if the name is enough. */
	isRecognized?: (payload: IDataObject) => boolean;
}

/**
 * Whether a customer wrote it: only the type `message` says so. A status, for example, has the same `field` and
 * `object`.
 */
function isCustomerMessage({ event, event_type: type, field, object, value }: IDataObject): boolean {
	if (isText(event)) return event === 'message' && (type === undefined || type === 'message');
	if (type === 'message') return field === 'messages' || object === 'message_event';
	// Without `event_type`, everything else has to say that this is a message.
	const hasMessage = isObject(value) && isText(value.type);
	return type === undefined && field === 'messages' && object === 'message_event' && hasMessage;
}

/**
 * The events that a user can choose from, the most common first. A new one needs an entry here, and its fields in
 * `__schema__`.
 */
const EVENT_TYPES: EventType[] = [
	{
		value: 'message',
		name: 'Message Received',
		isRecognized: isCustomerMessage,
	},
	{
		value: 'conversation.start',
		name: 'Conversation Started',
		description: 'A conversation was opened or assigned',
	},
	{
		value: 'conversation.close',
		name: 'Conversation Closed',
	},
];

export const ALL_EVENTS = '*';

export const EVENT_OPTIONS: INodePropertyOptions[] = [
	...EVENT_TYPES.map(({ name, value, description }) => ({ name, value, description })),
	{
		name: 'All Events',
		value: ALL_EVENTS,
		description: 'Also those that Jelou adds later',
	},
];

/** The name of an event. An unknown one is named by its own fields, but never gets the name of a known one. */
function nameOf(payload: IDataObject): string {
	const { event, event_type: type, field } = payload;
	// If `event` does not name it, `field` and `event_type` together do.
	const parts = [field, type].filter(isText);
	const name = isText(event) ? event : parts.length === 2 && parts.join('.');
	const known = EVENT_TYPES.find(({ isRecognized, value }) => isRecognized?.(payload) ?? name === value);
	if (known) return known.value;
	const names = [event, parts.join('.')].filter(isText);
	return names.find((name) => !EVENT_TYPES.some(({ value }) => value === name)) ?? 'unknown';
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
		// n8n, too, removes a byte order mark when it parses a body itself.
		payload = JSON.parse(body.toString('utf8').replace(/^\ufeff/, ''));
	} catch {
		return undefined;
	}
	if (!isObject(payload)) return undefined;
	const event = { ...payload, event: nameOf(payload) };
	return event.event === 'message'
		? { ...event, sessionId: payload.room_id, chatInput: textOf(event) }
		: event;
}

const idOf = (value: unknown): string | undefined =>
	isText(value) || typeof value === 'number' ? String(value) : undefined;

/** The ID of a message; `undefined` where it has none. */
export function messageIdOf({ value }: JelouEvent): string | number | undefined {
	const id = isObject(value) ? value.id : undefined;
	return isText(id) || typeof id === 'number' ? id : undefined;
}

/** The room of an event and its customer, where it names them. */
export function whereOf({ contact, room_id: room }: JelouEvent) {
	return { roomId: idOf(room), userId: isObject(contact) ? idOf(contact.id) : undefined };
}

/**
 * Whether this is a message that was sent to Jelou. One secret signs both directions, so whoever records such a message
 * could replay it with a valid signature.
 */
export function isOutgoingMessage(event: JelouEvent): boolean {
	return event.event_type === OUTGOING_MESSAGE.event_type;
}
