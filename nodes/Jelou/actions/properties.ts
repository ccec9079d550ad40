import type { INodeProperties } from 'n8n-workflow';

import { defaultOf } from './ids';

/** Properties that several operations share. The defaults read the Jelou Trigger's output. */

const description =
	'Taken from the Jelou Trigger, even if the preview shows undefined. Let a model define it ($fromAI) only if it may reach any customer.';

export const roomId: INodeProperties = {
	displayName: 'Room ID',
	name: 'roomId',
	type: 'string',
	default: defaultOf('roomId'),
	description,
};

export const botId: INodeProperties = {
	displayName: 'Bot ID',
	name: 'botId',
	type: 'string',
	default: defaultOf('botId'),
	description,
};

export const userId: INodeProperties = {
	displayName: 'User ID',
	name: 'userId',
	type: 'string',
	default: defaultOf('userId'),
	description,
};
