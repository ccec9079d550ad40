import type { INodeProperties } from 'n8n-workflow';

/** Fields that several operations share. The defaults read the Jelou Trigger's output. */

export const botId: INodeProperties = {
	displayName: 'Bot ID',
	name: 'botId',
	type: 'string',
	default: '={{ $json.bot.id }}',
	required: true,
	placeholder: 'e.g. 65f1c0ffee',
	description:
		'The ID of the bot (the channel, for example a WhatsApp line). Filled in by the Jelou Trigger.',
};

export const userId: INodeProperties = {
	displayName: 'User ID',
	name: 'userId',
	type: 'string',
	default: '={{ $json.contact.id }}',
	required: true,
	placeholder: 'e.g. 593987654321',
	description: 'The ID of the end user (the contact). Filled in by the Jelou Trigger.',
};

/** The `options` collection that every operation has, with the operation's own entries added. */
export function options(...own: INodeProperties[]): INodeProperties {
	const entries: INodeProperties[] = [
		...own,
		{
			displayName: 'Concurrency',
			name: 'concurrency',
			type: 'number',
			typeOptions: { minValue: 1, maxValue: 100, numberPrecision: 0 },
			default: 10,
			description:
				'How many requests may be under way at once. Messages to one room always go one after the other.',
		},
		{
			displayName: 'Max Retries',
			name: 'maxRetries',
			type: 'number',
			typeOptions: { minValue: 0, maxValue: 10, numberPrecision: 0 },
			default: 3,
			description:
				'How often a request is repeated when Jelou was surely not reached or asks to wait. What may have been sent is never sent again.',
		},
		{
			displayName: 'Project ID',
			name: 'projectId',
			type: 'string',
			default: '',
			description: 'Used instead of the project ID in the credential',
		},
		{
			displayName: 'Simplify',
			name: 'simplify',
			type: 'boolean',
			default: true,
			description: 'Whether to return a simplified version of the response instead of the raw data',
		},
		{
			displayName: 'Timeout',
			name: 'timeout',
			type: 'number',
			typeOptions: { minValue: 1, maxValue: 300 },
			default: 30,
			description: 'How many seconds to wait for an answer from Jelou',
		},
	];
	return {
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add option',
		default: {},
		options: entries.sort((a, b) => a.displayName.localeCompare(b.displayName)),
	};
}
