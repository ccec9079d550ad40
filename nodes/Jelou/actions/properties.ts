import type { INodeProperties } from 'n8n-workflow';

import { defaultOf } from './ids';

/** Properties that several operations share. The defaults read the Jelou Trigger's output. */

const inTool = (what: string) =>
	`${what}. Taken from the Jelou Trigger, even if the preview shows undefined. In an AI agent's tool, let the model define it ($fromAI) only if it may reach any customer.`;

export const roomId: INodeProperties = {
	displayName: 'Room ID',
	name: 'roomId',
	type: 'string',
	default: defaultOf('roomId'),
	placeholder: 'e.g. 593987654321:65f1c0ffee',
	description: inTool('The room of the conversation'),
};

export const botId: INodeProperties = {
	displayName: 'Bot ID',
	name: 'botId',
	type: 'string',
	default: defaultOf('botId'),
	placeholder: 'e.g. 65f1c0ffee',
	description: inTool('The ID of the bot (the channel, for example a WhatsApp line)'),
};

export const userId: INodeProperties = {
	displayName: 'User ID',
	name: 'userId',
	type: 'string',
	default: defaultOf('userId'),
	placeholder: 'e.g. 593987654321',
	description: inTool('The ID of the end user (the contact)'),
};
