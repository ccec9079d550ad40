import type { INodeProperties } from 'n8n-workflow';

/** Properties that several operations share. The defaults read the Jelou Trigger's output. */

export const roomId: INodeProperties = {
	displayName: 'Room ID',
	name: 'roomId',
	type: 'string',
	default: '={{ $json.room_id }}',
	required: true,
	placeholder: 'e.g. 593987654321:65f1c0ffee',
	description: 'The room of the conversation. Filled in from the Jelou Trigger.',
};

export const botId: INodeProperties = {
	displayName: 'Bot ID',
	name: 'botId',
	type: 'string',
	default: '={{ $json.bot.id }}',
	required: true,
	placeholder: 'e.g. 65f1c0ffee',
	description:
		'The ID of the bot (the channel, for example a WhatsApp line). Filled in from the Jelou Trigger.',
};

export const userId: INodeProperties = {
	displayName: 'User ID',
	name: 'userId',
	type: 'string',
	default: '={{ $json.contact.id }}',
	required: true,
	placeholder: 'e.g. 593987654321',
	description: 'The ID of the end user (the contact). Filled in from the Jelou Trigger.',
};
