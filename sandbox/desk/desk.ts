import type { Feed } from '../feed';
import { FaultSwitch, type Faults } from '../http/faults';
import { KEPT } from '../recent';
import { notFound } from './errors';
import { conversationEvent, messageCreated } from './payloads';
import { DeskStore, type Contact, type Conversation, type Message } from './store';
import { DeskWebhook } from './webhook';
import type { DeskStatus, NewMessage } from './types';

/** What goes wrong at the desk on purpose: as with Jelou, or it is away for this many milliseconds. */
export interface DeskFaults extends Pick<
	Faults,
	'deliverTwice' | 'drop' | 'dropAfterProcessing' | 'latencyMs' | 'method' | 'naming' | 'respond' | 'times'
> {
	awayMs?: number;
}

interface DeskRequest {
	method: string;
	url: string;
	status: number | null;
}

/** What happens at the desk: conversations begin and end, customers and agents write, the inbox posts its events. */
export class Desk {
	/** The requests that its API received, oldest first; the status is null for one without a response. */
	readonly requests: DeskRequest[] = [];
	readonly store: DeskStore;
	readonly faults: FaultSwitch;
	private readonly webhook: DeskWebhook;
	private back: NodeJS.Timeout | undefined;

	/** @param timeoutMs how long its webhook may take to respond */
	constructor(feed: Feed, timeoutMs: number) {
		this.store = new DeskStore(feed);
		this.faults = new FaultSwitch(() => undefined);
		this.webhook = new DeskWebhook(this.store, timeoutMs, () => this.faults.current.deliverTwice === true);
	}

	/** Replaces the faults; `{}` switches all off. */
	setFaults({ awayMs, ...faults }: DeskFaults): void {
		clearTimeout(this.back);
		this.faults.set(awayMs === undefined ? faults : { ...faults, drop: true });
		if (awayMs !== undefined) this.back = setTimeout(() => this.faults.set({}), awayMs).unref();
	}

	addRequest(request: DeskRequest): void {
		this.requests.push(request);
		if (this.requests.length > KEPT.number) this.requests.shift();
	}

	/** Throws a 404 if there is none. */
	conversation(id: number): Conversation {
		const found = this.store.conversations.get(id);
		if (!found) throw notFound();
		return found;
	}

	open(contact: Contact, customAttributes: Record<string, unknown>): Conversation {
		const conversation = this.store.addConversation(contact, customAttributes);
		void this.webhook.send(conversationEvent(this.store, conversation, 'conversation_created'));
		return conversation;
	}

	/** A customer's message reopens a resolved conversation. */
	write(conversation: Conversation, input: NewMessage): Message {
		const message = this.store.addMessage(conversation, input);
		if (input.from === 'customer') this.setStatus(conversation, 'open');
		void this.announce(conversation, message);
		return message;
	}

	setStatus(conversation: Conversation, status: DeskStatus): void {
		if (conversation.status === status) return;
		this.store.setStatus(conversation, status);
		void this.webhook.send(conversationEvent(this.store, conversation, 'conversation_status_changed'));
	}

	reset({ keepWebhook = false } = {}): void {
		this.setFaults({});
		this.requests.length = 0;
		this.store.reset({ keepWebhook });
	}

	async close(): Promise<void> {
		clearTimeout(this.back);
		await this.webhook.close();
	}

	private async announce(conversation: Conversation, message: Message): Promise<void> {
		const isAgents = message.from === 'agent';
		if (isAgents) this.store.setDelivery(conversation, message, { state: 'sending' });
		const note = await this.webhook.send(messageCreated(this.store, conversation, message));
		if (!isAgents) return;
		const delivery =
			note === undefined ? { state: 'delivered' as const } : { state: 'failed' as const, note };
		this.store.setDelivery(conversation, message, delivery);
	}
}
