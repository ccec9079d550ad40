import { randomUUID } from 'node:crypto';

import type { INodeProperties } from 'n8n-workflow';

import { readIds } from '../ids';
import { options } from '../options';
import { botId, roomId, userId } from '../properties';
import type { RequestOperation } from '../operation';
import { entryText } from '../itemParameters';
import { channelWarning, messageContent } from './content';
import { messageRequest } from '../../shared/message';
import { MEDIA_TYPES, MESSAGE_TYPE_OPTIONS } from '../../shared/messageTypes';
import { isObject } from '../../shared/json';

export const mediaUrl: INodeProperties = {
	displayName: 'Media URL',
	name: 'mediaUrl',
	type: 'string',
	default: '',
	required: true,
	description: 'Public HTTPS address that Jelou fetches the file from. A file in n8n cannot be sent.',
};

export const fileName: INodeProperties = {
	displayName: 'File Name',
	name: 'fileName',
	type: 'string',
	default: '',
};

/** Sends a message into a room (Jelou's page "Send messages"). */
export const send: RequestOperation = {
	kind: 'request',
	menu: {
		name: 'Send',
		action: 'Send a message',
		description: 'Send a text or a file to the user',
	},
	properties: [
		{
			displayName: 'Message Type',
			name: 'messageType',
			type: 'options',
			options: MESSAGE_TYPE_OPTIONS,
			default: 'text',
		},
		{
			displayName: 'Text',
			name: 'text',
			type: 'string',
			typeOptions: { rows: 4 },
			default: '',
			required: true,
			displayOptions: { show: { messageType: ['text'] } },
		},
		{ ...mediaUrl, displayOptions: { show: { messageType: MEDIA_TYPES } } },
		{
			displayName: 'MIME Type',
			name: 'mimeType',
			type: 'string',
			default: '',
			placeholder: 'e.g. image/jpeg',
			description: 'Leave empty to infer it from the file extension',
			displayOptions: { show: { messageType: MEDIA_TYPES } },
		},
		{
			displayName: 'Caption',
			name: 'caption',
			type: 'string',
			default: '',
			displayOptions: { show: { messageType: ['image', 'video'] } },
		},
		{ ...fileName, displayOptions: { show: { messageType: ['document'] } } },
		options('request', {
			displayName: 'Message ID',
			name: 'messageId',
			type: 'string',
			default: '',
			description: 'Leave empty to generate one',
		}),
		roomId,
		botId,
		userId,
	],
	buildRequest(item, { projectId, allowsPlainHttp }) {
		const messageId = entryText(item.collection('options'), 'messageId', 'Message ID') || randomUUID();
		const recipient = { projectId, ...readIds(item, 'roomId', 'botId', 'userId') };
		return messageRequest(recipient, messageContent(item, messageId, allowsPlainHttp));
	},
	orderingKey: ({ body = {} }) => JSON.stringify([body.project_id, body.room_id]),
	warning: channelWarning,
	extraOutput({ body = {} }) {
		const value = isObject(body.value) ? body.value : {};
		return {
			messageId: value.id,
			roomId: body.room_id,
			type: value.type,
			// As in the trigger's output, so that the next Jelou node's fields are filled in.
			room_id: body.room_id,
			bot: { id: body.bot_id },
			contact: { id: body.user_id },
		};
	},
};
