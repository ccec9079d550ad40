import { setTimeout as wait } from 'node:timers/promises';
import type { TriggerRooms } from './delivery/triggerRooms';
import type { WebhookSender } from './delivery/webhookSender';
import { failureOf, isTest, statusIn } from './delivery/outcome';
import { ApiError } from './errors';
import {
	conversationClosed,
	conversationStarted,
	userMessage,
	type RedirectPayload,
	type EventContext,
	type StartOptions,
} from './events';
import type { FaultSwitch } from './http/faults';
import type { UserMessage } from './options';
import type { Store } from './store';
import type {
	Bot,
	Conversation,
	Delivery,
	Message,
	MessageBody,
	Project,
	Room,
	RoomEvent,
	User,
} from './types';

/** The first when no id is given. Throws the 404 that Jelou documents for a bot or user it does not know. */
export function findBot(project: Project, id?: string): Bot {
	const bot = id === undefined ? project.bots[0] : project.bots.find((each) => each.id === id);
	if (!bot) throw new ApiError(404, `Bot ${id ?? ''} not found in this project`, 'BOT_NOT_FOUND');
	return bot;
}

export function findUser(project: Project, id?: string): User {
	const user = id === undefined ? project.users[0] : project.users.find((each) => each.id === id);
	if (!user) throw new ApiError(404, `User ${id ?? ''} not found in this project`, 'USER_NOT_FOUND');
	return user;
}

export function findProject(store: Store, id: string): Project {
	const project = store.projects.get(id);
	if (!project) throw new ApiError(404, `Project ${id} not found`, 'PROJECT_NOT_FOUND');
	return project;
}

/** What a Jelou Trigger responds when a message did not answer the open question. */
const NOT_ANSWERED = new Set(['asked again', 'invalid', 'exit']);

/** What happens at Jelou: conversations begin and end, users and agents write, events go out. */
export class Platform {
	/** Pending start events, by conversation: its messages wait for them. */
	private readonly announcing = new Map<string, Promise<Delivery>>();

	constructor(
		private readonly store: Store,
		private readonly webhookSender: WebhookSender,
		private readonly triggerRooms: TriggerRooms,
	) {}

	/**
	 * Jelou's behaviour is unknown; here, a user who is already in a conversation with the bot stays in it, and no second
	 * start event is sent: a workflow that starts conversations on start events would otherwise loop forever. The initial
	 * message is shown to the user as the agent's.
	 */
	startConversation(
		project: Project,
		bot: Bot,
		user: User,
		options: StartOptions = {},
		by: RoomEvent['by'] = 'workflow',
	): Conversation {
		const room = this.store.roomOf(project, bot, user);
		const active = this.store.activeConversation(room);
		const conversation = active ?? this.store.openConversation(room);
		const { assignment } = options;
		if (!active) this.store.addRoomEvent({ roomId: room.id, kind: 'started', by });
		if (assignment) this.store.addRoomEvent({ roomId: room.id, kind: 'assigned', by, assignment });
		if (options.initialMessage) this.say(room, options.initialMessage);
		if (active) return active;

		const event = conversationStarted({ project, room, bot, user, conversation }, options);
		const announced = this.webhookSender.send(project, event);
		this.announcing.set(conversation.id, announced);
		void announced.finally(() => this.announcing.delete(conversation.id));
		return conversation;
	}

	/** Closes the conversation the two are in. Throws a 404 when there is none. */
	closeConversation(
		project: Project,
		bot: Bot,
		user: User,
		redirect?: RedirectPayload,
		by: RoomEvent['by'] = 'workflow',
	): Conversation {
		const room = this.store.roomOf(project, bot, user);
		const conversation = this.store.activeConversation(room);
		if (!conversation) {
			throw new ApiError(404, 'This user has no active conversation with this bot', 'CONVERSATION_NOT_FOUND');
		}
		this.store.closeConversation(conversation, 'closed_by_operator');
		if (redirect?.type === 'text') this.say(room, redirect.text);
		this.store.addRoomEvent({ roomId: room.id, kind: 'closed', by });
		void this.webhookSender.send(
			project,
			conversationClosed({ project, room, bot, user, conversation }, redirect),
		);
		return conversation;
	}

	/** A user writes. Opens a conversation first when there is none; its start event is delivered before the message. */
	userWrites(projectId: string, input: UserMessage): { message: Message; delivered: Promise<Delivery> } {
		const project = findProject(this.store, projectId);
		const { botId, userId, ...written } = input;
		const bot = findBot(project, botId);
		const user = findUser(project, userId);
		const conversation = this.startConversation(project, bot, user, {}, 'customer');
		const room = this.store.roomOf(project, bot, user);
		// The trigger gives the message to the question that is open now.
		const question = this.triggerRooms.known(room.id)?.question;
		const message = this.store.addMessage(room, 'user', 'text' in written ? textBody(written.text) : written);
		const context = { project, room, bot, user, conversation };
		return { message, delivered: this.announce(context, message, question) };
	}

	private async announce(context: EventContext, message: Message, question?: string): Promise<Delivery> {
		this.store.setMessageDelivery(message, { state: 'sending' });
		await this.announcing.get(context.conversation.id);
		const delivery = await this.webhookSender.send(context.project, userMessage(context, message));
		const failure = failureOf(delivery);
		const answer = statusIn(delivery);
		const told = {
			answer,
			...(isTest(delivery) && { isTest: true }),
			...(question && NOT_ANSWERED.has(answer ?? '') && { question }),
		};
		this.store.setMessageDelivery(
			message,
			failure === null ? { state: 'delivered', ...told } : { state: 'failed', note: failure, ...told },
		);
		return delivery;
	}

	private say(room: Room, body: string): void {
		this.store.addMessage(room, 'agent', textBody(body));
	}
}

/** How long after a customer's quick answer the message that it answers is confirmed. */
const AT_ONCE_MS = 200;

/** Has the customer answer the message that was just sent, before it is confirmed, if a fault asks for that. */
export async function answerAtOnce(platform: Platform, faults: FaultSwitch, room: Room): Promise<void> {
	const text = faults.takeReply();
	if (text === undefined) return;
	platform.userWrites(room.projectId, { text, userId: room.userId, botId: room.botId });
	await wait(AT_ONCE_MS);
}

function textBody(body: string): MessageBody {
	return { type: 'text', content: { body } };
}
