import type { Assignment, Bot, Conversation, EventName, Message, Project, Room, User } from './types';

/** The options of a conversation started over the API. */
export interface StartOptions {
	initialMessage?: string;
	metadata?: Record<string, unknown>;
	assignment?: Assignment;
}

/** What happens when a conversation is closed; the other fields of `edge` are not documented. */
export type RedirectPayload = { type: 'text'; text: string } | { type: 'edge'; [field: string]: unknown };

/** Who an event is about. */
export interface EventContext {
	project: Project;
	room: Room;
	bot: Bot;
	user: User;
	conversation: Conversation;
}

/** An event's name and the JSON that Jelou posts for it. */
export interface JelouEvent {
	name: EventName;
	payload: Record<string, unknown>;
}

function common({ project, room, bot, user, conversation }: EventContext) {
	return {
		timestamp: Date.now(),
		project_id: project.id,
		room_id: room.id,
		contact: { id: user.id, name: user.name },
		conversation: { id: conversation.id },
		bot: { id: bot.id, name: bot.name },
	};
}

/** Jelou reports an assignment to a queue as `queue`, and one to an operator or a team as `direct`. */
export function conversationStarted(context: EventContext, options: StartOptions): JelouEvent {
	const { assignment, initialMessage, metadata } = options;
	return {
		name: 'conversation.start',
		payload: {
			event: 'conversation.start',
			field: 'conversation',
			object: 'conversation_event',
			event_type: 'start',
			...common(context),
			conversation: {
				id: context.conversation.id,
				...(assignment && {
					assignment: { type: assignment.type === 'queue' ? 'queue' : 'direct', target: assignment.target },
				}),
			},
			value: {
				...(initialMessage !== undefined && { initial_message: initialMessage }),
				...(metadata && { metadata }),
			},
		},
	};
}

/** The documentation says that the payload has the reason and the closing message, but not where: plausible names. */
export function conversationClosed(context: EventContext, redirect?: RedirectPayload): JelouEvent {
	return {
		name: 'conversation.close',
		payload: {
			event: 'conversation.close',
			field: 'conversation',
			object: 'conversation_event',
			event_type: 'close',
			...common(context),
			value: {
				reason: context.conversation.endedReason,
				...(redirect?.type === 'text' && { closing_message: redirect.text }),
				...(redirect?.type === 'edge' && { redirect_payload: redirect }),
			},
		},
	};
}

/** A message from the user: the only event without an `event` field. */
export function userMessage(context: EventContext, { id, type, content }: Message): JelouEvent {
	return {
		name: 'message',
		payload: {
			field: 'messages',
			object: 'message_event',
			event_type: 'message',
			...common(context),
			value: { id, type, content },
		},
	};
}
