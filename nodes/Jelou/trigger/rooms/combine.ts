import { sleep, type IDataObject, type IWebhookFunctions } from 'n8n-workflow';

import { uptime } from '../../shared/clock';
import type { Deadline } from '../event/deadline';
import { whereOf, type JelouEvent } from '../event/events';
import { warn } from '../event/log';
import { textsOf } from '../event/text';
import { follow } from './duplicates';
import { hold, outcomeOf } from './held';

const MAX_SECONDS = 10;

/** An event, and when it arrived, by `uptime`. */
interface Arrival {
	event: JelouEvent;
	arrivedAt: number;
}

/** Events that go on together: consecutive messages of one customer, or a single event. */
export interface EventGroup {
	arrivals: Arrival[];
	/** The deadline of the first delivery. */
	deadline: Deadline;
	/** Whether the output has `messages`. */
	isCombined: boolean;
	/** Earlier messages that belong with them. */
	messagesBefore: IDataObject[];
}

/** The response to a delivery that goes no further. */
export interface DeliveryResponse {
	code: number;
	status: string;
}

/** A delivery that is held open. */
interface Held extends Arrival {
	/** True when its response was 2xx. */
	outcome: Promise<boolean>;
	isOver: boolean;
}

/** Consecutive messages of one customer. */
class Burst {
	readonly held: Held[] = [];
	/** The delivery that goes on with all of them: the last whose connection is still open. */
	readonly carrier: Promise<Held | undefined>;
	/** What becomes of the carrier. The others end the same way, so that Jelou repeats all or none. */
	readonly outcome: Promise<boolean>;
	#gap: number;
	#lastAt = uptime();
	#wake = () => {};

	constructor(
		readonly roomId: string,
		/** The deadline of the first delivery. */
		readonly deadline: Deadline,
		gap: number,
		onDecided: () => void,
	) {
		this.#gap = gap;
		this.carrier = this.#wait().then(() => {
			onDecided();
			return this.held.findLast(({ isOver }) => !isOver) ?? this.held.at(-1);
		});
		this.outcome = this.carrier.then(async (carrier) => (await carrier?.outcome) === true);
	}

	add(context: IWebhookFunctions, event: JelouEvent): Held {
		const mine = { event, arrivedAt: uptime(), outcome: outcomeOf(context), isOver: false };
		void mine.outcome.then(() => {
			mine.isOver = true;
		});
		this.held.push(mine);
		this.#lastAt = mine.arrivedAt;
		if (!hold(context)) this.end();
		return mine;
	}

	/** Stops waiting for more messages. */
	end(): void {
		this.#gap = 0;
		this.#wake();
	}

	async #wait(): Promise<void> {
		const woken = new Promise<void>((resolve) => (this.#wake = resolve));
		const left = () => Math.min(this.#lastAt + this.#gap - uptime(), this.deadline.left('combine'));
		while (left() > 0) await Promise.race([sleep(left()), woken]);
	}
}

/** The bursts that are still being collected, by trigger, room and customer. */
const bursts = new Map<string, Burst>();

/**
 * Messages in the order of their timestamps or, without those, of their arrival: deliveries can overtake each other.
 */
function inOrder(held: readonly Held[]): Arrival[] {
	return [...held].sort((a, b) => Number(a.event.timestamp) - Number(b.event.timestamp) || 0);
}

/** How long the trigger waits for more messages, in milliseconds; 0: not at all. */
export function readGap(seconds: unknown): number {
	const given = Number(seconds);
	return given > 0 ? Math.min(given, MAX_SECONDS) * 1_000 : 0;
}

/**
 * Holds a message until no more of the same customer follow. The end of a conversation is not held, but comes after the
 * messages before it.
 *
 * @param key identifies the event, if it can be identified
 * @param gap how long to wait for the next message, in milliseconds
 * @returns the events that go on with this delivery; or its response, if its message goes on with another delivery
 */
export async function combine(
	context: IWebhookFunctions,
	triggerKey: string,
	event: JelouEvent,
	key: string | undefined,
	gap: number,
	deadline: Deadline,
): Promise<EventGroup | DeliveryResponse> {
	const { roomId, userId } = whereOf(event);
	const isCombined = gap > 0 && event.event === 'message' && roomId !== undefined;
	const rest = { isCombined, messagesBefore: [] };
	const alone: EventGroup = { arrivals: [{ event, arrivedAt: deadline.arrivedAt }], deadline, ...rest };
	if (event.event === 'conversation.close') {
		// Of the whole room: such an event may name no customer.
		const before = [...bursts].filter(
			([name, burst]) => burst.roomId === roomId && name.startsWith(triggerKey),
		);
		for (const [, burst] of before) burst.end();
		for (const [, burst] of before) {
			deadline.hasWaited = true;
			await burst.outcome;
		}
	}
	// In a test n8n listens for one event only, and somebody is looking at the editor.
	if (!isCombined || context.getMode() === 'manual') return alone;
	const name = triggerKey + JSON.stringify([roomId, userId]);
	let burst = bursts.get(name);
	if (burst === undefined) {
		burst = new Burst(roomId, deadline, gap, () => bursts.delete(name));
		bursts.set(name, burst);
	}
	deadline.hasWaited = true;
	const mine = burst.add(context, event);
	if (key !== undefined) follow(key, burst.outcome);
	if ((await burst.carrier) === mine) {
		return { arrivals: inOrder(burst.held), deadline: burst.deadline, ...rest };
	}
	if (await burst.outcome) return { code: 200, status: 'combined' };
	warn(context, 'refused a message: the delivery that it was combined with failed');
	return { code: 503, status: 'not combined' };
}

/**
 * Several events as one: the last, with all of them in `messages` and their texts in `chatInput`; `undefined` for none.
 */
export function asOne({
	arrivals,
	isCombined,
	messagesBefore,
}: Omit<EventGroup, 'deadline'>): JelouEvent | undefined {
	const events = arrivals.map(({ event }) => event);
	const last = events.at(-1);
	if (last === undefined) return undefined;
	return {
		...last,
		...(isCombined && { messages: events, chatInput: textsOf(events) }),
		...(messagesBefore.length > 0 && { messagesBefore }),
	};
}
