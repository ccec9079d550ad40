import type { INodeProperties } from 'n8n-workflow';

import { shownFor } from '../fields';
import { send } from './send.operation';

export const operations = { send };

export const fields: INodeProperties[] = [
	{
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		displayOptions: { show: { resource: ['message'] } },
		options: [
			{
				name: 'Send',
				value: 'send',
				action: 'Send a message',
				description: 'Send a text, picture, video, audio or document to the user',
			},
		],
		default: 'send',
	},
	...shownFor('message', 'send', operations.send.fields),
];
