import { SUPPORT } from '../api/document';
import { TEMPLATE_CATEGORIES, TEMPLATE_STATUSES } from '../types';
import { SAMPLES } from './samples';

const id = { type: 'string', minLength: 1 } as const;
const count = { type: 'integer', minimum: 1 } as const;
const milliseconds = { type: 'integer', minimum: 0, maximum: 600_000 } as const;
const named = { type: 'object', required: ['id', 'name'], properties: { id, name: id } } as const;
const parties = { userId: id, botId: id } as const;

/** Whose conversation. */
export const conversation = { type: 'object', properties: parties };

/** A text, one of the sample files, or a message of any of the five types. */
export const userMessage = {
	type: 'object',
	properties: parties,
	if: { type: 'object', required: ['type'] },
	then: SUPPORT.schemaNamed('Message'),
	else: {
		if: { type: 'object', required: ['sample'] },
		then: { properties: { sample: { enum: Object.keys(SAMPLES) } } },
		else: { type: 'object', required: ['text'], properties: { text: id } },
	},
};

export const project = {
	type: 'object',
	required: ['id', 'apiKey'],
	properties: {
		id,
		apiKey: id,
		name: id,
		bots: { type: 'array', minItems: 1, items: { ...named, properties: { ...named.properties, type: id } } },
		users: { type: 'array', minItems: 1, items: named },
		signingSecret: id,
		clientId: id,
		clientSecret: id,
		templates: {
			type: 'array',
			items: {
				type: 'object',
				required: ['elementName', 'displayName', 'language', 'category', 'status', 'template', 'params'],
				properties: {
					elementName: id,
					displayName: id,
					language: id,
					category: { enum: TEMPLATE_CATEGORIES },
					status: { enum: TEMPLATE_STATUSES },
					template: id,
					params: {
						type: 'array',
						items: { type: 'object', required: ['label', 'param'], properties: { label: id, param: id } },
					},
					header: { enum: ['image', 'video', 'document'] },
					buttons: { type: 'array', items: id },
				},
			},
		},
		rooms: {
			type: 'array',
			items: { type: 'object', required: ['id', 'userId'], properties: { id, ...parties } },
		},
	},
};

export const faults = {
	type: 'object',
	additionalProperties: false,
	properties: {
		latencyMs: milliseconds,
		respond: {
			type: 'object',
			required: ['status'],
			additionalProperties: false,
			properties: {
				status: { type: 'integer', minimum: 200, maximum: 599 },
				retryAfter: { anyOf: [{ type: 'string' }, { type: 'integer' }] },
				body: { type: 'string' },
				contentType: id,
				afterProcessing: { type: 'boolean' },
				times: count,
			},
		},
		drop: { type: 'boolean' },
		dropAfterProcessing: { type: 'boolean' },
		halfResponse: { type: 'boolean' },
		dripMs: milliseconds,
		endlessResponse: { type: 'boolean' },
		deliverTwice: { type: 'boolean' },
		replyAtOnce: { type: 'string' },
		times: count,
		path: { enum: ['gateway', 'chatbot', 'platform', 'all'] },
		method: { enum: ['GET', 'POST', 'PATCH', 'DELETE'] },
		naming: id,
	},
};

export const reset = { type: 'object', properties: { keepIntegrations: { type: 'boolean' } } };
