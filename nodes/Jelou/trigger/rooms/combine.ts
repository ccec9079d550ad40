import { sleep, type IWebhookFunctions } from 'n8n-workflow';

import { uptime } from '../../shared/clock';
import { whereOf, type JelouEvent } from '../event/events';
import { warn } from '../event/log';
import { textsOf } from '../event/text';
import { follow, outcomeOf } from './duplicates';

const MAX_SECONDS = 10;
/**
 * The longest that a delivery is held, in milliseconds. Jelou waits 20 s for its answer, and what comes after this takes
 * time, too: resuming a run that n8n may have to store yet, or downloading media.
 */
const MAX_HELD_MS = 10_000;
/** How many deliveries are held at once. n8n 2.41 keeps an isolate, 11 MB, for each webhook call that is not answered. */
export const MAX_HELD = 50;

let holding = 0;

/** Events that go on together. */
export interface Turn {
	events: JelouEvent[];
	/** When the first arrived, as `uptime` tells it. */
	arrivedAt: number;
	/** Whether the output has `messages`. */
	isCombined: boolean;
}

/** A delivery that is held open. */
interface Held {
	event: JelouEvent;
	/** True when it was answered with 2xx. */
	outcome: Promise<boolean>;
	isOver: boolean;
}

/** The messages of one customer that follow each other. */
class Burst {
	readonly startedAt = uptime();
	readonly held: Held[] = [];
	/** The delivery that goes on with all of them: the last whose connection is still there. */
	readonly carrier: Promise<Held | undefined>;
	/** What becomes of that one. The others end as it does, so that Jelou repeats all or none. */
	readonly outcome: Promise<boolean>;
	private lastAt = this.startedAt;
	private isEnded = false;
	private wake = () => {};

	constructor(gap: number, onDecided: () => void) {
		this.carrier = this.wait(gap).then(() => {
			onDecided();
			return this.held.findLast(({ isOver }) => !isOver) ?? this.held.at(-1);
		});
		this.outcome = this.carrier.then(async (carrier) => (await carrier?.outcome) === true);
	}

	add(context: IWebhookFunctions, event: JelouEvent): Held {
		const mine = { event, outcome: outcomeOf(context), isOver: false };
		holding++;
		void mine.outcome.then(() => {
			holding--;
			mine.isOver = true;
		});
		this.held.push(mine);
		this.lastAt = uptime();
		if (holding >= MAX_HELD) {
			warn(context, `holds ${String(MAX_HELD)} deliveries already, and does not wait for more messages`);
			this.end();
		}
		return mine;
	}

	/** Waits for no more messages. */
	end(): void {
		this.isEnded = true;
		this.wake();
	}

	private async wait(gap: number): Promise<void> {
		const woken = new Promise<void>((resolve) => (this.wake = resolve));
		while (!this.isEnded) {
			const left = Math.min(this.lastAt + gap, this.startedAt + MAX_HELD_MS) - uptime();
			if (left <= 0) return;
			await Promise.race([sleep(left), woken]);
		}
	}
}

/** The bursts that are waited for, by trigger, room and customer. */
export const bursts = new Map<string, Burst>();

/** Messages as they were written, where they say so, and else as they arrived: deliveries can overtake each other. */
function inOrder(held: readonly Held[]): JelouEvent[] {
	const events = held.map(({ event }) => event);
	return events.sort((a, b) => Number(a.timestamp) - Number(b.timestamp) || 0);
}

/** How long the trigger waits for more messages, in milliseconds; 0: not at all. */
export function readGap(seconds: unknown): number {
	const given = Number(seconds);
	return given > 0 ? Math.min(given, MAX_SECONDS) * 1_000 : 0;
}

/**
 * Holds a message until no other of the same customer follows it. The end of a conversation is held for nothing, and
 * comes after the messages before it.
 *
 * @param message names the message, if it can be named
 * @returns what goes on with this delivery, or how it is answered because another delivery goes on with its message
 */
export async function combine(
	context: IWebhookFunctions,
	triggerKey: string,
	event: JelouEvent,
	message: string | undefined,
	gap: number,
): Promise<Turn | { code: number; status: string }> {
	const { roomId, userId } = whereOf(event);
	const isCombined = gap > 0 && event.event === 'message' && roomId !== undefined;
	const alone: Turn = { events: [event], arrivedAt: uptime(), isCombined };
	const room = JSON.stringify([triggerKey, roomId, userId]);
	let burst = bursts.get(room);
	if (event.event === 'conversation.close') {
		burst?.end();
		await burst?.outcome;
	}
	// n8n listens for one test event only, and somebody is looking at the editor.
	if (!isCombined || context.getMode() === 'manual') return alone;
	if (burst === undefined) {
		burst = new Burst(gap, () => bursts.delete(room));
		bursts.set(room, burst);
	}
	const mine = burst.add(context, event);
	if (message !== undefined) follow(message, burst.outcome);
	if ((await burst.carrier) === mine) {
		return { events: inOrder(burst.held), arrivedAt: burst.startedAt, isCombined };
	}
	if (await burst.outcome) return { code: 200, status: 'combined' };
	warn(context, 'refused a message: the delivery that it was combined with failed');
	return { code: 503, status: 'not combined' };
}

/** Events as one: the last, with all of them and their texts. `undefined` where there are none. */
export function asOne({ events, isCombined }: Pick<Turn, 'events' | 'isCombined'>): JelouEvent | undefined {
	const last = events.at(-1);
	return last && isCombined ? { ...last, messages: events, chatInput: textsOf(events) } : last;
}
