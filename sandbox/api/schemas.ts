import { AUTH_TYPES } from '../types';

/**
 * The bodies of Jelou's API, as JSON Schema. Further fields are let through everywhere: Jelou documents none that it
 * refuses. The formats are functions that the server is made with; their names end up in the answer, so they read as words.
 */
const id = { type: 'string', minLength: 1 } as const;
const webhookUrl = { type: 'string', format: 'a public HTTPS URL' } as const;
const integrationFields = {
	webhookUrl,
	authType: { enum: AUTH_TYPES },
	// It goes into a header, which takes visible ASCII only.
	authorization: { type: 'string', pattern: '^[\\x20-\\x7e]*$' },
} as const;

export const createIntegration = { type: 'object', required: ['webhookUrl'], properties: integrationFields };

export const updateIntegration = { type: 'object', properties: integrationFields };

export const startConversation = {
	type: 'object',
	required: ['botId', 'userId'],
	properties: {
		botId: id,
		userId: id,
		initialMessage: { type: 'string' },
		metadata: { type: 'object' },
		assignment: {
			type: 'object',
			required: ['type', 'target'],
			properties: { type: { enum: ['queue', 'operator', 'team'] }, target: id },
		},
	},
};

export const closeConversation = {
	type: 'object',
	required: ['botId', 'userId'],
	properties: {
		botId: id,
		userId: id,
		redirectPayload: {
			type: 'object',
			required: ['type'],
			properties: { type: { enum: ['text', 'edge'] } },
			if: { type: 'object', required: ['type'], properties: { type: { const: 'text' } } },
			then: { type: 'object', required: ['text'], properties: { text: id } },
		},
	},
};

const media = { url: { type: 'string', format: 'an HTTPS URL' }, mime_type: id } as const;

function variant(type: string, properties: Record<string, object>, required: string[]) {
	return {
		required: ['content'],
		properties: { type: { const: type }, content: { type: 'object', required, properties } },
	};
}

/** `value` of a message, and what a user writes: the five documented types. */
export const messageBody = {
	type: 'object',
	required: ['type'],
	properties: {},
	discriminator: { propertyName: 'type' },
	oneOf: [
		variant('text', { body: id }, ['body']),
		variant('image', { ...media, caption: { type: 'string' } }, ['url', 'mime_type']),
		variant('video', { ...media, caption: { type: 'string' } }, ['url', 'mime_type']),
		variant('audio', media, ['url', 'mime_type']),
		variant('document', { ...media, filename: { type: 'string' } }, ['url', 'mime_type']),
	],
};

export const sendMessage = {
	type: 'object',
	required: ['field', 'object', 'event_type', 'project_id', 'room_id', 'bot_id', 'user_id', 'value'],
	properties: {
		field: { const: 'messages' },
		object: { const: 'message_event' },
		event_type: { const: 'incoming_message' },
		project_id: id,
		room_id: id,
		bot_id: id,
		user_id: id,
		value: { ...messageBody, required: ['id', 'type'], properties: { id } },
	},
};
